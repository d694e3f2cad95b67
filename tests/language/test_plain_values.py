"""Expressions that are no literals but plain: the literal that is proposed, and how it is written."""

import ast

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_values import NotLiteral
from mlx2smk.diagnostics.source import Source, Span
from mlx2smk.language.edited_text import fixed
from mlx2smk.language.parser import parse

HEAD = "import math\nimport numpy as np\nfrom numpy import arange\nfrom mlx2smk import trial\n"


def proposed(expression, before="", after="", where='{{"n": {}}}'):
    """Return what is proposed in place of an expression; None if nothing is."""
    values = where.format(expression)
    text = f"{HEAD}{before}\n@trial(1, {values})\ndef t(**o): ...\n{after}\n"
    (message,) = parse(Source("exp.py", text)).diagnostics
    assert type(message) is NotLiteral
    return message.replacement


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("range(3)", [0, 1, 2]),
        ("list(range(2, 8, 3))", [2, 5]),
        ("tuple(range(2))", (0, 1)),
        ("sorted([3, 1.5])", [1.5, 3]),
        ("[1, 2] * 2", [1, 2, 1, 2]),
        ("[1] + [0.1 + 0.2]", [1, 0.30000000000000004]),
        ("[10**-k for k in range(3)]", [1, 0.1, 0.01]),
        ("[f'm-{k}' for k in (1, 'b')]", ["m-1", "m-b"]),
        ("[{'lr': 2**-k, 'n': k} for k in range(2)]", [{"lr": 1, "n": 0}, {"lr": 0.5, "n": 1}]),
        ("np.linspace(0, 1, 3)", [0.0, 0.5, 1.0]),
        ("list(np.linspace(0, 1, num=3))", [0.0, 0.5, 1.0]),
        ("np.logspace(0, 2, 3).tolist()", [1.0, 10.0, 100.0]),
        ("np.geomspace(1, 4, 3)", [1.0, 2.0, 4.0]),
        ("2 * arange(3)", [0, 2, 4]),
    ],
)
def test_lists(expression, value):
    text = proposed(expression)
    assert repr(ast.literal_eval(text)) == repr(value)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("10**-3", "0.001"),
        ("1/3", "0.3333333333333333"),
        ("2**70", "1180591620717411303424"),
        ("-(1 + 1)", "-2"),
        ("math.pi", "3.141592653589793"),
        ("'é' + '\"'", '"\\u00e9\\""'),
        ("*range(2)", "0, 1"),
        ("*range(0)", None),
        ("float('inf')", None),
        ("1/0", None),
        ("9**9**9", None),
        ("[0] * 10**9", None),
        ("range(10**9)", None),
        ("range(3)", None),  # in a list of values, a range is a value that JSON lacks
        ("list({'a', 'b'})", None),  # in which order?
        ("open('x')", None),
        ("f(1)", None),
        ("'%s' % 1", None),
        ("unknown", None),
    ],
)
def test_elements(expression, text):
    assert proposed(expression, where='{{"n": [{}]}}') == text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("N = 3", "", "3"),
        ("M = 2\nN = M + 1", "", "3"),
        ("N = [1, 2]", "def f(): return len(N), [x for x in N], N[0]", "[1, 2]"),
        ("N = (1, [2])", "", "(1, [2])"),
        # What another statement may have changed is not known.
        ("N = 3\nN += 1", "", None),
        ("N = 3\nif f(): N = 4", "", None),
        ("N = [1]\nN.append(2)", "", None),
        ("N = [1]\nN[0] = 2", "", None),
        ("N = [[1]]\nfor x in N: x.append(1)", "", None),
        ("N = [1]\nf(N)", "", None),
        ("N = 3", "def f():\n    global N\n    N = 4", None),
        ("N = 3\nfrom os import *", "", None),
        ("N = 3\nexec('N = 4')", "", None),
        ("", "N = 3", None),
        ("N = N", "", None),
        ("if f(): N = 3", "", None),
        ("range = f\nN = range(3)", "", None),
    ],
)
def test_constants(before, after, text):
    assert proposed("N", before, after, '{{"n": [N]}}') == text


def test_whole_values_that_are_a_constant():
    assert proposed("GRID", "GRID = {'n': [1, 2**3]}", where="{}") == '{"n": [1, 8]}'


def test_what_is_unpacked_into_a_dict_has_no_proposal():
    assert proposed("**MORE", "MORE = {'a': [1]}", where="{{{}, 'n': [1]}}") is None


def test_no_module_of_the_user_s_is_run(tmp_path, monkeypatch):
    """Not even one that is named like numpy, where Python would look first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    (tmp_path / "numpy.py").write_text("open('ran', 'w')\n")
    proposed("np.linspace(0, 1, 3)")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("end", "encoding", "bom"),
    [
        *(("\n", "utf-8", False), ("\r\n", "utf-8", True), ("\r", "utf-8", False)),
        *(("\n", "latin-1", False), ("\r\n", "latin-1", False)),
    ],
)
def test_every_other_byte_stays(end, encoding, bom):
    head = [f"# -*- coding: {encoding} -*-", "# é \x0c \x1c", ""]
    first, second = "@trial(1, {'é': range(2),\t'b': [10**-3 ]})  # é", "def t(**o): ..."
    before = end.join([*head, first, second]).encode("utf-8-sig" if bom else encoding)
    after = before.replace(b"range(2)", b"[0, 1]").replace(b"10**-3", b"0.001")
    at, power = first.index("range"), first.index("10**")
    edits = {Span(4, at + 1, 4, at + 9): "[0, 1]", Span(4, power + 1, 4, power + 7): "0.001"}
    assert fixed(before, edits) == after


def test_an_expression_over_several_lines_is_replaced():
    assert fixed(b"x = [\n 1,\n][0:\n1] # c\n", {Span(1, 5, 4, 3): "[1]"}) == b"x = [1] # c\n"


def test_fix_writes_the_values_and_keeps_the_file_s_mode(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    source, link = tmp_path / "real.py", tmp_path / "exp.py"
    text = (
        f"{HEAD}ORDER = 2\n@trial(ORDER, {{'n': range(2), '__parallel__': 2 * 2}}, threads=1 + 1)\n"
    )
    source.write_text(f"{text}def t(n): ...\n")
    source.chmod(0o750)
    link.symlink_to(source)
    assert main(["check", "exp.py"]) == 1
    assert capsys.readouterr().err.count("(--fix does it)") == 4
    assert main(["compile", "--fix", "exp.py"]) == 0
    assert "exp.py: wrote out 4 values\n" in capsys.readouterr().err
    expected = "@trial(2, {'n': [0, 1], '__parallel__': 4}, threads=2)"
    assert source.read_text().splitlines()[-2] == expected
    assert link.is_symlink()
    assert source.stat().st_mode & 0o777 == 0o750
    before = source.read_bytes()
    assert main(["check", "--fix", "exp.py"]) == 0
    assert source.read_bytes() == before
