import pytest

from tests.support.sliced_texts import HEAD, analysed, digest, kept, module, trial

# ------------------------------------------------------------------ what is in and what is out


def test_only_what_the_function_uses_is_in():
    before = "A = 1\nB = 2\ndef f(): return A\ndef g(): return B\nclass C: pass\nimport os"
    assert kept(before, "return f()") == ["A = 1", "def f(): return A"]
    assert kept(before, "return g()") == ["B = 2", "def g(): return B"]
    assert kept(before, "return C(), os") == ["class C: pass", "import os"]
    assert kept(before) == []


def test_other_decorated_functions_are_out():
    after = "@trial(2, {})\ndef u(): return 1\n@verify(['t'])\ndef v(results): return True"
    assert kept("", "return 1", after=after) == []
    assert kept("", "return u()", after=after) == ["def u(): return 1"]


@pytest.mark.parametrize(
    "binding",
    [
        "X = 1\nX = 2",
        "if Y: X = 1\nelse: X = 2\nY = []",
        "try:\n    import numpy as X\nexcept ImportError:\n    X = None",
        "for X in range(3): pass",
        "if (X := 1): pass",
        "X = 1\nX += 1",
        "X = []\nX.append(1)",
        "X = []\nX += [1]",
        "X = {}\nX['a'] = 1",
        "X = {}\nfor i in range(3): X[i] = i",
        "X = 1\ndel X",
        "def X(): pass\nX.attribute = 1",
        "class X: pass\nX.attribute = 1",
        "def X():\n    global X\n    X = 1",
        "def setter():\n    global X\n    X = 1",
        "import X.a\nimport X.b",
        "import X\nimport X.b as c",
        "X, y = 1, 2",
        "X = Y = []\nY.append(1)",
        "match [1]:\n    case [X]: pass",
        "from functools import singledispatch\n@singledispatch\ndef X(a): pass\n@X.register(int)\ndef _(a): pass",
    ],
)
def test_all_bindings_of_a_name_are_in(binding):
    assert kept(f"OTHER = 1\n{binding}", "return X") == binding.split("\n")


@pytest.mark.parametrize(
    "needed",
    [
        "B = 1\nA = B",
        "B = 1\ndef A(x=B): pass",
        "B = 1\ndef A() -> B: pass",
        "B = 1\nclass A(B): pass",
        "B = 1\nclass A:\n    x = B",
        "B = 1\nclass A:\n    def f(self): return B",
        "def B(f): return f\n@B\ndef A(): pass",
        "B = 1\nA = lambda: B",
        "B = 1\nA = [B for _ in range(2)]",
        "B = 1\nA: B = 2",
        "class B: pass\ndef A(x: 'B'): pass",
        "class A:\n    def f(self): return __B\n_A__B = 1",
    ],
)
def test_uses_are_followed(needed):
    assert kept(f"OTHER = 1\n{needed}", "return A") == needed.split("\n")


def test_a_parameter_hides_a_name():
    assert kept("A = 1\ndef f(A): return A", "return f(1)") == ["def f(A): return A"]


@pytest.mark.parametrize(
    "effect",
    [
        "input('x')",
        "import sys; sys.path.insert(0, 'lib')",
        "import warnings\nwarnings.filterwarnings('error')",
        "A = open('data.txt', 'w')",
        "assert True",
        "with open('x', 'w') as file: pass",
        "from math import *",
        "import enable_something",
        "from sklearn.experimental import enable_halving_search_cv",
        "from flask import route\n@route\ndef g(): pass",
        "class Meta(type):\n    def __init__(cls, *a): input(1)\nclass A(metaclass=Meta): pass",
        "class A:\n    def __init_subclass__(cls): input(cls)\nclass B(A): pass",
        "class A:\n    input('x')",
        "for i in range(3): input(i)",
        "raise SystemExit",
        "Y = []\nX = [Y]\nX[0].append(1)",
        "import json\njson.attribute = 1",
        "def f(): input(1)\nX = f()",
        "A = [lambda: 1]\nB = A\nB.append(1)",
        "def f(x):\n    x.append(1)\nA = []\nf(A)",
        "try:\n    input(1)\nexcept OSError: pass",
        "SETUP['k'] = 1",
        "import json\n[x, (*json.attribute, y)] = 1, (2, 3)",
        "A = [1]\nB = A\nB += [2]",
        "L = [1]\nD = {'a': L}\ndef f(): D['a'] += [2]\nX = f()",
        "async def f(): return 1\nX = f()",
        "if __name__ == '__main__':\n    pass\nelse:\n    input(1)",
        "A = max([1], key=print)",
        "A = 1\nA << 2",
        "L = [1]\nD = {'a': L}\nD['a'] += [2]",
        "import operator\nA = {}\noperator.setitem(A, 'x', 1)",
        "import itertools\nA = list(itertools.starmap(print, [(1,)]))",
        "from collections import defaultdict\nA = defaultdict(print)",
        "import re\nA = re.compile('x').sub(lambda m: input(m), 'x')",
        "class Base:\n    pass\nBase.register(1)",
    ],
)
def test_effects_are_always_in(effect):
    assert kept(f"OTHER = 1\n{effect}") == effect.split("\n")


