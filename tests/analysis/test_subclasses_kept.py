"""Registries that base classes fill with their subclasses, and those that calls fill: who depends on them."""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept, module, trial

HOOKS = [
    ("REG = {}\nclass Base:\n def __init_subclass__(cls): REG[cls.__name__] = cls", "list(REG)"),
    (
        (
            "REG = {}\nclass Base:\n def __init_subclass__(cls, **more):\n"
            "  super().__init_subclass__(**more)\n  REG[cls.__name__.lower()] = cls"
        ),
        "list(REG)",
    ),
    (
        (
            "REG = {}\nclass Base:\n @classmethod\n def __init_subclass__(cls, name=None):\n"
            "  if name in REG: raise ValueError(name)\n  cls.label = name\n  REG[name or cls.__qualname__] = cls"
        ),
        "list(REG)",
    ),
    ("REG = []\nclass Base:\n def __init_subclass__(cls): REG.append(cls)", "len(REG)"),
    (
        "class Base:\n known = {}\n def __init_subclass__(cls): Base.known[cls.__name__] = cls",
        "list(Base.known)",
    ),
    ("class Base:\n known = []\n def __init_subclass__(cls): cls.known.append(1)", "Base.known"),
    (
        "from abc import ABC\nREG = []\nclass Base(ABC):\n def __init_subclass__(cls): REG.append(1)",
        "len(REG)",
    ),
]
SUBCLASSES = "class A(Base):\n x = 1\nclass B(A):\n y = 2\n"


@pytest.mark.parametrize(("base", "use"), HOOKS)
def test_who_uses_the_registry_has_all_that_fill_it(base, use):
    assert agrees(f"{base}\n{SUBCLASSES}", f"return {use}") is not None
    assert kept(f"{base}\n{SUBCLASSES}") == []


@pytest.mark.parametrize(("base", "use"), HOOKS)
def test_a_registry_of_another_module(base, use):
    first = use.split("(")[-1].rstrip(")").split(".")[0]
    files = {
        "base.py": f"{base}\n",
        "models.py": f"from base import *\n{SUBCLASSES}",
        "other.py": "Z = 1\n",
    }
    before = f"import models, other\nfrom base import {first}"
    assert agrees(before, f"return {use}", files)
    found = trial(before, "return other.Z", files)
    assert [item.name for item in found.slice.modules if item.text.strip()] == ["other"]


@pytest.mark.parametrize(
    "before",
    [
        # the hook does more
        "class Base:\n def __init_subclass__(cls): seen.append(1); print(end='')",
        "class Base:\n def __init_subclass__(cls): cls.start()\n @classmethod\n def start(cls): seen.append(1)",
        # another class's container
        "class Base:\n known = seen\n def __init_subclass__(cls): cls.known.append(1)",
        "class Root:\n known = []\n def __init_subclass__(cls): cls.known.append(1)\nclass Base(Root):\n known = seen",
        # two hooks
        (
            "class Root:\n def __init_subclass__(cls): seen.append(1)\n"
            "class Base(Root):\n def __init_subclass__(cls):\n  super().__init_subclass__()\n  cls.y = 1"
        ),
        (
            "class Base:\n def __init_subclass__(cls): pass\n"
            "def hook(cls): seen.append(1)\nBase.__init_subclass__ = classmethod(hook)"
        ),
        "class Base:\n def __init_subclass__(cls, note=seen.append): note(1)",
        "class Meta(type):\n def __init__(cls, *a): seen.append(1)\nclass Base(metaclass=Meta): pass",
        (
            "def make(): return type('M', (), {'__init_subclass__': classmethod(lambda c: seen.append(1))})\n"
            "class Base(make()): pass"
        ),
    ],
)
def test_what_else_a_subclass_does_is_never_left_out(before):
    assert agrees(f"seen = []\n{before}\nclass Sub(Base): pass")[-1] == 1


