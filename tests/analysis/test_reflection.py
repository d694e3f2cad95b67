"""Docstrings and lines: they count for code that can see them, be it through a library, and only for that."""

import pytest

from tests.support.sliced_texts import digest, module, trial

DOCSTRINGS = "def A():\n    '''one'''", "def A():\n    '''two'''"

LINES = "def A(): return 1", "\ndef A(): return 1"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "return A.__doc__"),
        ("", "return getattr(A, '__doc__')"),
        ("", "import operator\nreturn operator.attrgetter('__doc__')(A)"),
        ("", "return vars(A)['__doc__']"),
        ("", "match A:\n    case object(__doc__=d): return d"),
        ("", "return A.__code__.co_consts"),
        ("", "return hash(A.__code__)"),
        ("", "from inspect import getdoc as look\nreturn look(A)"),
        ("from inspect import getdoc as look", "return look(A)"),
        ("", "help(A)"),
        ("", "import pydoc\nreturn pydoc.render_doc(A)"),
        ("", "import ply.yacc as yacc\nreturn yacc.yacc(module=A)"),
        ("from ply import lex", "return lex.lex(object=A)"),
        ("import click\nC = click.command()(A)", "return C"),
        ("import click\n@click.command()\ndef f(): A()", "return f"),
        ("import dspy\nclass C(dspy.Signature): A = A", "return C"),
        ("from dspy import *", "return Predict(A)"),
        ("import docopt", "return docopt.docopt(A.text)"),
        ("", "import typer\ntyper.run(A)"),
        ("", "import fire\nfire.Fire(A)"),
        ("import plac", "plac.call(A)"),
        ("import cyclopts", "return cyclopts.App(A)"),
        ("from langchain_core.tools import tool", "return tool(A)"),
        ("", "return model.apply_chat_template(tools=[A])"),
        ("", "return A.model_json_schema()"),
        ("", "import unittest\nreturn unittest.FunctionTestCase(A)"),
        ("", "import cloudpickle\nreturn cloudpickle.dumps(A)"),
        ("", "return use(dspy, A)\nimport dspy"),
    ],
)
def test_docstrings_count_for_who_reads_them(before, body):
    one, two = (digest(f"{text}\n{before}", body) for text in DOCSTRINGS)
    assert one != two


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "return A()"),
        ("", "return A.__code__.co_varnames, A.__name__"),
        ("", "import inspect\nreturn inspect.signature(A)"),
        ("import click\ndef f(): click.echo(1)", "return A"),
        ("import argparse", "return argparse.ArgumentParser(), A"),
        ("import numpy", "return numpy.vectorize(A)"),
        ("def f(): return f.__doc__", "return A"),
    ],
)
def test_docstrings_do_not_count_for_others(before, body):
    one, two = (digest(f"{text}\n{before}", body) for text in DOCSTRINGS)
    assert one == two


def test_a_modules_docstring_is_kept_for_who_reads_it_from_outside():
    files = {"helper.py": "'''Usage: x'''\nB = 1\n"}
    for body in ("return helper.__doc__", "return getattr(helper, '__doc__')"):
        found = trial("import helper", body, files)
        assert module("helper", found) == ["'''Usage: x'''"]
        other = {"helper.py": "'''Usage: y'''\nB = 1\n"}
        assert found.slice.digest != digest("import helper", body, other)


