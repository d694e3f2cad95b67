"""Branches that never run do not count; their conditions do.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.running_slices import check_slice, outcome
from tests.support.sliced_texts import digest, kept, module, trial

NEVER_RUN = "__branch_that_never_runs__"
NEVER = [
    "if False:",
    "if 0:",
    "if None:",
    "if '':",
    "if not True:",
    "if False and other():",
    "if not (True or other()):",
    "import typing\nif typing.TYPE_CHECKING:",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:",
    "from typing import TYPE_CHECKING as T\nif T:",
    "import typing_extensions as te\nif te.TYPE_CHECKING:",
    "import sys\nif sys.version_info < (3, 8):",
    "import sys\nif sys.version_info[0] < 3:",
    "import sys\nif sys.version_info.major == 2:",
    "import sys\nif not sys.version_info >= (3, 7):",
    "from sys import version_info\nif version_info <= (2, 7):",
    "DEBUG = False\nif DEBUG:",
    "DEBUG: bool = False\nif DEBUG and other():",
    "MODEL = 'svm'\nif MODEL == 'tree':",
    "MODEL = 'svm'\nif MODEL in ('tree', 'forest'):",
    "LEVEL = 1\nif LEVEL > 2:",
    "THING = None\nif THING is not None:",
]


@pytest.mark.parametrize("condition", NEVER)
def test_a_branch_that_never_runs_does_not_count(condition):
    start, _, test = condition.rpartition("\n")
    inside = "    import absent\n    absent.start(rare())"
    before = f"{start}\ndef other(): return True\ndef rare(): return 1\n{test}\n{inside}\nelse:\n    A = 2"
    assert kept(before) == []
    lines = kept(before, "return A")
    assert "def rare(): return 1" not in lines
    assert lines[-4:] == [test, f"    {NEVER_RUN}", "else:", "    A = 2"]
    edited = before.replace("rare())", "rare(), 3)")
    assert digest(before, "return A") == digest(edited, "return A")
    assert digest(before, "return A") != digest(before.replace("A = 2", "A = 3"), "return A")
    turned = before.replace(test, test.replace("if ", "if not "))
    assert digest(before, "return A") != digest(turned, "return A")
    assert "def rare(): return 1" in kept(turned, "return A")


@pytest.mark.parametrize("condition", NEVER)
def test_a_branch_of_a_function_that_never_runs_does_not_count(condition):
    start, _, test = condition.rpartition("\n")
    function = f"def f():\n    {test}\n        return rare()\n    return 2"
    before = f"{start}\ndef other(): return True\ndef rare(): return 1\n{function}"
    assert "def rare(): return 1" not in kept(before, "return f()")
    edited = before.replace("return rare()", "return rare() + 1")
    assert digest(before, "return f()") == digest(edited, "return f()")
    if "absent" not in before and "typing_extensions" not in before:
        assert agrees(before, "return f()") == 2


@pytest.mark.parametrize(
    "condition",
    [
        "import os\nif os.name == 'nt':",
        "import sys\nif sys.version_info < (3, 12):",
        "import sys\nif sys.platform == 'win32':",
        "import sys\nif sys.version_info > (3, 9, 5):",
        "import sys\nif sys.version_info[1] < 8:",
        "if other():",
        "if other() or False:",
        "if SETUP:",
        "SETUP = None\nif SETUP:",
        "DEBUG = other()\nif DEBUG:",
        "DEBUG = []\nif DEBUG:",
        "DEBUG = False\nDEBUG = True\nif DEBUG:",
        "DEBUG = False\nDEBUG |= other()\nif DEBUG:",
        "DEBUG = False\nif other(): DEBUG = True\nif DEBUG:",
        "DEBUG = False\ndef put():\n    global DEBUG\n    DEBUG = True\nif DEBUG:",
        "DEBUG = False\nfor DEBUG in [1]: pass\nif DEBUG:",
        "DEBUG = False\nimport sys\nsys.modules[__name__].DEBUG = True\nif DEBUG:",
        "DEBUG = False\nglobals()['DEBUG'] = True\nif DEBUG:",
        "DEBUG = False\nglobals().update(DEBUG=True)\nif DEBUG:",
        "DEBUG = False\nexec('DEBUG' + ' = True')\nif DEBUG:",
        "DEBUG = False\nimport sys\ndef put(m, k): setattr(m, k, True)\nput(sys.modules[__name__], SETUP['k'])\nif DEBUG:",
        "DEBUG = False\nimport inspect\ndef put(m, k): setattr(m, k, True)\nput(inspect.getmodule(put), SETUP['k'])\nif DEBUG:",
        "DEBUG = False\ndef put(m): m.DEBUG = True\nif DEBUG:",
        "DEBUG = False\ndef put(m): m.__dict__.update(absent())\nif DEBUG:",
        "DEBUG = False\ndef put(m):\n    from unittest import mock\n    return mock.patch('m.DEBUG')\nif DEBUG:",
        "DEBUG = False\ndef put(n):\n    from unittest import mock\n    return mock.patch('m.' + n)\nif DEBUG:",
        "DEBUG = False\ndef put(n):\n    from unittest.mock import patch\n    return patch(n)\nif DEBUG:",
        "DEBUG = False\ndef put(n):\n    from unittest import mock\n    return mock.patch.multiple('m', **n)\nif DEBUG:",
        "DEBUG = False\ndef put(n):\n    from unittest import mock\n    return mock.patch.dict('m.__dict__', n)\nif DEBUG:",
        "DEBUG = False\ndef put(monkeypatch, n): monkeypatch.setattr(f'm.{n}', True)\nif DEBUG:",
        "DEBUG = False\nfrom helper import *\nif DEBUG:",
        "DEBUG = False\nimport importlib\nimportlib.import_module(SETUP['x'])\nif DEBUG:",
        "DEBUG = False\nimport importlib\nload = importlib.import_module\nif DEBUG:",
        "DEBUG = False\nfrom importlib import import_module as load\nload('x')\nif DEBUG:",
        "DEBUG = False\nimport importlib\ndef put(k): setattr(importlib.import_module('exp'), k, True)\nif DEBUG:",
        "DEBUG = False\nimport importlib\ndef put(k): importlib.import_module('plug.' + k)\nif DEBUG:",
        "DEBUG = False\nimport importlib\nimportlib.import_module(f'plug.{SETUP}')\nif DEBUG:",
        "import typing\ntyping.TYPE_CHECKING = True\nif typing.TYPE_CHECKING:",
        "class typing: TYPE_CHECKING = True\nif typing.TYPE_CHECKING:",
    ],
)
def test_a_branch_that_may_run_counts(condition):
    start, _, test = condition.rpartition("\n")
    before = f"{start}\ndef other(): return True\ndef rare(): return 1\n{test}\n    A = rare()\nelse:\n    A = 2"
    files = {
        "helper.py": "DEBUG = True\n",
        "plug/__init__.py": "",
        "plug/deep/a.py": "import exp\nexp.DEBUG = True\n",
    }
    assert "def rare(): return 1" in kept(before, "return A", files)


def test_names_of_inner_scopes_are_other_names():
    for function in (
        "def f(DEBUG):\n    if DEBUG: return rare()",
        "def f():\n    DEBUG = True\n    if DEBUG: return rare()",
        "def f():\n    for DEBUG in [1]:\n        if DEBUG: return rare()",
        "f = lambda: [rare() for DEBUG in [1] if DEBUG][0]",
    ):
        before = f"DEBUG = False\ndef rare(): return 1\n{function}"
        call = "return f(True)" if "(DEBUG)" in function else "return f()"
        assert agrees(before, call) == 1


CONFIG = {"config.py": "DEBUG = False\nMODE = 'a'\n", "pkg/__init__.py": "", "pkg/config.py": "DEBUG = False\n"}  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    [
        "from config import DEBUG\nif DEBUG:",
        "from config import DEBUG as D, MODE\nif D:",
        "import config\nif config.DEBUG:",
        "import config as c\nif c.MODE != 'a':",
        "from pkg import config\nif config.DEBUG:",
        "from pkg.config import DEBUG\nif DEBUG:",
    ],
)
def test_constants_of_other_modules(condition):
    start, _, test = condition.rpartition("\n")
    before = f"{start}\ndef rare(): return 1\n{test}\n    A = rare()\nelse:\n    A = 2"
    assert "def rare(): return 1" not in kept(before, "return A", CONFIG)
    edited = {path: text.replace("False", "True").replace("'a'", "'b'") for path, text in CONFIG.items()}  # fmt: skip
    assert "def rare(): return 1" in kept(before, "return A", edited)
    assert digest(before, "return A", CONFIG) != digest(before, "return A", edited)


@pytest.mark.parametrize(
    "somewhere",
    [
        "import config\ndef put(): config.DEBUG = True",
        "import config\ndef put(f): f(config)",
        "import pkg.config\nimport config\ndef put(f): f(pkg.config, config)",
        "import config\ndef put(k): setattr(config, k, True)",
        "import config\ndef put(m, k): setattr(m, k, True)\nput(config, SETUP['k'])",
        "import config\ndef put(k):\n    for m in [config]: setattr(m, k, True)",
        "import config\nclass A: pass\nA.m = config\ndef put(k): setattr(A.m, k, True)",
        "import sys\ndef put(k): setattr(sys.modules['config'], k, True)",
        "from importlib import import_module\ndef put(k): setattr(import_module('config'), k, True)",
        "import importlib\nimportlib.import_module('later')",
        "import importlib\ndef put(k): importlib.import_module(f'late{k}')",
        "def put(m): m.DEBUG = True",
        "NAMES = ['DEBUG']",
    ],
)
def test_a_constant_that_some_module_may_change_is_none(somewhere):
    before = "import config, somewhere\ndef rare(): return 1\nif config.DEBUG:\n    A = rare()\nelse:\n    A = 2"
    files = {
        **CONFIG,
        "somewhere.py": somewhere,
        "later.py": "import config\nconfig.DEBUG = True\n",
    }
    assert "def rare(): return 1" in kept(before, "return A", files)


@pytest.mark.parametrize(
    "somewhere",
    [
        "def put(m, k): setattr(m, k, True)",
        "class A:\n    def put(self, k): setattr(self.part, k, True)",
        "import config\ndef put(args, k): setattr(args, k, config.MODE)",
        "import importlib\nimportlib.import_module('json')",
        "from importlib import import_module\ndef load(k): return import_module(f'plugs.{k}')",
        "import importlib\ndef load(k): return importlib.import_module('plugs.' + k).run()",
    ],
)
def test_a_constant_that_nothing_can_change_is_one(somewhere):
    before = "import config, somewhere\ndef rare(): return 1\nif config.DEBUG:\n    A = rare()\nelse:\n    A = 2"
    files = {**CONFIG, "somewhere.py": somewhere, "plugs/a.py": "DEPTH = 1\ndef run(): return 1\n"}
    assert "def rare(): return 1" not in kept(before, "return A", files)
    own = f"{somewhere}\nDEBUG = False\ndef rare(): return 1\nif DEBUG:\n    A = rare()\nelse:\n    A = 2"
    assert "def rare(): return 1" not in kept(own, "return A", files)


CHANGED = """vars(config).update(json.loads('{"DEBUG": true}'))"""


@pytest.mark.parametrize(
    ("start", "files"),
    [
        ("import helper, config", {"helper.py": "exec('import config\\nconfig.DEBUG = True')"}),
        ("import helper, config", {"helper.py": "import config\nconfig.__setattr__('DEB' + 'UG', 1)"}),
        ("import a, config", {"helper.py": "import config", "a.py": f"import json\nfrom helper import config\n{CHANGED}"}),
        ("import a, config", {"helper.py": "import config", "a.py": f"import json\nfrom helper import *\n{CHANGED}"}),
        ("import a, config", {"helper.py": "import config", "a.py": f"import json, helper\n{CHANGED.replace('config', 'helper.config')}"}),
        ("import a, config", {"helper.py": "import config", "a.py": f"import json, helper\n{CHANGED.replace('config', 'vars(helper)[chr(99) + chr(111) + chr(110) + chr(102) + chr(105) + chr(103)]')}"}),
        ("from p import config", {"p/__init__.py": "class config:\n    DEBUG = 1 + 0\n", "p/config.py": "DEBUG = False\n"}),
        ("from p import config", {"p/__init__.py": "from .other import config\n", "p/other.py": "class config: DEBUG = 1 + 0\n", "p/config.py": "DEBUG = False\n"}),
        ("from p import config", {"p/__init__.py": "from .other import *\n", "p/other.py": "class config: DEBUG = 1 + 0\n", "p/config.py": "DEBUG = False\n"}),
        ("import p.config as config", {"p/__init__.py": "from . import config\nfor config in [type('C', (), {'DEBUG': 1})]: pass\n", "p/config.py": "DEBUG = False\n"}),
    ],
)  # fmt: skip
def test_a_constant_that_is_changed_or_hidden_elsewhere_is_none(tmp_path, start, files):
    before = f"{start}\nA = 1\nif config.DEBUG:\n    A = 2"
    check_slice(tmp_path, before, "return A", {"config.py": "DEBUG = False\n", **files})
    assert outcome(tmp_path / "whole", {}) == "2\n"


@pytest.mark.parametrize("test", ["N is 1000", "{1, 1} == {1}", "[1] != (1,)", "(1,) not in [[1]]"])
def test_conditions_are_pythons(tmp_path, test):
    check_slice(tmp_path, f"N = 1000\nA = 1\nif {test}: A = 2", "return A", {})
    assert outcome(tmp_path / "whole", {}) == "2\n"


def test_the_other_branch_is_certain():
    files = {
        "compat.py": "import sys\nif sys.version_info >= (3, 8):\n    from math import prod as p\n"
        "    def f(x): return x\nelse:\n    from old import p, f\ndef __getattr__(name): return 1\n",
        "old.py": "import os\nos.system('x')\n",
    }
    found = trial("from compat import f", "return f(1)", files)
    assert [item.name for item in found.slice.modules] == ["compat"]
    assert module("compat", found)[-2:] == ["else:", f"    {NEVER_RUN}"]


def test_what_a_branch_imports_that_never_runs_is_not_loaded():
    files = {"types_.py": "import os\nos.system('x')\nclass T: pass\n"}
    before = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from types_ import T\ndef f(x: 'T'): return x"
    found = trial(before, "return f(1)", files)
    assert [item.name for item in found.slice.modules] == []


FORMS = [
    "if DEBUG: A = rare()\nelif True: A = 2\nelse: A = rare()",
    "if not DEBUG: A = 2\nelif rare(): A = 3\nelse: A = 4",
    "if not DEBUG:\n    A = 2\nelif rare():\n    A = 3\nelse:\n    A = 4",
    "A = 2\nif DEBUG:\n    @rare\n    def g():\n        '''x\ny'''\n    A = rare()",
    "A = 2\nif DEBUG: A = rare(); A = 3",
    "A = 2\nfor i in [1]:\n    if DEBUG:\n        A = rare()\n        # comment\n\n        A = 3\n    A = A",
    "try:\n    if DEBUG:\n        A = rare()\n    else:\n        A = 2\nfinally:\n    pass",
    "A = 2\nif DEBUG:\n    if other():\n        A = rare()\n    else:\n        A = 3\n",
    "A = 2\nif DEBUG:\n    A = '''é\n    ''' + rare()",
    "class B:\n    if DEBUG:\n        x = rare()\n    else:\n        x = 2\nA = B.x",
    "match 1:\n    case 1:\n        if DEBUG: A = rare()\n        else: A = 2",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_slice_does_what_the_whole_does(tmp_path, form):
    before = f"DEBUG = False\ndef rare(): return 1\ndef other(): return 1\n{form}\n"
    found = check_slice(tmp_path, before, "return A", {})
    assert "rare()" not in found.slice.text.replace("def rare()", "")
    assert (NEVER_RUN in found.slice.removed) == (NEVER_RUN in found.slice.text)


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ("def f():\n    if False: yield", []),
        ("def f():\n    if DEBUG:\n        yield 1\n    return", []),
        ("def f():\n    if DEBUG:\n        yield from rare()", []),
        ("X = [1]\ndef f():\n    if DEBUG:\n        global X\n        X = rare()\n    return X", [1]),
        ("X = [1]\ndef f():\n    if DEBUG: X = rare()\n    try:\n        return X\n    except NameError:\n        return [2]", [2]),
        ("X = [1]\ndef f():\n    if DEBUG:\n        import X\n    try:\n        return X\n    except NameError:\n        return [2]", [2]),
        ("def f():\n    X = [1]\n    def g():\n        if DEBUG:\n            nonlocal X\n        X = [2]\n    g()\n    return X", [2]),
        ("def f():\n    if DEBUG: X = [1]\n    def g():\n        nonlocal X\n        X = [2]\n        return X\n    return g()", [2]),
        ("def f():\n    if DEBUG:\n        X = rare()\n    X = [3]\n    return X", [3]),
        ("def f():\n    for _ in [1]:\n        if DEBUG:\n            Y = rare()\n            continue\n    return [3]", [3]),
        ("def f():\n    def g():\n        if DEBUG: yield\n    return g()", []),
        ("X = [1]\nclass C:\n    if DEBUG: X = rare()\n    Y = X\ndef f(): return C.Y", [1]),
    ],
)  # fmt: skip
def test_what_a_branch_makes_of_a_function_by_being_there(tmp_path, function, result):
    before = f"DEBUG = False\ndef rare(): return [9]\n{function}"
    assert agrees(before, "return list(f())") == result
    check_slice(tmp_path, before, "return list(f())", {})


def test_who_reads_the_source_sees_the_branch():
    before = "DEBUG = False\ndef f():\n    if DEBUG:\n        return 1\n    return 2\n"
    body = "import inspect\nreturn inspect.getsource(f)"
    assert digest(before, body) != digest(before.replace("return 1", "return 3"), body)