@pytest.mark.parametrize(
    "pure",
    [
        "A = 1",
        "A = {'a': [1, (2, 3)], **{}}",
        "A = 2 ** 3 + len('abc')",
        "A = [int(x) for x in '1 2'.split()]",
        "import re\nA = re.compile('x')",
        "from pathlib import Path\nA = Path(__file__).resolve().parent / 'data'",
        "import os\nA = os.environ.get('HOME', '').strip()",
        "import numpy as np\nA = np.array([1, 2])",
        "import logging\nA = logging.getLogger(__name__)",
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    x: list = field(default_factory=list)\nB = A()",
        "from enum import Enum\nclass A(Enum):\n    X = 1\nB = A(1)",
        "class A:\n    def __init__(self, x): self.x = x\nB = A(1)",
        "from torch import nn\nclass A(nn.Module):\n    def __init__(self): super().__init__()",
        "def f(n):\n    found = []\n    for i in range(n): found.append(i)\n    return found\nA = f(3)",
        "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(): print(1)\n    return g\n@d\ndef A(): pass",
        "def d(n):\n    def e(f):\n        def g(): print(n)\n        return g\n    return e\n@d(1)\ndef A(): pass",
        "import functools\n@functools.lru_cache(maxsize=None)\ndef A(): pass",
        "class A:\n    @property\n    def x(self): return 1\n    @x.setter\n    def x(self, v): print(v)",
        "'just a text'",
        "if __name__ == '__main__':\n    print(1)",
        "A = 1\nA += 1",
        "A = {}\nA['x'] = 1\nA.update(y=2)",
        "try:\n    import numpy\nexcept ImportError:\n    numpy = None",
        "import json, numpy",
        "A = sorted([3, 1], key=lambda x: -x)",
        "A = ' '.join(str(x) for x in range(3))",
        "class A: pass\nclass B(A): pass",
        "def A(): print(1)",
        "from __main__ import x\ny = x",
        "import re\nA = re.compile('x').sub('y', 'x')",
        "import time\nA = time.time()",
        "from functools import singledispatch\n@singledispatch\ndef A(x): pass\n@A.register\ndef _(x: int): pass",
        "from collections import defaultdict\nA = defaultdict(list)",
        "import random\nA = random.getstate()",
        "import numpy as np\nA = np.random.get_state()[1]",
        "import torch\nA = torch.get_rng_state()\nB = torch.initial_seed()",
        "from pathlib import Path\nA = Path.cwd() / 'x'",
    ],
)
def test_what_has_no_effects_is_out(pure):
    assert kept(pure) == []


def test_who_has_a_state_of_random_numbers_has_all_that_settled_it():
    before = "import random\nrandom.seed(1)\nA = random.getstate()\nrandom.random()\nB = random.getstate()"
    assert kept(before, "return B") == [
        line for line in before.split("\n") if not line.startswith("A")
    ]
    assert kept(before) == []


def test_a_container_that_is_not_only_reached_by_one_name_is_changed_with_effect():
    assert kept("A = []\nB = A\nB.append(1)") == ["A = []", "B = A", "B.append(1)"]
    assert kept("import m\nm.A.append(1)") == ["import m", "m.A.append(1)"]


def test_reading_an_iterator_changes_it():
    before = "A = iter([1, 2])\nB = list(A)"
    assert kept(before, "return A") == ["A = iter([1, 2])", "B = list(A)"]
    assert kept(before) == []


def test_a_module_imported_for_a_submodule_is_kept_with_it():
    before = "import scipy\nfrom scipy import stats\nimport scipy.linalg as la"
    assert kept(before, "return scipy.stats.norm") == ["import scipy", "from scipy import stats"]
    assert kept(before, "return scipy.special") == ["import scipy"]
    assert kept(before, "return scipy") == before.split("\n")


