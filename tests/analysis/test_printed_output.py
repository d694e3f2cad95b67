"""What is printed outside functions is no result: it counts only where a program may keep what it prints.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.running_slices import check_slice, outcome
from tests.support.sliced_texts import analysed, digest, kept, module, trial


@pytest.mark.parametrize(
    "statement",
    [
        "print('x')",
        "print('x', A, sep=' ', end='', flush=True)",
        "print(f'{A:.3f}', *[A, A])",
        "print(f(3))",
        "import sys\nprint('x', file=sys.stderr)",
        "from sys import stderr\nprint('x', file=stderr)",
        "import sys\nsys.stdout.write('x')\nsys.stdout.flush()",
        "from pprint import pprint\npprint({'a': f(3)})",
        "import pprint\npprint.pprint(A)",
        "import click\nclick.echo('x')",
        "import traceback\ntry:\n    f(3)\nexcept ValueError:\n    traceback.print_exc()",
        "for i in range(3): print(i)",
        "if A:\n    print('x')\nelse:\n    print('y')",
        "while False: print('x')",
        "[print(i) for i in range(3)]",
        "def g(): print('x')\ng()",
        "class B:\n    def __init__(self): print('x')\nB()",
        "class B:\n    print('x')",
        "def d(f):\n    print(f)\n    return f\n@d\ndef g(): pass",
        "try:\n    import json\nexcept ImportError:\n    print('no json')",
    ],
)
def test_what_is_printed_outside_functions_does_not_count(statement):
    before = f"A = 1\ndef f(x): return x\n{statement}"
    assert kept(before) == []
    files = {"helper.py": before}
    found = trial("from helper import f", "return f(1)", files)
    assert module("helper", found) == ["def f(x): return x"]
    assert agrees(before, "return f(A)") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "print(g())",
        "print(TABLE.pop())\nTABLE.go()",
        "print('x', file=open('x', 'w'))",
        "with open('x', 'w') as F:\n    print('x', file=F)",
        "print('x', **A)",
        "print('x', file=A)",
        "[g() for i in range(3)]",
        "[A >> A for i in range(3)]",
        "print = g\nprint('x')",
        "from helper import print\nprint('x')",
        "from pprint import pprint\npprint(A, B)",
        "from pprint import pprint\npprint(A, stream=B)",
        "import click\nclick.echo('x', file=A)",
        "import sys\nsys.stdout.close()",
        "import sys\nA.write('x')",
    ],
)
def test_what_else_a_statement_does_that_prints(statement):
    before = f"import os\nfrom unknown import A, B, TABLE\ndef g(*x): os.system('x')\n{statement}"
    assert kept(before)[-1] == before.rsplit("\n", maxsplit=1)[-1]


def test_what_is_printed_belongs_to_an_iterator_that_it_reads():
    before = "ROWS = iter([1, 2])\nprint(*ROWS)"
    assert kept(before) == []
    assert agrees(before, "return list(ROWS)") == []


def test_what_is_printed_is_no_use_of_keys():
    found = analysed(
        "from decorators import setup, trial\n@setup()\ndef s(): return {'a': 1}\n"
        "print(SETUP)\n@trial(1, {})\ndef t(): return 1\n"
    )
    assert found["t"].access.reads.names == {"seed", "numpy_seed", "torch_seed", "pythonhashseed"}


KEEPING = [
    "import contextlib, io\nOUT = io.StringIO()\ndef keep(): return contextlib.redirect_stdout(OUT)",
    "from contextlib import redirect_stderr as r",
    "import sys, io\nsys.stdout = io.StringIO()",
    "import sys, io\ndef keep(): sys.stderr = io.StringIO()",
    "import sys, io\nsetattr(sys, 'stdout', io.StringIO())",
    "import sys, io\nvars(sys)['stdout'] = io.StringIO()",
    "from unittest import mock\ndef keep(): return mock.patch('sys.stdout')",
    "import builtins\nbuiltins.print = len",
    "import os\ndef keep(): os.dup2(3, 1)",
    "from os import dup2",
    "from IPython.utils.io import capture_output",
    "from click.testing import CliRunner",
]


@pytest.mark.parametrize("keeping", KEEPING)
def test_where_a_program_may_keep_what_it_prints_it_counts(keeping):
    # It may be a function of another module that keeps it, while it imports this one.
    assert "print('x')" in kept(f"{keeping}\nprint('x')")
    files = {"keeping.py": keeping, "helper.py": "print('x')\nA = 1\n"}
    found = trial("import keeping, helper", "return helper.A", files)
    assert module("helper", found) == ["print('x')", "A = 1"]


def test_a_trial_that_keeps_what_a_module_prints():
    body = (
        "import contextlib, io\nout = io.StringIO()\n"
        "with contextlib.redirect_stdout(out):\n    for f in [seen]: f()\nreturn out.getvalue()"
    )
    assert agrees("def seen(): print('x')\nseen()", body) == "x\n"


@pytest.mark.parametrize(
    "harmless",
    [
        "import subprocess\ndef f(): return subprocess.run('x', stdout=-1, capture_output=True).stdout",
        "import sys\ndef f(): sys.stderr.write('x')",
        "def f():\n    '''Write to stdout.'''",
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout)",
    ],
)
def test_writing_and_the_output_of_programs_keep_nothing(harmless):
    assert "print('x')" not in kept(f"{harmless}\nprint('x')")


def test_an_edit_of_what_is_printed_runs_nothing_again():
    before = "def f(x): return x\nA = f(2)\n"
    files = {"helper.py": before + "print('A is', A)\n"}
    edited = {"helper.py": before + "print('A:', A, f(4))\n"}
    one, two = (digest("import helper", "return helper.A", each) for each in (files, edited))
    assert one == two
    changed = {"helper.py": edited["helper.py"].replace("f(2)", "f(3)")}
    assert digest("import helper", "return helper.A", changed) != two


@pytest.mark.parametrize(
    "somewhere",
    [
        "sys.stdout.write = put",
        "out = sys.stdout\nout.write = put",
        "setattr(sys.stdout, 'write', put)",
        "sys.__dict__.update(stdout=types.SimpleNamespace(write=put, flush=list))",
        "vars(sys).update(stdout=types.SimpleNamespace(write=put, flush=list))",
        "mock.patch.multiple('sys', stdout=types.SimpleNamespace(write=put, flush=list)).start()",
        "exec('sys.stdout = types.SimpleNamespace(write=put, flush=list)')",
    ],
)
def test_a_replaced_stream_keeps_what_is_printed(tmp_path, somewhere):
    start = (
        "import sys, types\nfrom unittest import mock\ntexts = []\ndef put(t): texts.append(t)\n"
    )
    body = "import os, sys\nos.write(1, repr(somewhere.texts).encode())"
    files = {"somewhere.py": start + somewhere}
    check_slice(tmp_path, "import somewhere\nprint('x')", body, files)
    assert outcome(tmp_path / "whole", {}).startswith("['x', '\\n']")


def test_a_replaced_function_keeps_what_is_printed():
    files = {"somewhere.py": "import pprint\ntexts = []\npprint.pprint = texts.append\n"}
    before = "import somewhere, pprint\npprint.pprint('x')"
    assert agrees(before, "return somewhere.texts", files) == ["x"]
