"""Look-ups of names that are written out need what they name, and nothing else."""

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import kept, module, trial

APART = {"apart.py": "Z = 1\n", "other.py": "X = 1\nY = 2\n"}
START = "import helper\nA = 5\nOWN = 1\nimport apart"


def look_up(text):
    return {"helper.py": f"A = 1\ndef f(): return A\n{text}\nunused = 3\n", **APART}


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("import sys, json\nsys.modules['old_json'] = json\ndef g(): return f()", ["A = 1", "def f(): return A"]),
        ("import sys, json\nsys.modules[__name__ + '.old'] = json\ndef g(): return f()", ["A = 1", "def f(): return A"]),
        ("import sys, json\nsys.modules.setdefault('old_json', json)\ndef g(): return f()", ["A = 1", "def f(): return A"]),
        ("import sys\ndef g(): return sys._getframe(1).f_globals.get('__name__')", []),
        ("import sys\ndef g(): return sys._getframe(1).f_globals['A']", ["A = 1"]),
        ("import sys\ndef g():\n    found = sys._getframe(1).f_globals\n    return found['A'], 'B' in found", ["A = 1"]),
        ("def g(): return f.__globals__['A']", ["A = 1", "def f(): return A"]),
        ("def g(fn=f): return fn.__globals__.get('A')", ["A = 1", "def f(): return A"]),
        ("import pkgutil\ndef g(): return pkgutil.resolve_name('json:dumps')(1)", []),
        ("import pkgutil\ndef g(): return pkgutil.resolve_name('json.dumps')(1)", []),
    ],
)  # fmt: skip
def test_what_is_written_out_is_all_that_is_found(tmp_path, text, needed):
    found = check_slice(tmp_path, START, "return helper.g()", look_up(text))
    assert not found.slice.widened
    lines = module("helper", found)
    assert [line for line in lines if line in ("A = 1", "def f(): return A")] == needed
    assert "unused = 3" not in lines
    assert "OWN = 1" not in kept(START, "return helper.g()", look_up(text))
    assert {item.name for item in found.slice.modules} == {"helper"}


def test_a_name_of_whichever_module_a_frame_is_of(tmp_path):
    text = "import sys\ndef g(): return sys._getframe(1).f_globals['A']"
    found = check_slice(tmp_path, START, "return helper.g()", look_up(text))
    assert "A = 5" in found.slice.text


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nsys.modules['other'] = sys\ndef g(): return 1",
        "import sys\nNAME = 'old'\nsys.modules[NAME] = sys\ndef g(): return 1",
        "import sys\ndel sys.modules['old']\ndef g(): return 1",
        "import sys\ndef g(): return sys.modules['other']",
        "import sys\ndef g(): return sys.modules['__main__']",
        "import sys\nsys.modules.setdefault('other', sys)\ndef g(): return 1",
        "import sys\ndef g(n): return sys._getframe(1).f_globals[n]",
        "import sys\ndef g(): return sys._getframe(1).f_globals",
        "import sys\ndef g(): return sys._getframe(1).f_globals.items()",
        "import sys\ndef g(): return sys._getframe(1).f_globals['__builtins__']",
        "import sys\ndef g(): return sys._getframe(1).f_globals['SETUP']",
        "def g(): f.__globals__['A'] = 2",
        "def g(): return f.__globals__.pop('A')",
        "import pkgutil\ndef g(): return pkgutil.resolve_name('other:X')",
        "import pkgutil\ndef g(n): return pkgutil.resolve_name(n)",
        "import pkgutil\ndef g(): return pkgutil.resolve_name('sys:modules')",
        "import pkgutil\ndef g(): return pkgutil.resolve_name('builtins.eval')",
    ],
)
def test_look_ups_that_may_find_anything(text):
    found = trial(START, "return helper.g()", look_up(text))
    assert found.slice.widened
    assert "OWN = 1" in found.slice.text


CALLED = {
    **APART,
    "helper.py": "import importlib\nA = 1\nNAMES = ['json', 'math']\nNAME = 'other'\nG\nunused = 3\n",
}


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        ("return [__import__(n).__name__ for n in NAMES]", {}),
        ("return [importlib.import_module(n).__name__ for n in NAMES]", {}),
        ("return {n: __import__(n).__name__ for n in ['json', 'math']}", {}),
        ("return __import__(NAME).X", {"other": ["X = 1"]}),
        ("return [[__import__(n).X for n in [n]] for n in [NAME]]", {"other": ["X = 1"]}),
        ("return __import__('os.path').__name__", {}),
        ("return __import__(NAMES[0] + '.decoder').decoder.__name__", {}),
    ],
)
def test_modules_that_are_imported_by_known_names(tmp_path, text, loaded):
    helper = CALLED["helper.py"].replace("G\n", f"def g(): {text}\n")
    found = check_slice(tmp_path, START, "return helper.g()", {**CALLED, "helper.py": helper})
    assert not found.slice.widened
    others = {item.name for item in found.slice.modules} - {"helper"}
    assert {name: module(name, found) for name in others} == loaded