# ------------------------------------------------------------------ the text


def test_every_character_keeps_its_place():
    before = "# a comment\nA = (1,  # one\n     2)\nB = 3  # three"
    text = trial(before, "return A").slice.text.split("\n")
    assert text == ["", "", "A = (1,  # one", "     2)", "", "", "def t():", "    return A", "", ""]


def test_statements_of_one_line_stay_together():
    assert kept("A = 1; B = C\nC = 2\nD = 3", "return A") == ["A = 1; B = C", "C = 2"]
    assert kept("A = 1; \\\n  B = 2", "return B") == ["A = 1; \\", "  B = 2"]
    assert kept("import os, sys; A = 1", "return A") == ["import os, sys; A = 1"]


@pytest.mark.parametrize(
    ("line", "used", "left"),
    [
        ("from m import a, b, c", "a", "from m import a"),
        ("from m import a, b, c", "b", "from m import    b"),
        ("from m import a, b, c", "c", "from m import       c"),
        ("from m import a, b, c", "(a, c)", "from m import a   , c"),
        ("from m import (a as x, b)", "b", "from m import (        b)"),
        ("import os.path, sys", "sys.argv", "import          sys"),
        ("from ä import ö, b", "b", "from ä import    b"),
    ],
)
def test_names_of_an_import_are_kept_one_by_one(line, used, left):
    assert kept(line, f"return {used}") == [left]


def joined(before, body):
    """Return what remains, with lines that a backslash continues as one."""
    return " ".join("\n".join(kept(before, body)).replace("\\\n", "").split())


def test_imports_over_several_lines():
    before = "from m import (\n    a,  # one, two\n    b,\n    c,\n)"
    left = ["from m import (", " " * 8 + "# one, two", "    b", "     ,", ")"]
    assert kept(before, "return b") == left
    assert kept("from m import a, \\\n    b", "return a") == ["from m import a"]
    assert kept("from m import a, \\\n    b", "return b") == ["from m import    \\", "    b"]
    assert joined("from m import a, \\\n    b, c", "return a + c") == "from m import a , c"
    assert (
        joined("from m import a, b, \\\n    c, \\\n    d", "return a + d") == "from m import a , d"
    )


def test_our_decorators_do_not_run_but_others_do():
    text = (
        HEAD
        + "import functools\n\n@functools.cache\n@trial(\n    1,\n    {},  # no values\n)\n# why\n@functools.cache\ndef t():\n    pass\n"
    )
    assert analysed(text)["t"].slice.text.split("\n")[1:] == [
        "import functools", "", "@functools.cache", "", "", "", "", "", "@functools.cache", "def t():", "    pass", "",
    ]  # fmt: skip


def test_decorators_of_a_local_module_run_without_counting():
    files = {"decorators.py": "def trial(order, values): return lambda f: f\n"}
    text = "from decorators import trial\n@trial({}, {{}})\ndef t(): pass\n@trial(9, {{}})\ndef u(): pass\n"
    one, two = (analysed(text.format(order), files)["t"].slice for order in (1, 2))
    assert one.text == "from decorators import trial\n@trial(1, {})\ndef t(): pass\n\n\n"
    assert [item.name for item in one.modules] == ["decorators"]
    assert one.digest == two.digest


def test_future_imports_are_always_in():
    text = "'''doc'''\nfrom __future__ import annotations\nfrom decorators import trial\n@trial(1, {})\ndef t(): pass\n"
    found = analysed(text)["t"].slice
    assert found.text == "\nfrom __future__ import annotations\n\n\ndef t(): pass\n"
    assert found.statements == (1, 3)


def test_an_encoding_comment_does_not_survive():
    text = "# -*- coding: latin-1 -*-\nfrom decorators import trial\n@trial(1, {})\ndef t(): pass\n"
    assert analysed(text)["t"].slice.text == "\n\n\ndef t(): pass\n"


def test_removed_names_are_those_that_the_text_does_not_bind():
    found = trial(
        "A = B = 1\nC = 2\nfrom m import d, e\ndef f():\n    global g\n    g = 1", "return A, d"
    ).slice
    assert found.removed == ("C", "e", "f", "g", "setup", "trial", "verify")


