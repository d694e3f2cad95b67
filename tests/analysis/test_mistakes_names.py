"""Names that nothing defines, in what belongs to decorated functions."""

import pytest

from mlx2smk.diagnostics.about_suspicions import UndefinedName
from tests.support.expected_messages import mistakes, places

HEAD = "from mlx2smk import setup, trial, verify\n"


def body(*lines, before="", after="", files=None):
    """The mistakes of a trial with these lines; `before` is above it."""
    text = "".join(f"    {line}\n" for line in "\n".join(lines).split("\n"))
    return mistakes(f'{HEAD}{before}\n@trial(1, {{"n": [1]}})\ndef t(n):\n{text}{after}', files)


@pytest.mark.parametrize("kind", ["setup()", "trial(1, {})", 'verify(["t"])'])
def test_a_missing_import_is_seen_in_every_kind_of_function(kind):
    argument = "results" if "verify" in kind else ""
    other = "" if "trial" in kind else "@trial(1, {})\ndef t(): ...\n"
    text = f"{HEAD}{other}@{kind}\ndef f({argument}):\n    return {{'a': np.pi}}\n"
    [found] = mistakes(text)
    assert places([found]) == [(UndefinedName, text.count("\n"), "np")]
    assert found.message == "nothing defines the name 'np'"
    assert found.hint == "write `import numpy as np` at the top"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("json.dumps(n)", "write `import json` at the top"),
        ("torch.ones(n)", "write `import torch` at the top"),
        ("Path('x')", "write `from pathlib import Path` at the top"),
        ("lenn('x')", "did you mean 'len'?"),
        ("comptue(n)", "did you mean 'compute'?"),
        ("reslut + 1", "did you mean 'result'?"),
        ("zzzyyyxxx", "define it, or import it at the top"),
    ],
)
def test_the_hint_says_what_was_probably_meant(name, hint):
    [found] = body("result = n", f"return {name}", before="def compute(n): return n")
    assert found.hint == hint


def test_each_name_is_reported_once_at_its_first_place():
    found = body("a = np.ones(n)", "return np.sum(a) + pd.x", before="def unused(): return np.x")
    assert places(found) == [(UndefinedName, 5, "np"), (UndefinedName, 6, "pd")]


def test_helpers_are_looked_at_if_a_decorated_function_needs_them():
    before = "def helper(x):\n    return missing + x\ndef unused():\n    return missing_too"
    assert places(body("return helper(n)", before=before)) == [(UndefinedName, 3, "missing")]


def test_local_modules_are_looked_at_as_far_as_they_are_needed():
    files = {
        "pkg/__init__.py": "",
        "pkg/tools.py": "def f():\n    return oops\ndef g():\n    return x\n",
    }
    [found] = body("return f()", before="from pkg.tools import f", files=files)
    assert places([found]) == [(UndefinedName, 2, "oops")]
    assert found.path == "pkg/tools.py"


def test_a_local_module_has_no_setup():
    files = {"tools.py": "def f():\n    return SETUP['a']\n"}
    [found] = body("return f()", before="from tools import f", files=files)
    assert places([found]) == [(UndefinedName, 2, "SETUP")]
    assert "hand over" in found.hint


def test_module_level_code_and_decorators_are_looked_at():
    found = body("return X", before="X = oops + 1\n@nothing\ndef h(): ...\nh()")
    assert [each.message for each in found] == [
        "nothing defines the name 'oops'",
        "nothing defines the name 'nothing'",
    ]


def test_annotations_and_defaults_are_evaluated_where_they_stand():
    before = "def helper(x: Optional[int], y=MISSING) -> 'Never': return x"
    found = body("local: Nowhere = 1", "return helper(n)", before=before)
    assert places(found) == [(UndefinedName, 2, "Optional"), (UndefinedName, 2, "MISSING")]
    lazy = f"from __future__ import annotations\n{HEAD}@trial(1, {{}})\ndef t() -> Nothing: ...\n"
    assert mistakes(lazy) == ()


def test_what_the_main_guard_binds_is_not_there_in_a_job():
    found = body("return np.pi", after="if __name__ == '__main__':\n    import numpy as np\n")
    assert places(found) == [(UndefinedName, 5, "np")]


@pytest.mark.parametrize(
    "lines",
    [
        "try:\n    return np.pi\nexcept NameError:\n    return 0",
        "try:\n    x = np.pi\nexcept Exception:\n    x = 0",
        "try:\n    x = np.pi\nexcept:\n    x = 0",
        "try:\n    x = np.pi\nexcept (ValueError, NameError) as error:\n    x = 0",
        "try:\n    x = np.pi\nexcept n.Error:\n    x = 0",
        "import contextlib\nwith contextlib.suppress(NameError):\n    x = np.pi",
        "if False:\n    return np.pi",
        "if 0:\n    return np.pi\nreturn 1",
        "while False:\n    return np.pi",
        "if True:\n    return 1\nelse:\n    return np.pi",
        "if not False:\n    return 1\nelse:\n    return np.pi",
        "return 1\nreturn np.pi",
        "raise ValueError\nprint(np.pi)",
        "return False and np.pi",
        "return True or np.pi",
        "return np.pi if False else 1",
        "import typing\nif typing.TYPE_CHECKING:\n    print(np.pi)",
        "import sys\nif sys.version_info < (3,):\n    n = unicode(n)",
        "import sys\nreturn sys.version_info < (3,) and unicode(n)",
    ],
)
def test_nothing_is_said_where_the_code_does_not_run_or_the_error_is_caught(lines):
    assert body(*lines.split("\n")) == ()