@pytest.mark.parametrize(
    "text",
    [
        "return [__import__(n) for n, m in [[NAME, 1]]]",
        "return [(lambda n: __import__(n))(NAME) for n in NAMES]",
        "return __import__(NAME, fromlist=['X'])",
        "return __import__(NAME + '.more')",
        "return [__import__(n) for n in [n]]",
    ],
)
def test_modules_that_are_imported_by_unknown_names(text):
    helper = CALLED["helper.py"].replace("G\n", f"def g(): {text}\n")
    found = trial(START, "return helper.g()", {**CALLED, "helper.py": helper})
    assert found.slice.widened


PLUGGED = {
    "first.py": "import json\nimport second\ndef f(): return 1\ndef g(): return 2\n",
    "second.py": "from third import h, i\nB = 1\n",
    "third.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import fourth\ndef h(): return 3\ni = 4\n",
    "fourth.py": "C = 1\n",
}


@pytest.mark.parametrize(
    "body",
    [
        "if name not in sys.modules:\n    import_module('plugs.' + name)\nreturn first.f()",
        "return name in sys.modules, first.f()",
        "from sys import modules\nreturn 'second' in modules, first.f()",
        "return sys.modules['pandas'].DataFrame, first.f()",
        "pd = sys.modules.get('pandas.core')\nreturn pd and pd.x, first.f()",
    ],
)
def test_who_asks_whether_a_module_is_loaded_loads_all_and_needs_none_of_what_they_hold(body):
    before = "import sys, os\nfrom importlib import import_module\nimport first\nname = str(1)"
    found = trial(before, body, PLUGGED)
    assert module("first", found) == ["import json", "import second", "def f(): return 1"]
    assert module("second", found) == ["__import__('third')"]
    assert module("third", found) == ["from typing import TYPE_CHECKING"]
    assert "import sys, os" in found.slice.text
    assert {item.name for item in found.slice.modules} == {"first", "second", "third"}
    assert found.slice.widened == ()


def test_effects_on_a_module_outside_count_for_who_asks_for_it_by_name():
    before = "import sys\nimport numpy as np\nnp.random.seed(1)"
    assert "np.random.seed(1)" in kept(before, "return sys.modules['numpy'].random.rand()")
    assert "np.random.seed(1)" not in kept(before, "return sys.version")


@pytest.mark.parametrize(
    "body",
    [
        "return sys.modules, f()",
        "return sys.modules.keys(), f()",
        "return sys.modules['second'], f()",
        "return sys.modules[str(1)], f()",
        "return sys.modules['builtins'], f()",
        "return sys.modules['__main__'], f()",
    ],
)
def test_who_looks_at_the_loaded_modules_otherwise_needs_all(body):
    found = trial("import sys\nfrom first import f", body, PLUGGED)
    assert module("first", found) == PLUGGED["first.py"].splitlines()


@pytest.mark.parametrize(
    ("before", "body", "kept_imports"),
    [
        ("import importlib, pkgutil", "return importlib.util.find_spec('json')", True),
        ("import pkgutil", "import importlib as il\nreturn il.util.find_spec('json')", True),
        ("import logging, pkgutil", "return logging.handlers.MemoryHandler(3)", True),
        (
            "import importlib, pkgutil\nimport importlib.util",
            "return importlib.util.find_spec('json')",
            False,
        ),
        ("import importlib, pkgutil", "return importlib.import_module('json')", False),
        ("from importlib import util\nimport pkgutil", "return util.find_spec('json')", False),
        ("import logging, pkgutil", "return logging.getLogger('x')", False),
    ],
)
def test_a_submodule_outside_that_another_import_loads(before, body, kept_imports):
    found = trial(f"{before}\nimport first", body, PLUGGED)
    assert ("pkgutil" in found.slice.text) == kept_imports
    assert ("first" in {item.name for item in found.slice.modules}) == kept_imports
    assert found.slice.widened == ()