@pytest.mark.parametrize(
    "change",
    [
        "class Base:\n count = 0\n def __init__(self): Base.count += 1",
        "class Base:\n def __init__(self): setattr(Base, 'count', 1); setattr(self, 'x', 1)",
        "class Base: pass\ndef fresh(): Base.cache = {}",
    ],
)
def test_what_a_program_counts_in_a_class_is_no_hook(change):
    assert kept(f"{change}\n{SUBCLASSES}") == []


@pytest.mark.parametrize(
    "change",
    [
        "Base.__init_subclass__ = classmethod(note)",
        "setattr(Base, '__init_subclass__', classmethod(note))",
        "name = '__init_subclass__'\nsetattr(Base, name, classmethod(note))",
    ],
)
@pytest.mark.parametrize(
    "base",
    ["from base import Base", "import base\nBase = base.Base", "import base as b\nBase = b.Base"],
)
def test_a_hook_that_another_module_sets_is_never_left_out(base, change):
    hooks = f"{base}\nseen = []\ndef note(cls): seen.append(1)\n{change}\n"
    files = {"base.py": "class Base: pass\n", "hooks.py": hooks}
    before = "import hooks\nfrom base import Base\nclass Sub(Base): pass"
    assert agrees(before, "return len(hooks.seen)", files) == 1


PATCHES = [
    "from base import Base\n{}",
    "import base as b\nOther = b.Base\nb = Other\n{}",
    "import base\ndef patch(Base):\n {}\npatch(base.Base)",
]


@pytest.mark.parametrize("change", PATCHES)
def test_an_instance_of_a_class_that_another_module_changes_is_never_left_out(change):
    patch = change.format("Base.__init__ = note").replace("b = Other\nBase", "Other")
    files = {
        "base.py": "class Base: pass\n",
        "hooks.py": f"seen = []\ndef note(self): seen.append(1)\n{patch}\n",
    }
    before = "import hooks\nfrom base import Base\nX = Base()"
    assert agrees(before, "return len(hooks.seen)", files) == 1


def test_a_function_whose_code_another_module_replaces():
    hooks = "import base\ndef note(): seen.append(1)\nbase.f.__code__ = note.__code__\n"
    files = {"base.py": "seen = []\ndef f(): pass\n", "hooks.py": hooks}
    before = "import base, hooks\nfrom base import f\nX = f()"
    assert agrees(before, "return len(base.seen)", files) == 1


CALLS = [
    'register("w")(lambda x: x)',
    'register("w")(helper)',
    'added = register("w")(helper)',
    'REGISTRY.register("w")(helper)',
]
REGISTER = """
REG = {}
def register(name):
    def add(f):
        REG[name] = f
        return f
    return add
class Registry:
    def __init__(self, title): self.items = {}
    def register(self, name):
        def add(f):
            self.items[name] = f
            return f
        return add
REGISTRY = Registry("models")
def helper(x): return x
"""


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_registers_counts_for_those_who_use_the_registry(call):
    use = "return list(REGISTRY.items), list(REG)"
    assert sum(map(len, agrees(f"{REGISTER}{call}", use))) == 1
    assert kept(f"{REGISTER}{call}") == []
    files = {"models.py": f"{REGISTER}{call}\nOTHER = 1\n"}
    found = trial("import models", "return models.OTHER", files)
    assert module("models", found) == ["OTHER = 1"]


@pytest.mark.parametrize(
    ("factory", "call"),
    [
        ("def d(x):\n def e(f): f(); return f\n return e", "d(1)(lambda: seen.append(1))"),
        ("def d(x):\n def e(f): return f\n return e", "d(seen.append(1))(print)"),
        ("def d(x):\n def e(f): seen.append(1); return f\n return e", "d(1)(print)"),
        ("def d(x):\n x.append(1)\n return lambda f: f", "d(seen)(print)"),
        ("def d(x):\n def e(f): return x(1)\n return e", "d(seen.append)(print)"),
    ],
)
def test_a_call_of_what_a_call_returns_is_never_left_out(factory, call):
    assert agrees(f"seen = []\n{factory}\n{call}") == [1]