def test_a_reader_in_a_local_module_counts():
    files = {"helper.py": "from pydoc import render_doc as look\n"}
    assert digest(f"import helper\n{DOCSTRINGS[0]}", "return helper.look(A)", files) != digest(
        f"import helper\n{DOCSTRINGS[1]}", "return helper.look(A)", files
    )


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "return A.__code__.co_firstlineno"),
        ("", "return list(A.__code__.co_lines())"),
        ("", "return getattr(A.__code__, 'co_firstlineno')"),
        ("", "import sys\nreturn sys._getframe().f_lineno, A"),
        ("", "try: A()\nexcept Exception as e: return e.__traceback__.tb_lineno"),
        ("", "import traceback\ntry: A()\nexcept Exception: return traceback.format_exc()"),
        ("import traceback as tb", "tb.print_exc(file=A)"),
        ("import traceback as tb", "tb.print_exc(None, A)"),
        ("import traceback as tb", "f = tb.print_exc\nf(file=A)"),
        ("from traceback import format_exc", "return format_exc(), A"),
        ("", "import inspect\nreturn inspect.getframeinfo(A)"),
        ("", "import warnings\nwith warnings.catch_warnings(record=True) as w: A()\nreturn w[0].lineno"),
        ("import logging\nlogging.basicConfig(format='%(lineno)d')", "return logging.info(A)"),
        ("F = '{lineno}: {message}'", "return A, F"),
        ("", "import dis\ndis.dis(A)"),
        ("", "import tracemalloc\nreturn tracemalloc.take_snapshot().statistics('lineno'), A"),
        ("", "return A.__warningregistry__"),
        ("", "import inspect\nreturn A, inspect.stack()"),
        ("", "import inspect\nreturn A, inspect.stack()[0].lineno"),
        ("", "import inspect\nreturn A, inspect.stack()[0][2]"),
        ("", "import inspect\ninfo = inspect.stack()[0]\nreturn A, info.function, info.code_context"),
        ("", "import inspect\nreturn A, [info for info in inspect.stack()]"),
        ("", "from inspect import stack as look\nreturn A, look()[0].positions"),
        ("", "import inspect\nreturn A, inspect.getframeinfo(frame).lineno"),
        ("", "import inspect\nreturn A, inspect.getframeinfo(frame)[1]"),
    ],
)  # fmt: skip
def test_lines_count_for_who_reads_them(before, body):
    one, two = (digest(f"{text}\n{before}", body) for text in LINES)
    assert one != two
    assert one == digest(f"{LINES[0]}  # a comment\n{before}", body)


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "return A()"),
        ("import traceback", "try: A()\nexcept Exception: traceback.print_exc()"),
        ("import traceback", "traceback.print_exception(type(A), A, None)"),
        ("import warnings", "with warnings.catch_warnings(): A()"),
        ("import logging\nlogging.basicConfig(format='%(message)s')", "return A"),
        ("import inspect", "return inspect.signature(A)"),
        ("import traceback\ndef f(): return traceback.format_exc()", "return A"),
        ("", "import inspect\nreturn A, inspect.stack()[1].function, inspect.stack()[1][3]"),
        ("", "import inspect\ninfo = inspect.stack()[0]\nreturn A, info.function, info.filename"),
        ("", "import inspect\nreturn A, [info.function for info in inspect.stack()]"),
        (
            "",
            "import inspect\nfor info in inspect.stack():\n    A(info.frame.f_code.co_name, info[1])",
        ),
        ("from inspect import stack as look", "return A, look()[0].function"),
        ("", "import inspect\nreturn A, inspect.getframeinfo(frame).function"),
        ("", "import sys\nreturn A, sys._getframe(1).f_code.co_filename, __file__"),
        ("", "import inspect\nreturn A, inspect.currentframe().f_back.f_code.co_name"),
    ],
)
def test_lines_do_not_count_for_others(before, body):
    one, two = (digest(f"{text}\n{before}", body) for text in LINES)
    assert one == two


# ------------------------------------------------------------------ grammars in functions


PLY = "def t_A(t):\n    'a'\ndef t_B(t):\n    'b'\n"


def test_who_reads_its_callers_names_takes_the_whole_module():
    for body in ("from ply import lex\nreturn lex.lex()", "from ply.yacc import yacc\nyacc()"):
        found = trial(PLY, body)
        assert [item.module for item in found.slice.widened] == [None]
        assert found.slice.removed == ()
    assert trial(PLY, "from ply import lex\nlex.lex(module=t_A)").slice.widened == ()
    assert trial(PLY, "import fire\nfire.Fire(t_A)").slice.widened == ()
    assert trial(PLY, "import fire\nfire.Fire()").slice.removed == ()


def test_the_order_of_definitions_counts_for_who_sees_it():
    first, second = "def f(): return 1\n", "def g(): return 2\n"
    for body in ("return list(globals())", "from ply import lex\nlex.lex()"):
        assert digest(first + second, body) != digest(second + first, body)
    assert digest(first + second, "return f, g") == digest(second + first, "return f, g")


def test_the_order_in_a_local_module_counts_for_who_sees_it():
    one, two = {"m.py": "x = 1\ny = 2\n"}, {"m.py": "y = 2\nx = 1\n"}
    assert digest("import m", "return list(vars(m))", one) != digest("import m", "return list(vars(m))", two)  # fmt: skip
    assert digest("from m import *", "return x", one) == digest("from m import *", "return x", two)