def test_the_modules_docstring_is_a_name():
    text = "'''doc'''\nfrom decorators import trial\n@trial(1, {})\ndef t(): return __doc__\n"
    assert analysed(text)["t"].slice.text == "'''doc'''\n\n\ndef t(): return __doc__\n"


# ------------------------------------------------------------------ widening


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return globals()", "uses globals"),
        ("return eval('A')", "uses eval"),
        ("exec('A')", "uses exec"),
        ("return vars()", "uses vars"),
        ("f = eval\nreturn f", "uses eval"),
        ("import builtins\nreturn builtins.eval('A')", "uses builtins.eval"),
        ("import sys\nreturn sys.modules[__name__]", "uses sys.modules"),
        ("from sys import modules as m\nreturn m.get(__name__)", "uses sys.modules.get"),
        ("import sys\nreturn getattr(sys, 'modules')[__name__]", "uses sys.modules"),
        ("import sys\nreturn getattr(sys, 'mod' + 'ules')[__name__]", "uses sys as an object"),
        ("import sys\ns = sys\nreturn s.modules", "uses sys as an object"),
        ("import inspect\nreturn inspect.getsource([f][0])", "uses inspect.getsource"),
        ("import importlib\nreturn importlib.import_module(x)", "imports a module whose name is computed"),
        ("return __import__(x)", "imports a module whose name is computed"),
        ("return t.__globals__", "uses .__globals__"),
        ("class B: pass\nreturn B.__subclasses__()", "uses .__subclasses__"),
        ("return object.__subclasses__()", "uses .__subclasses__"),
        ("import sys\nreturn sys._getframe(1).f_globals", "uses .f_globals"),
        ("import inspect\nreturn inspect.stack()[1].frame.f_locals", "uses .f_locals"),
        ("import sys\nreturn vars(sys.modules[t.__module__])", "uses sys.modules"),
        ("import sys\nreturn sys.modules[t.__module__].__dict__", "uses sys.modules"),
        ("import sys\nm = sys.modules[t.__module__]\nreturn m", "uses sys.modules"),
        ("import sys\nfor m in sys.modules: pass", "uses sys.modules"),
        ("import sys\nreturn 'A' in [*sys.modules]", "uses sys.modules"),
        ("return f.__init__['__builtins__']", "names '__builtins__'"),
        ("exec(x, None)", "uses exec"),
        ("exec(x, None, {})", "uses exec"),
        ("exec(*x)", "uses exec"),
        ("exec(x, names)", "uses exec"),
        ("names = None\nif x: names = {}\nexec(x, names)", "uses exec"),
        ("def run(text, names={}): exec(text, names)\nrun(x, None)", "uses exec"),
        ("def dict(): return None\nexec(x, dict())", "uses exec"),
        ("exec(x, globals())", "uses exec"),
    ],
)  # fmt: skip
def test_dynamic_names_take_the_whole_module(body, reason):
    found = trial("A = 1\ndef f(): return 2", body).slice
    assert [(item.module, item.dynamic) for item in found.widened] == [(None, True)]
    assert found.widened[0].reason.removeprefix("builtins.") in (
        reason,
        reason.replace("builtins.", ""),
    )
    assert found.removed == ()


@pytest.mark.parametrize(
    "body",
    [
        "import pickle\nreturn read(pickle)",
        "import pickle\nreturn pickle.load(open('x', 'rb'))",
        "import joblib\nreturn joblib.load('x')",
        "import shelve\nreturn dict(shelve.open('x'))",
        "import torch\nreturn torch.load('x', weights_only=False)",
        "import importlib, json\nreturn importlib.reload(json)",
        "import sys\nreturn sys._getframe(1).f_code.co_name",
        "import inspect\nreturn inspect.currentframe().f_back.f_code.co_name",
        "import sys\nreturn getattr(sys.modules[type(x).__module__], name)",
        "import sys\nm = sys.modules.get(x.__module__)\nreturn m.A, getattr(m, name)",
        "import inspect\nreturn getattr(inspect.getmodule(x), name)",
        "exec(x, {})",
        "names = {}\nexec(x, names)\nreturn names['y']",
        "names = dict(a=1)\nreturn (lambda: eval(x, names))()",
        "return eval('a', {'__builtins__': {}}, {'a': 1})",
        "names = {}\nnames['__builtins__'] = {}\nreturn eval('a', names)",
        "return [eval(x, {name: 1 for name in 'ab'}) for name in x]",
    ],
)
def test_what_the_worker_notices_takes_nothing(body):
    found = trial("A = 1\ndef f(): return 2", body).slice
    assert not found.widened
    assert {"A", "f"} <= set(found.removed)


