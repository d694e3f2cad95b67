"""``Base.__subclasses__()`` needs the classes below ``Base``, and nothing else of the modules that define them."""

import pytest

from tests.support.running_slices import check_slice, experiment, outcome
from tests.support.sliced_texts import digest, kept, module, trial

BASE = "class Base: pass\nclass Other: pass\n"
FILES = {
    "base.py": BASE,
    "one.py": "from base import Base\nclass One(Base): pass\nX = 1\n",
    "two.py": "from one import One\nclass Two(One): pass\nclass Free: pass\n",
    "far.py": "import two\nY = 1\n",
    "apart.py": "Z = 1\n",
}
NAMES = "return [c.__name__ for c in {}]"
EVERY = "def every(cls):\n    return [s for c in cls.__subclasses__() for s in [c, *every(c)]]\n"


BELOW = """\
def below(cls):
    found = []
    for c in cls.__subclasses__():
        found += [c, *below(c)]
    return found
"""
OWN = "cls.__subclasses__()"
TYPE = "type(self).__subclasses__() + self.__class__.__subclasses__()"
NEWER = "class Newer(New): pass\n"


def listed_by(folder, before, body, files=FILES):
    """Return what a trial lists, whole as well as sliced, and its analysis."""
    found = check_slice(folder, before, body, files)
    text = outcome(folder / "again", {"exp.py": experiment(before, body), **files})
    return eval(text.split("\n")[-2]), found  # noqa: S307


@pytest.mark.parametrize(
    ("before", "listed", "expected"),
    [
        ("", "Base.__subclasses__()", ["One"]),
        (EVERY, "every(Base)", ["One", "Two"]),
        ("import base\n", "base.Base.__subclasses__()", ["One"]),
        ("import one\n", "one.One.__subclasses__()", ["Two"]),
        ("class New(Base): pass\n", "Base.__subclasses__()", ["One", "New"]),
        (BELOW, "below(Base)", ["One", "Two"]),
        (f"class New(Base):\n    @classmethod\n    def all(cls): return {OWN}\n{NEWER}", "New.all()", ["Newer"]),
        (f"class New(Base):\n    def all(self): return {TYPE}\n{NEWER}", "New().all()", ["Newer"] * 2),
    ],
)  # fmt: skip
def test_classes_that_a_look_up_may_list(tmp_path, before, listed, expected):
    start = f"from base import Base\nimport apart, far\n{before}"
    names, found = listed_by(tmp_path, start, NAMES.format(listed))
    assert names == expected
    assert not found.slice.widened
    assert "apart" not in {item.name for item in found.slice.modules}
    assert not any("= 1" in item.text for item in found.slice.modules)


def test_modules_that_are_loaded_for_their_classes():
    found = trial("from base import Base\nimport far", NAMES.format("Base.__subclasses__()"), FILES)
    assert module("far", found) == ["import two"]
    assert module("two", found) == ["from one import One", "class Two(One): pass"]
    assert module("one", found) == ["from base import Base", "class One(Base): pass"]


def test_the_order_of_classes_counts(tmp_path):
    body = NAMES.format("Base.__subclasses__()")
    one = "from base import Base\nclass A(Base): pass\nclass B(Base): pass\n"
    other = "from base import Base\nclass B(Base): pass\nclass A(Base): pass\n"
    assert digest(one, body, FILES) != digest(other, body, FILES)
    files = {"base.py": BASE} | {
        f"{name}.py": f"from base import Base\nclass {name}(Base): pass\n" for name in ("a", "b")
    }
    one, other = "from base import Base\nimport a, b", "from base import Base\nimport b, a"
    assert digest(one, body, files) != digest(other, body, files)
    assert listed_by(tmp_path / "one", one, body, files)[0] == ["a", "b"]
    assert listed_by(tmp_path / "other", other, body, files)[0] == ["b", "a"]


def test_a_module_that_is_loaded_when_the_function_runs(tmp_path):
    body = "import two\n" + NAMES.format("Base.__subclasses__()")
    names, found = listed_by(tmp_path, "from base import Base", body)
    assert names == ["One"]
    assert module("two", found) == ["from one import One", "class Two(One): pass"]


@pytest.mark.parametrize(
    "load",
    [
        "import importlib\nimportlib.import_module('one')",
        "import importlib\ndef load(): return importlib.import_module('one').X\nY = load()",
        "import importlib\nNAME = 'on'\nimportlib.import_module(NAME + 'e')",
        "__import__('one')",
    ],
)
def test_modules_that_calls_load(tmp_path, load):
    body = NAMES.format("Base.__subclasses__()")
    assert listed_by(tmp_path, f"from base import Base\n{load}", body)[0] == ["One"]


@pytest.mark.parametrize(
    "more",
    [
        "type('New', (Base,), {})",
        "import types\ntypes.new_class('New', (Base,))",
        "def make(base):\n    class New(base): pass\nmake(Base)",
        "def make():\n    class New(Base): pass\nmake()",
        "NAMED = {'b': Base}\nclass New(NAMED['b']): pass",
        "class Meta(type): pass\nMeta('New', (Base,), {})",
        "if True:\n    class New(Base): pass",
        "import importlib\ndef late(name): importlib.import_module(name)",
    ],
)
def test_classes_that_nobody_knows(tmp_path, more):
    body = NAMES.format("Base.__subclasses__()")
    start = f"from base import Base\nA = 1\n{more}"
    assert listed_by(tmp_path, start, body)[0] == ["New"] * ("New" in more)
    assert "A = 1" in kept(start, body, FILES)


@pytest.mark.parametrize(
    ("before", "listed"),
    [
        ("", "object.__subclasses__()"),
        ("", "Exception.__subclasses__()"),
        ("", "OTHER.__subclasses__()"),
        ("def of(c): return c.__subclasses__()\ng = of", "g(Base)"),
        ("def of(c=Base): return c.__subclasses__()", "of()"),
        ("def of(c):\n    c = c\n    return c.__subclasses__()", "of(Base)"),
        ("class Meta(type):\n    def of(cls): return cls.__subclasses__()\nclass A(metaclass=Meta): pass", "A.of()"),
        ("class M(type): pass\nclass N(M):\n    def of(cls): return cls.__subclasses__()\nclass A(metaclass=N): pass", "A.of()"),
        ("class A:\n    @staticmethod\n    def of(cls): return cls.__subclasses__()", "A.of(Base)"),
        ("", "getattr(Base, '__subclasses__')()"),
        ("", "type.__subclasses__(Base)"),
    ],
)  # fmt: skip
def test_look_ups_of_a_class_that_nobody_knows(before, listed):
    start = f"from base import Base\nOTHER = [Base][0]\nA1 = 1\n{before}"
    assert "A1 = 1" in kept(start, NAMES.format(listed), FILES)
