"""A slice gives what the whole program gives, whatever its decorators, classes and calls do on the way.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import sys
import types

import pytest

from tests.support.sliced_texts import HEAD, kept, trial


def run(text, files):
    """Run a program with its modules, and return what its trial returns, or what it raises."""
    shim = types.ModuleType("decorators")
    for name in ("setup", "trial", "verify"):
        setattr(shim, name, lambda *_, **__: lambda function: function)
    modules = {"decorators": shim, **{name: types.ModuleType(name) for name in files}}
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        for name, source in files.items():
            exec(compile(source, name, "exec"), modules[name].__dict__)  # noqa: S102
        space = {"__name__": "exp"}
        exec(compile(text, "exp.py", "exec"), space)  # noqa: S102
        return space["t"]()
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module


def agrees(before, body="return seen", files=None):
    """Whether a program and its slice give the same; returns that."""
    files = files or {}
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    whole = run(f"{HEAD}{before}\n@trial(1, {{}})\ndef t():\n{lines}", strip(files))
    found = trial(before, body, files).slice
    texts = {item.name: item.text for item in found.modules}
    sliced = {name: texts[name] for name in strip(files) if name in texts}
    assert run(found.text, sliced) == whole
    return whole


def strip(files):
    return {path.removesuffix(".py"): text for path, text in files.items()}


# ------------------------------------------------------------------ decorators

USED = "@{use}\ndef noted(): pass"

REGISTERING = [
    # returned from inside an `if`, a loop, a `try`, a `with`
    ("d()", "def d(on=True):\n if on:\n  def e(f):\n   seen.append(1)\n   return f\n  return e\n def g(f): return f\n return g"),
    ("d()", "def d():\n def e(f): seen.append(1); return f\n def g(f): return f\n if True: return e\n return g"),
    ("d()", "def d():\n def e(f): seen.append(1); return f\n def g(f): return f\n for _ in [1]: return e\n return g"),
    ("d()", "def d():\n def e(f): seen.append(1); return f\n def g(f): return f\n try: return e\n finally: pass\n return g"),
    ("d()", "def d():\n def e(f): seen.append(1); return f\n def g(f): return f\n return e if True else g"),
    # one of two definitions
    ("d()", "def d(on=True):\n def e(f): return f\n if on:\n  def e(f): seen.append(1); return f\n return e"),
    ("d()", "def d():\n def e(f): return f\n e = lambda f: seen.append(1)\n return e"),
    ("d()", "def d():\n return lambda f: seen.append(1)"),
    ("d(lambda f: seen.append(1))", "def d(e):\n def g(f): return f\n return e"),
    # names of the frame around, which a name of the module hides
    ("d(seen.append)", "def call(f): return f\ndef d(call):\n def e(f): return call(1)\n return e"),
    ("d()", "def note(f): return f\ndef d():\n note = seen.append\n def e(f): return note(1)\n return e"),
    ("d(seen)", "def d(reg):\n def e(f): reg.append(1); return f\n return e"),
    ("d(seen)", "reg = []\ndef d(reg):\n def e(f): reg.append(1); return f\n return e"),
    ("d()", "def d():\n global e\n def e(f): seen.append(1); return f\n return e"),
    # what is returned was decorated itself
    ("d()", "def w(f): return lambda g: seen.append(1)\ndef d():\n @w\n def e(f): return f\n return e"),
    ("d", "def w(f): return lambda g: seen.append(1)\n@w\ndef d(f): return f"),
    ("d()", "def w(f):\n def g(): return lambda h: seen.append(1)\n return g\n@w\ndef d():\n def e(f): return f\n return e"),
    # classes
    ("D", "class D:\n def __init__(self, f): seen.append(1)"),
    ("D()", "class D:\n def __call__(self, f): seen.append(1)"),
    ("D", "class D:\n def __new__(cls, f): seen.append(1)"),
    # arguments
    ("d(x=seen.append(1))", "def d(x):\n def e(f): return f\n return e"),
    ("d(seen.append(1))", "def d(x):\n def e(f): return f\n return e"),
    # plain ones
    ("d", "def d(f): seen.append(1); return f"),
    ("d", "def d(f, seen=seen): seen.append(1); return f"),
    ("d", "def d(f):\n def g(): seen.append(1)\n g()\n return f"),
    ("d", "def d(f): return [seen.append(1) for _ in [1]] and f"),
    # of several steps
    ("d()()", "def d():\n def c():\n  def e(f): seen.append(1); return f\n  return e\n return c"),
    ("d(1)", "def c():\n def e(f): seen.append(1); return f\n return e\ndef d(x): return c()"),
    ("d.e", "class d:\n @staticmethod\n def e(f): seen.append(1)"),
    # methods of classes
    ("d.e", "class d:\n @classmethod\n def e(cls, f): seen.append(1)"),
    ("d.e", "class d:\n @classmethod\n def e(cls, f): return cls.g(f)\n @classmethod\n def g(cls, f): seen.append(1)"),
    ("d.e", "class d:\n @staticmethod\n def e(f): return f\nd.e = staticmethod(lambda f: seen.append(1))"),
    ("d.e", "class d:\n @staticmethod\n def e(f): return f\nsetattr(d, 'e', staticmethod(lambda f: seen.append(1)))"),
    ("d.e", "def w(c): return type('d', (), {'e': lambda f: seen.append(1)})\n@w\nclass d:\n @staticmethod\n def e(f): return f"),
    ("d.e(1)", "class d:\n @staticmethod\n def e(n): return lambda f: seen.append(1)"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "factory"), REGISTERING)
def test_a_registering_decorator_is_never_left_out(use, factory):
    if "= lambda" not in factory:
        assert agrees(f"seen = []\n{factory}\n{USED.format(use=use)}") == [1]
    assert agrees(f"seen = []\n{factory}\n@{use}\nclass noted: pass") == [1]


@pytest.mark.parametrize(("use", "factory"), REGISTERING)
def test_a_registering_decorator_of_a_local_module_is_never_left_out(use, factory):
    files = {"helper.py": f"seen = []\n{factory}\n"}
    before = f"from helper import *\n{USED.format(use=use)}"
    assert agrees(before, files=files) == [1]
    name = use.partition("(")[0].partition(".")[0]
    before = f"from helper import {name}, seen\n{USED.format(use=use)}"
    assert agrees(before, files=files) == [1]
    helper = use.replace("seen", "helper.seen")
    before = f"import helper\n{USED.format(use=f'helper.{helper}')}"
    assert agrees(before, "return helper.seen", files) == [1]


def test_a_decorator_of_one_module_that_notes_in_another():
    files = {
        "notes.py": "seen = []\ndef note(f):\n    seen.append(1)\n    return f\n",
        "helper.py": "from notes import note\ndef d():\n    def e(f): return note(f)\n    return e\n",
    }
    before = "import notes\nfrom helper import d\n@d()\ndef noted(): pass"
    assert agrees(before, "return notes.seen", files) == [1]


@pytest.mark.parametrize(
    ("use", "factory"),
    [
        ("d()", "def d(on=True):\n def e(f): return f\n def g(f): return f\n if on: return e\n return g"),
        ("d(1)", "def d(n):\n def e(f):\n  def g(): return n\n  return g\n return e"),
        ("d(1)", "import functools\ndef d(n):\n def e(f):\n  @functools.wraps(f)\n  def g(): return print(n)\n  return g\n return e"),
        ("d", "def d(f): return f"),
        ("d()", "def d():\n own = []\n def e(f): own.append(f); return f\n return e"),
        ("d.e", "class d:\n @staticmethod\n def e(f): return f"),
        ("d.e", "import functools\nclass d:\n RIGHT = 1\n @classmethod\n def e(cls, f):\n  @functools.wraps(f)\n  def g(x): x.kind = cls.RIGHT; return f(x)\n  return g"),
        ("d.e", "import enum\nclass d(enum.Enum):\n RIGHT = 1\n @classmethod\n def e(cls, f): return f"),
    ],
)  # fmt: skip
def test_a_harmless_decorator_is_left_out(use, factory):
    assert kept(f"{factory}\n{USED.format(use=use)}") == []


def test_a_harmless_decorator_of_a_method_is_left_out():
    files = {"helper.py": "class d:\n    @classmethod\n    def e(cls, f): return f\n"}
    assert (
        kept("import helper\nclass K:\n    @helper.d.e\n    def g(self): pass", files=files) == []
    )


def test_a_class_whose_base_is_a_function_fails_in_its_slice_too():
    lines = ["def f(): pass", "class A(f): pass"]
    assert kept("\n".join(lines)) == lines


# ------------------------------------------------------------------ calls


@pytest.mark.parametrize(
    "program",
    [
        # a circle of calls, the impure one last: f needs g, g needs f
        "def f(n):\n if n: g(0)\n seen.append(1)\ndef g(n):\n if n: f(0)\nf(1)\nX = g(1)",
        "def g(n):\n if n: f(0)\ndef f(n):\n if n: g(0)\n seen.append(1)\nX = f(0)\nY = g(1)",
        # what is called is not what was written under the name
        "def w(f): return lambda: seen.append(1)\n@w\ndef f(): pass\nX = f()",
        "def w(c): return lambda: seen.append(1)\n@w\nclass A: pass\nX = A()",
        "from functools import singledispatch\n@singledispatch\ndef f(x): pass\n@f.register(int)\ndef _(x): seen.append(1)\nX = f(1)",
        "class A: pass\ndef note(self): seen.append(1)\nA.__init__ = note\nX = A()",
        "class A: pass\ndef note(self): seen.append(1)\nsetattr(A, '__init__', note)\nX = A()",
        "class A: pass\ndef note(cls): seen.append(1)\nA.__init_subclass__ = classmethod(note)\nclass B(A): pass",
        "def w(g):\n class C:\n  def __init_subclass__(cls): seen.append(1)\n return C\n@w\ndef f(): pass\nclass A(f): pass",
        "def f(): pass\nf.__mro_entries__ = lambda bases: (seen.append(1), ())[1]\nclass A(f): pass",
        "def f(): pass\ndef g(): seen.append(1)\nf.__code__ = g.__code__\nX = f()",
        # functions given to who calls them
        "X = list(map(seen.append, [1]))",
        "X = sorted([1], key=seen.append)",
        "import json\nX = json.loads('[1.5]', parse_float=seen.append)",
        "import json\nX = json.loads('{}', object_hook=seen.append)",
        "import json\ndef d(x): seen.append(1); return 1\nX = json.dumps({'a': seen.append}, default=d)",
        "X = list(iter(seen.append, None)) if False else iter(lambda: seen.append(1), None)\nnext(X, 0)",
        "import re\nX = re.compile('x').sub(repl=lambda m: seen.append(1) or '', string='x')",
        "import re\nf = lambda m: seen.append(1) or ''\nX = re.compile('x').sub(f, 'x')",
        "import functools, re\nf = functools.partial(lambda s, m: s.append(1) or '', seen)\nX = re.compile('x').sub(f, 'x')",
        "L = [1]\nL.sort(key=seen.append)",
        "import re\nD = {}\nX = re.compile('x').sub(D.setdefault, 'x')\nseen.append(len(D))",
        "import re\nD = {}\nM = D.setdefault\nX = re.compile('x').sub(M, 'x')\nseen.append(len(D))",
        "class A:\n @staticmethod\n def of(): return seen.append(1)\nB = A.of()",
        "L = [1]\nL.sort(**{'key': seen.append})",
        "from dataclasses import dataclass, asdict\n@dataclass\nclass A:\n x: int = 1\nX = asdict(A(), dict_factory=seen.append)",
        "from dataclasses import dataclass, replace\n@dataclass\nclass A:\n x: int = 1\n def __post_init__(self): seen.append(self.x)\nA2 = A\nX = replace(A2(), x=2)",
        "from dataclasses import dataclass, replace\n@dataclass\nclass A:\n x: int = 1\n def __post_init__(self): seen.append(self.x) if self.x == 2 else None\nX = A()\nY = replace(X, x=2)",
        "from dataclasses import dataclass, replace\n@dataclass\nclass A:\n x: int = 1\n@dataclass\nclass B(A):\n def __post_init__(self): seen.append(self.x)\nX = A()\nif True: X = B()\nY = replace(X, x=2)",
        "from dataclasses import dataclass, replace\n@dataclass\nclass A:\n x: int = 1\nX = replace(A(), x=seen.append(1))",
        # instances
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n x: int = field(default_factory=lambda: seen.append(1))\nX = A()",
        "import attr\n@attr.s\nclass A:\n x = attr.ib(factory=lambda: seen.append(1))\nX = A()",
        "import attr\n@attr.s\nclass A:\n x = attr.ib(default=attr.Factory(lambda: seen.append(1)))\nX = A()",
        "import attr\n@attr.s\nclass A:\n x = attr.ib(default=1, converter=seen.append)\nX = A()",
        "import attrs\n@attrs.define\nclass A:\n def __attrs_post_init__(self): seen.append(1)\nX = A()",
        "class A:\n def __new__(cls):\n  cls.n = 1\n  return super().__new__(cls)\nX = A()\nseen.append(A.n)",
        "class A:\n def __init__(self):\n  self = seen\n  self.append(1)\nX = A()",
        "class A:\n def __init__(self): self.__dict__ = shared; self.x = 1\nshared = {}\nX = A()\nseen.extend(shared)",
        "class B:\n def __init__(self): seen.append(1)\nclass A(B): pass\nX = A()",
        # classes
        "from enum import Enum\nclass A(Enum):\n def __init__(self, x): seen.append(x)\n B = 1",
        "from enum import Enum\nclass A(Enum):\n def __new__(cls, x): seen.append(x); return object.__new__(cls)\n B = 1",
        "from enum import Enum, auto\nclass A(Enum):\n def _generate_next_value_(*_): seen.append(1)\n B = auto()",
        "from enum import Enum\nclass A(Enum):\n def __init__(self, x): seen.append(x)\nclass B(A): C = 1",
        "from enum import Enum\nclass A(Enum):\n B = 1\n @classmethod\n def _missing_(cls, x): seen.append(x); return cls.B\nX = A(2)",
        "class D:\n def __set_name__(self, owner, name): seen.append(name)\nclass A: x = D()",
        "class M(type):\n def __init__(cls, *_): seen.append(1)\nclass A(metaclass=M): pass",
        "class M(type):\n def __init__(cls, *_): seen.append(1)\nclass B(metaclass=M): pass\nclass A(B): pass",
    ],
)
def test_what_was_noted_on_the_way_is_noted_in_the_slice(program):
    if "import attr" in program:
        pytest.importorskip("attr")
    agrees(f"seen = []\n{program}")


@pytest.mark.parametrize(
    "program",
    [
        "A = iter([1, 2])\nB = A\nC = next(B)",
        "A = iter([1, 2])\nB = A\nC = list(B)",
        "A = iter([1, 2])\nB = list(A)",
        "def g(): yield from [1, 2]\nA = g()\nB = list(A)",
        "A = (x for x in [1, 2])\nfor x in A: B = x",
        "A = iter([1, 2])\nB, C = A",
        "A = iter([1, 2])\nB = [*A]",
        "import io\nA = io.StringIO('a')\nB = list(A)",
    ],
)
def test_an_iterator_is_read_as_far_as_in_the_program(program):
    agrees(program, "return list(A)")


@pytest.mark.parametrize(
    "program",
    [
        "from m import A\nB = list(A)",
        "import m\nB = list(m.A)",
        "import m as n\nfor x in n.A: B = x",
        "from m import A as C\nB, D = C",
    ],
)
def test_an_iterator_of_a_local_module_is_read_as_far_as_in_the_program(program):
    files = {"m.py": "A = iter([1, 2])\n"}
    assert agrees(program, "import m\nreturn list(m.A)", files) == []


def test_a_function_replaced_in_a_local_module_is_called():
    files = {"m.py": "def f(): return 1\n"}
    before = "import m\nseen = []\ndef g(): seen.append(1)\nm.f = g\nX = m.f()"
    assert agrees(before, files=files) == [1]


def test_a_builtin_hidden_by_a_local_module_is_called():
    files = {"m.py": "seen = []\ndef len(x): seen.append(x)\n"}
    assert agrees("from m import *\nX = len(1)", files=files) == [1]


@pytest.mark.parametrize(
    "methods",
    [
        "@classmethod\ndef of(cls): cls.n = 1",
        "@classmethod\ndef of(cls): return cls()\ndef __init__(self): input(1)",
        "@classmethod\ndef of(cls):\n    cls = print\n    return cls()",
        "@classmethod\ndef of(cls): return cls.go()\n@classmethod\ndef go(cls): input(1)",
        "@staticmethod\ndef of(): input(1)",
        "@staticmethod\ndef of(): import anything",
        "@staticmethod\ndef of(): pass\nof = print",
        "@anything.traced\n@staticmethod\ndef of(): pass",
        "of = print",
    ],
)
def test_methods_of_classes_that_do_something_are_called(methods):
    body = "\n".join(f"    {line}" for line in methods.split("\n"))
    program = f"import anything\nKEPT = []\nclass A:\n{body}\nB = A.of()"
    assert "B = A.of()" in kept(program)


@pytest.mark.parametrize(
    "change",
    ["A.of = print", "setattr(A, 'of', print)", "del A.of", "C = A\nC.of = print"],
)
def test_methods_of_classes_that_are_replaced_are_called(change):
    program = f"class A:\n    @staticmethod\n    def of(): pass\n{change}\nB = A.of()"
    assert "B = A.of()" in kept(program)


@pytest.mark.parametrize(
    ("call", "is_harmless"),
    [
        ("getattr(m, 'pure')(1)", True),
        ("getattr(m, 'asks')(1)", False),
        ("getattr(m, 'gone', print)(1)", False),
        ("getattr(m, NAME)(1)", False),
        ("(lambda getattr: getattr(m, 'pure')(1))(print)", False),
    ],
)
def test_attributes_by_literal_names_are_what_they_name(call, is_harmless):
    files = {"m.py": "def pure(x): return x\ndef asks(x): input(x)\n"}
    lines = kept(f"import m\nNAME = 'pure'\nX = {call}", "return 1", files)
    assert (f"X = {call}" not in lines) == is_harmless


def test_methods_of_classes_that_a_decorator_replaces_are_called():
    program = "def put(c): return Other\nclass Other: of = print\n@put\nclass A:\n    @staticmethod\n    def of(): pass\n"
    assert "B = A.of()" in kept(f"{program}B = A.of()")


def test_a_method_of_a_class_that_another_module_replaces_is_called():
    files = {
        "m.py": "seen = []\nclass A:\n    @staticmethod\n    def of(): pass\n",
        "n.py": "import m\nm.A.of = lambda: m.seen.append(1)\n",
    }
    assert agrees("import m, n\nX = m.A.of()", "import m\nreturn m.seen", files) == [1]


@pytest.mark.parametrize(
    "effect",
    [
        "import yaml\nclass A(yaml.YAMLObject): pass",
        "import functools, anything\n@functools.partial(anything.note, depth=2)\ndef f(x): pass",
        "import click\n@click.command()\ndef f(): pass\nf()",
        "import anything\nA = anything.jit(print)",
        "from sqlalchemy.orm import DeclarativeBase\nclass B(DeclarativeBase): pass\nclass A(B): pass",
        "import x\nclass A(metaclass=x.Meta): pass",
        "try:\n    import enable_something\nexcept ImportError: pass",
        "if True:\n    import enable_something",
        "try:\n    import enable_something.a\n    import enable_something.b\nexcept ImportError: pass",
    ],
)
def test_what_libraries_note_is_in(effect):
    assert kept(f"OTHER = 1\n{effect}") == effect.split("\n")


@pytest.mark.parametrize(
    "pure",
    [
        "A = max([1], default=-1)",
        "import math\nA = getattr(math, 'sqrt')(4)",
        "class A:\n    @classmethod\n    def of(cls, x): return cls(x)\n    def __init__(self, x): self.x = x\nB = A.of(1)",
        "class A:\n    @staticmethod\n    def of(x): return [x]\n    def go(self): print(1)\nB = A.of(1)",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\n    @classmethod\n    def of(cls): return cls(x=2)\nB = A.of()",
        "try:\n    from fast import f\nexcept ImportError:\n    def f(x): return print(x)",
        "try:\n    import fast\nexcept ImportError:\n    fast = None",
        "if len([]):\n    import fast as f\nelse:\n    import slow as f",
        "import json\nA = json.dumps({}, default=str, indent=2)",
        "import json\nA = json.loads('{}', parse_float=float)",
        "from enum import Enum\nclass A(str, Enum):\n    X = 'x'\n    def __str__(self): return print(1)",
        "from enum import IntEnum\nclass A(IntEnum):\n    X = 1",
        "from abc import ABC, ABCMeta\nclass A(ABC): pass\nclass B(metaclass=ABCMeta): pass",
        "A = {}\nB = A.get(print)",
        "import jax\nfrom functools import partial\n@partial(jax.jit, static_argnums=0)\ndef f(x): return print(x)\nA = jax.vmap(f)",
        "import numba\n@numba.njit(cache=True)\ndef f(x): return x\n@numba.cuda.jit\ndef g(x): return x",
        "import click\n@click.command()\n@click.option('--n', default=1)\ndef f(n): print(n)",
        "import attr\n@attr.s\nclass A:\n    x = attr.ib(factory=list)",
        "import tenacity\n@tenacity.retry(stop=tenacity.stop_after_attempt(3))\ndef f(): print()",
        "import importlib.metadata\n__version__ = importlib.metadata.version('numpy')",
        "try:\n    import tomllib\nexcept ImportError:\n    import foo as tomllib\nA = tomllib",
        "def f(n): return g(n)\ndef g(n): return f(n)\nA = f(1)",
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    x: int = field(default=1, repr=False)\nB = A()",
        "from dataclasses import dataclass, replace\n@dataclass\nclass A:\n    x: int = 1\nB = A()\nC = replace(B, x=2)\nD = replace(replace(C, x=3), x=4)\nE = replace(A(2), x=5)",
        "import attrs\n@attrs.define\nclass A:\n    x: int = 1\nB = attrs.evolve(A(), x=2)",
        "class A:\n    def __init__(self, **kw): self.__dict__.update(kw)\nB = A(x=1)",
        "class A:\n    def __init__(self, **kw):\n        for k, v in kw.items(): setattr(self, k, v)\nB = A(x=1)",
        "class A(dict):\n    __getattr__ = dict.get\n    __setattr__ = dict.__setitem__\nB = A(x=1)",
        "import torch.nn as nn\nA = {'relu': nn.ReLU(), 'tanh': nn.Tanh()}\nB = nn.CrossEntropyLoss(reduction='sum')",
        "import torch\nA = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Softmax(1))",
        "from torchvision import transforms as T\nA = T.Compose([T.ToTensor(), T.Normalize((0.1,), (0.3,))])",
        "from sklearn.svm import SVC\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\nA = {'svm': make_pipeline(StandardScaler(), SVC())}",
        "from sklearn.model_selection import KFold\nA = KFold(5, shuffle=True)",
        "from sklearn.datasets import load_iris\nX, y = load_iris(return_X_y=True)",
        "from sklearn.model_selection import train_test_split\nX = [1, 2]\nA, B = train_test_split(X, random_state=0)",
        "import os, glob\nA = sorted(os.listdir('data'))\nB = glob.glob('*.csv')",
        "import argparse\nA = argparse.Namespace(x=1)\nA.y = 2",
        "import copy\nA = {'x': {'y': 1}}\nB = copy.deepcopy(A)\nB['x']['y'] = 2",
        "from omegaconf import OmegaConf\nA = OmegaConf.create({'x': 1})\nA.y = 2",
        "from yacs.config import CfgNode as CN\n_C = CN()\n_C.MODEL = CN()\n_C.MODEL.DEPTH = 50\ncfg = _C",
    ],
)
def test_what_is_harmless_stays_out(pure):
    assert kept(pure) == []


@pytest.mark.parametrize(
    "init",
    [
        "def __init__(self, o): setattr(o, 'x', 1)",
        "def __init__(self, o): o.__dict__.update(x=1)",
        "def __init__(self, o):\n  self = o\n  setattr(self, 'x', 1)",
        "def __init__(self, o):\n  self.__dict__ = o.__dict__\n  self.__dict__.update(x=1)",
        "def __init__(self, **kw): [setattr(o, 'x', 1) for o in kw.values()]",
        "def __init__(self, o): self.o = o\n __setattr__ = lambda self, name, o: setattr(o, 'x', 1)",
    ],
)
def test_attributes_that_an_instance_gives_others_are_there(init):
    given = "o=O" if "**kw" in init else "O"
    before = f"class B: pass\nO = B()\nclass A:\n {init}\nX = A({given})"
    assert agrees(before, "return vars(O)") == {"x": 1}


def test_a_configuration_that_others_change_is_as_in_the_program():
    before = "import argparse, copy\nA = argparse.Namespace(x=[1])\nB = A\nB.y = 2\nC = copy.deepcopy(A)\nC.x.append(3)\nD = C.x"
    assert agrees(before, "return [vars(A), D]") == [{"x": [1], "y": 2}, [1, 3]]


NOTED = "def f(x):\n    return f.scale * x\nf.scale = 2\ny = f(1)"


def test_attributes_of_functions_belong_to_them():
    assert kept(NOTED) == []
    assert kept(NOTED, "return f(3)") == NOTED.split("\n")[:3]
    assert agrees(NOTED, "return y") == 2


@pytest.mark.parametrize(
    "replaced",
    [
        "def g(x): return seen.append(x)\ndef f(x): return x\nf.__code__ = g.__code__\ny = f(1)",
        "def d(f): return C()\nclass C:\n def __call__(self, x): return self.run(x)\n@d\ndef f(x): return x\nf.run = seen.append\ny = f(1)",
        "def f(x):\n    f.calls += 1\n    return x\nf.calls = 0\nf(1)\nseen.append(f.calls)",
        "def f(x): return x\nif seen is not None:\n def f(x): return f.run(x)\nf.run = seen.append\ny = f(1)",
    ],
)
def test_what_an_attribute_of_a_function_changes_is_in(replaced):
    assert agrees(f"seen = []\n{replaced}") == [1]