IN_BRANCHES = """import importlib, importlib.util
if x:
    if y:
        m = importlib.import_module(x)
    c = getattr(m, name)
else:
    spec = importlib.util.spec_from_file_location('m', 'm.py')
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    c = [m.C for _ in 'ab']"""


def test_a_variable_of_two_branches_that_never_run_both():
    found = trial("A = 1\ndef f(): return 2\nx = y = name = ''", IN_BRANCHES + "\nreturn c").slice
    assert not found.widened


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("else:", "if y:"),
        ("else:", "for _ in x:"),
        ("    c = [m.C for _ in 'ab']", "c = m"),
        ("    c = getattr(m, name)", "    c = m"),
        ("import importlib, importlib.util", "import importlib.util\nwhile x:\n  m = 1"),
        ("if x:\n    if y:", "while y:\n  if x:\n    if y:"),
        ("if y:", "global m\n    if y:"),
    ],
)
def test_a_variable_of_branches_that_may_run_both(old, new):
    assert IN_BRANCHES.count(old) == 1
    changed = IN_BRANCHES.replace(old, new)
    if new.startswith("while y"):
        changed = changed.replace("\nelse:", "\n  else:")
    found = trial("A = 1\ndef f(): return 2\nx = y = name = ''", changed + "\nreturn c").slice
    assert found.widened


@pytest.mark.parametrize(
    "body",
    [
        "return locals()",
        "return vars(SETUP), dir(SETUP)",
        "return model.eval()",
        "def eval(x): return x\nreturn eval(1)",
        "import ast\nreturn ast.literal_eval('1')",
        "import importlib\nreturn importlib.import_module('json')",
        "import sys\nreturn sys.argv",
        "import sys\nreturn getattr(sys, 'frozen', False), hasattr(sys, 'ps1')",
        "import sys\nsetattr(sys, 'dont_write_bytecode', True)\ndel sys",
        "import numpy, json\nreturn f(numpy), f(json)",
        "import torch\nreturn torch.load('x', weights_only=True)",
        "import inspect\nreturn inspect.signature(t)",
    ],
)
def test_what_does_not_widen(body):
    assert trial("A = 1", body).slice.widened == ()


def test_names_of_the_module_hide_builtins():
    assert trial("def eval(x): return x", "return eval(1)").slice.widened == ()


def test_dynamic_code_with_effects_widens_everything():
    found = trial("A = 1\nglobals()['B'] = 2").slice
    assert [(item.reason, item.span.line) for item in found.widened] == [("uses globals", 3)]


def test_locals_at_module_level_widens():
    assert [item.reason for item in trial("A = locals()", "return A").slice.widened] == [
        "uses locals"
    ]
    assert [item.reason for item in trial("input(dir())").slice.widened] == ["uses dir"]


# ------------------------------------------------------------------ the digest


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("A = 1", "A = 1.0"),
        ("A = 1", "A = True"),
        ("A = 1", "A = '1'"),
        ("A = '1'", "A = b'1'"),
        ("A = 0.0", "A = -0.0"),
        ("A = 0", "A = None"),
        ("A = 1", "A: int = 1"),
        ("A = f'{1}'", "A = f'{1!r}'"),
        ("A = f'{1:2}'", "A = f'{1}2'"),
        ("A = (1, 2)", "A = [1, 2]"),
        ("def A(): return 1", "def A(): return 2"),
        ("def A(x): return 1", "def A(x=1): return 1"),
        ("def A(x, /): return 1", "def A(*, x): return 1"),
        ("def A(): return 1", "async def A(): return 1"),
        ("A = 1", "A = 1\ninput(A)"),
        ("A = 1\nA = 2", "A = 2\nA = 1"),
        ("B = 1\nA = B", "A = B\nB = 1"),
        ("A = []\nA.append(1)\nA.append(2)", "A = []\nA.append(2)\nA.append(1)"),
        ("from m import A", "from n import A"),
        ("from m import A", "from m import B as A"),
        ("A = 1\ninput(1)\ninput(2)", "A = 1\ninput(2)\ninput(1)"),
        (
            "import os\nos.environ['x'] = '1'\nimport A",
            "import os\nimport A\nos.environ['x'] = '1'",
        ),
        (
            "def f(): return B\nB = 1\nA = f()",
            "def f(): return B\nA = f()\nB = 1",
        ),
        ("import A", "from __main__ import A"),
    ],
)
def test_what_counts(one, two):
    assert digest(one, "return A") != digest(two, "return A")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("A = 1", "# comment\n\nA  =  (1)  # one"),
        ("A = 1000", "A = 1_000"),
        ("A = 'a' 'b'", 'A = "ab"'),
        ("def A(): return 1", "def A():\n    '''Return one.'''\n    return 1"),
        ("class A: pass", "class A:\n    '''A class.'''"),
        (
            "class A:\n    def f(self): pass",
            "class A:\n    def f(self):\n        'doc'\n        pass",
        ),
        ("A = B = 1", "OTHER = 1\nA = B = 1\ndef f(): return OTHER"),
        ("A = B\nfrom m import B", "A = B\nfrom m import B, C"),
        ("import B\ndef A(): return B", "def A(): return B\nimport B"),
        ("B = 1\nC = 2\ndef A(): return B, C", "C = 2\nB = 1\ndef A(): return B, C"),
        ("def B(): return A\ndef A(): return B", "def A(): return B\ndef B(): return A"),
        ("input(1)\nA = 1", "A = 1\ninput(1)"),
        (
            "import numpy as B\nimport json as C\nA = (B, C)",
            "import json as C\nimport numpy as B\nA = (B, C)",
        ),
    ],
)
def test_what_does_not_count(one, two):
    assert digest(one, "return A") == digest(two, "return A")