@pytest.mark.parametrize(
    "lines",
    [
        "try:\n    x = np.pi\nexcept ValueError:\n    x = 0",
        "try:\n    x = 1\nexcept NameError:\n    x = np.pi",
        "if n:\n    return np.pi",
        "return n and np.pi",
        "return [np.pi for _ in range(n)]",
        "return (lambda: np.pi)()",
        "def inner():\n    return np.pi\nreturn inner()",
        "class A:\n    x = np.pi\nreturn A.x",
        "class A:\n    def f(self):\n        return np.pi\nreturn A().f()",
        "return f'{np.pi:.2f}'",
        "return f'{n:{np.pi}}'",
        "match n:\n    case np.x:\n        return 1",
        "global y\nreturn np.pi",
        "return getattr(np, 'pi')",
    ],
)
def test_everywhere_else_it_is_seen(lines):
    assert [(kind, name) for kind, _, name in places(body(*lines.split("\n")))] == [
        (UndefinedName, "np")
    ]


def test_a_name_that_only_type_checkers_import_is_missing():
    never = "import typing\nif typing.TYPE_CHECKING:\n    import numpy as np"
    found = places(body("return np.pi", before=never))
    assert [(kind, name) for kind, _, name in found] == [(UndefinedName, "np")]
    assert body("def inner(x: 'np.ndarray'): return x", "return inner(n)", before=never) == ()


@pytest.mark.parametrize(
    "before",
    [
        "from somewhere import *",
        "try:\n    import numpy as np\nexcept ImportError:\n    pass",
        "if len('a') > 3:\n    import numpy as np",
        "for np in []: pass",
        "def load():\n    global np\n    import numpy as np\nload()",
        "import numpy as np\ndel np",
        "globals()['np'] = 1",
        "globals().update(np=1)",
        "exec('np = 1')",
        "vars()['np'] = 1",
        "import sys\nsetattr(sys.modules[__name__], 'np', 1)",
        "import builtins\nbuiltins.np = 1",
        "with open('x') as np: pass",
        "(np := 1)",
        "import importlib\nnp = importlib.import_module('numpy')",
        "class np: pass",
        "import a.b as np",
        "[np := 1 for _ in 'a']",
        "match 1:\n    case np: pass",
        "import enum\n@enum.global_enum\nclass E(enum.Enum):\n    np = 1",
    ],
)
def test_nothing_is_said_where_the_name_may_be_there(before):
    assert body("return np", before=before) == ()


def test_star_imports_of_local_modules_are_followed():
    files = {"a.py": "from b import *\nx = 1\n", "b.py": "np = 1\n_hidden = 2\n"}
    assert body("return np + x", before="from a import *", files=files) == ()
    found = body("return np + y", before="from a import *", files=files)
    assert places(found) == [(UndefinedName, 5, "y")]
    files["b.py"] = "from numpy import *\n"
    assert body("return np + y", before="from a import *", files=files) == ()
    found = body("return y", before="from mlx2smk import *")
    assert places(found) == [(UndefinedName, 5, "y")]


def test_what_is_stored_in_a_module_from_outside_is_there():
    files = {"tools.py": "def f():\n    return np.pi\n"}
    before = "import tools\nimport numpy\n"
    assert body("return tools.f()", before=f"{before}tools.np = numpy", files=files) == ()
    assert body("return tools.f()", before=f"{before}setattr(tools, 'np', 1)", files=files) == ()
    assert len(body("return tools.f()", before=before, files=files)) == 1


def test_submodules_are_names_of_their_package():
    files = {
        "pkg/__init__.py": "from .part import f\ndef g():\n    return part.x + lost.x\n",
        "pkg/part.py": "x = 1\ndef f(): ...\n",
    }
    [found] = body("return pkg.g()", before="import pkg", files=files)
    assert places([found]) == [(UndefinedName, 3, "lost")]


@pytest.mark.parametrize(
    "lines",
    [
        "return __name__, __file__, __doc__, __spec__, __loader__, __package__, __builtins__",
        "return __debug__, NotImplemented, Ellipsis, __import__",
        "return SETUP",
        "class A:\n    def f(self):\n        return __class__, super()\n    a = __qualname__, __module__",
        "class A:\n    x = 1\n    y = x\n    class B(Exception): pass\n    class C(B): pass",
        "class A:\n    class T: pass\n    def f(self, x: T) -> T: ...",
        "return [x for x in n if x for y in x]",
        "del n\nn = 2\nreturn n",
        "x: 'Whatever' = 1\nreturn x",
        "import a.b, c as d\nfrom e import f as g\nreturn a, d, g",
        "try:\n    pass\nexcept ValueError as error:\n    return error",
        "def inner():\n    nonlocal n\n    n = 1\nreturn inner",
        "return n.query('x > @limit')",
        "return _('text'), ic(n)",
        "return lambda a, *b, c=1, **d: (a, b, c, d)",
        "match n:\n    case {'a': x, **rest}:\n        return x, rest\n    case [y, *z]:\n        return y, z",
        "return eval('undefined + n')",
    ],
)
def test_all_that_python_knows_is_known(lines):
    assert body(*lines.split("\n")) == ()