def test_the_values_of_a_trial_do_not_count():
    text = HEAD + "@trial({}, {{'n': [{}]}}, threads={})\ndef t(n): return n\n"
    slices = [analysed(text.format(*values))["t"].slice for values in ((1, 2, 3), (4, 5, 6))]
    assert slices[0].digest == slices[1].digest


def test_two_functions_with_the_same_slice_differ():
    text = (
        HEAD
        + "@trial(1, {})\ndef t(): return globals()\n@trial(1, {})\ndef u(): return globals()\n"
    )
    found = analysed(text)
    assert found["t"].slice.text == found["u"].slice.text
    assert found["t"].slice.digest != found["u"].slice.digest


@pytest.mark.parametrize("body", ["return A.__doc__", "import inspect\nreturn inspect.getdoc(A)"])
def test_docstrings_count_for_who_looks_at_them(body):
    one, two = "def A(): 'one'", "def A(): 'two'"
    assert digest(one, body) != digest(two, body)
    assert digest(one, "return A") == digest(two, "return A")


def test_comments_count_for_who_reads_the_source():
    body = "import inspect\nreturn inspect.getsource(A)"
    assert digest("A = 1  # one", body) != digest("A = 1  # two", body)


# ------------------------------------------------------------------ pieces


def test_pieces_say_how_they_were_reached():
    found = trial(
        "RATE = 0.9\ndef normalize(x): return x * RATE\ndef prep(): return normalize(1)\ninput(1)",
        "return prep()",
    )
    assert [
        (item.names, item.kind, item.line, item.value, item.reached_from)
        for item in found.slice.pieces
    ] == [
        (("t",), "function", 7, None, None),
        ((), "statement", 5, None, None),
        (("prep",), "function", 4, None, 0),
        (("normalize",), "function", 3, None, 2),
        (("RATE",), "constant", 2, "0.9", 3),
    ]


def test_a_piece_is_reached_on_the_shortest_way():
    found = trial("A = 1\ndef f(): return A", "return f(), A")
    assert [(item.names, item.reached_from) for item in found.slice.pieces] == [
        (("t",), None),
        (("f",), 0),
        (("A",), 0),
    ]


def test_kinds_of_pieces():
    found = trial("import os, sys\nclass A: pass\nB = {}\nB['x'] = os", "return A, B")
    assert {(item.names, item.kind) for item in found.slice.pieces} == {
        (("t",), "function"), (("A",), "class"), (("B",), "constant"), (("B",), "statement"), (("os",), "import"),
    }  # fmt: skip


def test_a_long_value_is_shortened():
    found = trial(f"A = '{'x' * 100}'", "return A")
    assert found.slice.pieces[1].value == f"'{'x' * 56}..."


def test_a_whole_experiment_keeps_its_import_of_the_context():
    before = "from mlx2smk import SETUP\nimport helper"
    found = trial(before, "return __import__(x)", {"helper.py": "from exp import SETUP"})
    assert before in found.slice.text
    assert module("helper", found) == ["from exp import SETUP"]
