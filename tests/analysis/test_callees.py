"""Calls through tables, instances, closures and parameters that only compute, and those that look alike but do more.

The oracle of the second kind is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept

REGISTRY = (
    "R = {}\ndef register(name):\n def add(f):\n  R[name] = f\n  return f\n return add\n"
    "@register('u')\ndef u(x): return x\n@register('v')\ndef v(x): return [x]\n"
)
NAMED = "def run_u(x): return x\nrun_v = lambda x: [x]\nrun_slow = 3\nif run_slow:\n from math import sqrt as run_w\n"
SUBCLASSES = (
    "class Base:\n known = {}\n def __init_subclass__(cls): Base.known[cls.__name__] = cls\n"
    "class A(Base):\n def run(self, x): return [x]\n"
    "class B(A):\n def run(self, x): return super().run(x)\n"
)


@pytest.mark.parametrize(
    "pure",
    [
        # tables
        "def f(x): return x\nT = {'u': f, 'v': lambda x: [x]}\nX = T['u'](0)",
        "def f(x): return x\nT = {'u': f}\nX = T.get('u', str)(0)",
        "T = {}\nT['u'] = lambda x: x\nT.update(v=lambda x: [x])\nX = T['v'](0)",
        "T = [len]\nT.append(lambda x: 1)\nX = T[1](0) if len(T) > 1 and 'a' in T else 0",
        "T = {}\ndef put(k, f): T[k] = f\nput('u', lambda x: x)\nX = T['u'](0)",
        "T = {}\ndef put(f): T[f.__name__] = f; return f\n@put\ndef u(x): return x\nX = T['u'](0)",
        f"{REGISTRY}X = R['u'](0)",
        f"{REGISTRY}register('w')(lambda x: x)\nX = R['w'](0)",
        f"{SUBCLASSES}X = Base.known['A']().run(0)",
        # names of the module
        f"{NAMED}def f(x, name): return globals()[f'run_{{name}}'](x)\nX = f(0, 'u')",
        f"{NAMED}def f(x, name): return globals()['run_' + name](x)\nX = f(0, 'u')",
        f"{NAMED}def f(x, name): return globals().get('run_%s' % name, str)(x)\nX = f(0, 'u')",
        f"{NAMED}X = globals()['run_u'](0)",
        # instances
        "class A:\n def __init__(self, k): self.k = k\n def __call__(self, x): return self.k + x\nP = A(3)\nX = P(1)",
        "class A:\n def go(self, x): self.x = x; return self.more()\n def more(self): return self.x\nX = A().go(1)",
        "class A:\n def go(self): return 1\nclass B(A):\n def go(self): return super().go()\nX = B().go()",
        "class A:\n @classmethod\n def of(cls): return cls()\n def go(self): return 1\nX = A.of().go()",
        "class A:\n @staticmethod\n def of(x): return x\nX = A().of(1)",
        # closures, functions inside others, several definitions, decorators
        "def make(k):\n def inner(x): return k + x\n return inner\nP = make(3)\nX = P(1)",
        "P = lambda x: x\nX = P(1)",
        "def f(x):\n total = 0\n def add(n):\n  nonlocal total\n  total = total + n\n add(x)\n return total\nX = f(1)",
        "def f(x):\n total = 0\n def add(n):\n  nonlocal total\n  total += n\n add(x)\n return total\nX = f(1)",
        "def f(x):\n found = []\n def add(n): found.append(n)\n add(x)\n return found\nX = f(1)",
        "if 3 % 2:\n def f(x): return x\nelse:\n def f(x): return [x]\nX = f(1)",
        "import functools\ndef twice(g):\n @functools.wraps(g)\n def w(x): return g(g(x))\n return w\n@twice\ndef f(x): return x\nX = f(1)",
        "def scaled(k):\n def d(g):\n  def w(x): return k * g(x)\n  return w\n return d\n@scaled(2)\ndef f(x): return x\nX = f(1)",
        "def each(x):\n for n in range(3): yield n\n yield from [x]\nX = sum(each(1))",
        # parameters
        "def f(cfg): return cfg.get('b')\nX = f({'b': 1})",
        "def f(cfg, k='b'): return cfg.get(k).upper()\nX = f({'b': 'c'})",
        "def f(x, **cfg): return cfg.get('b', x)\nX = f(0, b=1)",
        "def f(x, **cfg):\n cfg.setdefault('a', x)\n cfg['b'] = 1\n return cfg\nX = f(0, b=1)",
        "def apply(g, x): return g(x)\nX = apply(lambda x: x, 1)",
        "def apply(g, x): return list(map(g, x))\ndef f(x): return x\nX = apply(f, [1])",
        "from mlx2smk import SETUP\ndef f(cfg): return cfg.get('b')\nX = f(SETUP)",
        "X = SETUP.get('b')",
        "from mlx2smk import SETUP\nclass A:\n def __init__(self, cfg): self.cfg = cfg\n def go(self): return self.cfg.get('b')\nX = A(SETUP).go()",
        "class A:\n def __init__(self, cfg): self.cfg = cfg\n def __call__(self): return self.cfg['a'].upper()\nP = A({'a': 'b'})\nX = P()",
        "from mlx2smk import SETUP\ndef f(x, **cfg): return cfg.get('b')\nX = f(0, **SETUP)",
    ],
)
def test_what_only_computes_stays_out(pure):
    assert kept(pure) == []


SEEN = "def s(*_): seen.append(1)\n"


@pytest.mark.parametrize(
    "program",
    [
        # tables with another entry, or that get one
        "T = {'u': s}\nX = T['u'](0)",
        "T = {'u': len, 'v': s}\nX = T['v'](0)",
        "T = {'u': len, **{'v': s}}\nX = T['v'](0)",
        "T = {}\nX = T.get('v', s)(0)",
        "T = {}\nT['u'] = s\nX = T['u'](0)",
        "T = {}\nT.update(u=s)\nX = T['u'](0)",
        "T = {}\nT.update({'u': s})\nX = T['u'](0)",
        "T = {}\nT.update({**{'u': s}})\nX = T['u'](0)",
        "T = {}\nT.update([('u', s)])\nX = T['u'](0)",
        "T = {}\nT.setdefault('u', s)\nX = T['u'](0)",
        "T = {}\nT |= {'u': s}\nX = T['u'](0)",
        "T = {}\nU = T\nU['u'] = s\nX = T['u'](0)",
        "T = {}\ndef give(): return T\ngive()['u'] = s\nX = T['u'](0)",
        "T = {}\ndef put(t): t['u'] = s\nput(T)\nX = T['u'](0)",
        "T = {}\ndef put(t=T): t['u'] = s\nput()\nX = T['u'](0)",
        "T = {}\ndict.update(T, u=s)\nX = T['u'](0)",
        "T = {}\nT.__setitem__('u', s)\nX = T['u'](0)",
        "T = {}\nfor T['u'] in [s]: pass\nX = T['u'](0)",
        "T = {}\nT['u'], y = s, 1\nX = T['u'](0)",
        "T = {}\nglobals()['T']['u'] = s\nX = T['u'](0)",
        "T = {}\nT = {'u': s}\nX = T['u'](0)",
        "T = {}\nif True: T = {'u': s}\nX = T['u'](0)",
        "T = {}\ndef put(k, f): T[k] = f\nput('u', s)\nX = T['u'](0)",
        "T = {}\ndef put(k, f): T[k] = f\nput(f=s, k='u')\nX = T['u'](0)",
        "T = {}\ndef put(k, f): T[k] = f\nput(*['u', s])\nX = T['u'](0)",
        "T = {}\ndef put(k, f=s): T[k] = f\nput('u')\nX = T['u'](0)",
        "T = {}\ndef put(k, f):\n f = s\n T[k] = f\nput('u', len)\nX = T['u'](0)",
        "T = {}\ndef put(f): T['u'] = f; return f\np = put\n@p\ndef u(x): seen.append(1)\nX = T['u'](0)",
        "T = {}\ndef put(f): T['u'] = f; return f\nlist(map(put, [s]))\nX = T['u'](0)",
        "T = {}\ndef put(f): T['u'] = f; return f\n@put\ndef u(x): seen.append(1)\nX = T['u'](0)",
        "T = {}\ndef put(f):\n def w(x): seen.append(1); return f(x)\n T['u'] = w\n return f\n@put\ndef u(x): return x\nX = T['u'](0)",
        "T = {}\ndef put(f): T['u'] = f; return f\ndef w(f): return s\n@put\n@w\ndef u(x): return x\nX = T['u'](0)",
        f"{REGISTRY}@register('w')\ndef w(x): seen.append(1)\nX = R['w'](0)",
        f"{REGISTRY}register('w')(s)\nX = R['w'](0)",
        f"{REGISTRY}a = register('w')\na(s)\nX = R['w'](0)",
        f"{REGISTRY}def also(n, f): register(n)(f)\nalso('w', s)\nX = R['w'](0)",
        # names of the module
        f"{NAMED}run_x = s\ndef f(x, name): return globals()[f'run_{{name}}'](x)\nX = f(0, 'x')",
        f"{NAMED}def f(x, name): return globals()[name](x)\nX = f(0, 's')",
        f"{NAMED}def f(x, name): return globals().get(f'run_{{name}}', s)(x)\nX = f(0, 'x')",
        f"{NAMED}globals()['run_x'] = s\ndef f(x, name): return globals()[f'run_{{name}}'](x)\nX = f(0, 'x')",
        f"{NAMED}exec('run_x = s')\ndef f(x, name): return globals()[f'run_{{name}}'](x)\nX = f(0, 'x')",
        f"{NAMED}def put():\n global run_x\n run_x = s\nput()\ndef f(x, name): return globals()[f'run_{{name}}'](x)\nX = f(0, 'x')",
        f"{NAMED}def f(x, name): return globals()[f'run_{{name}}'](x)\nX = f(0, s(1) or 'u')",
        f"{NAMED}def f(x, name): return globals()[f'run_{{s(name) or name}}'](x)\nX = f(0, 'u')",
        # classes
        f"{SUBCLASSES}class C(B):\n def run(self, x): seen.append(1)\nX = Base.known['C']().run(0)",
        f"{SUBCLASSES}class C(A):\n def __init__(self): seen.append(1)\nX = Base.known['C']()",
        f"{SUBCLASSES}def make(base):\n class C(base):\n  def run(self, x): seen.append(1)\nmake(A)\nX = Base.known['C']().run(0)",
        f"{SUBCLASSES}type('C', (A,), {{'run': s}})\nX = Base.known['C']().run(0)",
        f"{SUBCLASSES}Base.known['C'] = lambda: type('C', (), {{'run': s}})()\nX = Base.known['C']().run(0)",
        f"{SUBCLASSES}setattr(A, 'run', s)\nX = Base.known['A']().run(0)",
        f"{SUBCLASSES}A.run = s\nX = Base.known['A']().run(0)",
        f"{SUBCLASSES}getattr(Base, 'known')['C'] = lambda: s\nX = Base.known['C']()()",
        "class B: known = {'C': len}\nsetattr(B, 'kn' + 'own', {'C': s})\nX = B.known['C'](0)",
        "def w(c): return D\nclass D: known = {'C': s}\n@w\nclass B: known = {'C': len}\nX = B.known['C'](0)",
        f"{SUBCLASSES}class C(A):\n known = {{'D': s}}\nX = C.known['D'](0)",
        "class A:\n def __init__(self): self.go = s\n def go(self): pass\nX = A().go()",
        "class A:\n def __getattribute__(self, n): return s\n def go(self): pass\nX = A().go()",
        "class A:\n def __new__(cls): return s\n def __call__(self): pass\nX = A()()",
        "class A:\n def go(self): self.more()\n def more(self): pass\nclass B(A):\n def more(self): seen.append(1)\nX = B().go()",
        "class A:\n def go(self): pass\nclass B:\n def go(self): seen.append(1)\nclass C(A): pass\nclass D(B, A): pass\nX = D().go()",
        "class A:\n def go(self): pass\nclass B(A):\n def go(self): super().go()\nclass M(A):\n def go(self): seen.append(1)\nclass C(B, M): pass\nX = C().go()",
        "class A:\n def go(self): self.n.append(1)\n def __init__(self, n): self.n = n\nX = A(seen).go()",
        "class A:\n def __call__(self): self.n = 1\nP = A()\nX = P()\nseen.append(getattr(P, 'n', 0))",
        "class A:\n n = 0\n def go(self): type(self).n = 1\nX = A().go()\nseen.append(A.n)",
        "def w(c): return lambda: s\n@w\nclass A:\n def __call__(self): pass\nX = A()()",
        # closures and parameters
        "def make(k):\n def inner(x): k.append(x)\n return inner\nP = make(seen)\nX = P(1)",
        "def make(k):\n def inner(x): return k(x)\n return inner\nP = make(s)\nX = P(1)",
        "def make(k):\n if k: return s\n def inner(x): return x\n return inner\nP = make(1)\nX = P(1)",
        "P = lambda x: seen.append(x)\nX = P(1)",
        "P = lambda x: x\nP = s\nX = P(1)",
        "P = lambda x: x\ndef put():\n global P\n P = s\nput()\nX = P(1)",
        "def f(x):\n found = []\n def swap():\n  nonlocal found\n  found = seen\n swap()\n found.append(1)\nX = f(1)",
        "def f(x):\n def add(n): seen.append(n)\n add(x)\nX = f(1)",
        "def f(x):\n def add(n): pass\n add = s\n add(x)\nX = f(1)",
        "if 3 % 2:\n def f(x): seen.append(1)\nelse:\n def f(x): return [x]\nX = f(1)",
        "def twice(g):\n def w(x): seen.append(1); return g(x)\n return w\n@twice\ndef f(x): return x\nX = f(1)",
        "def twice(g):\n def w(x): return g(g(x))\n return w\n@twice\ndef f(x): seen.append(1)\nX = f(1)\nseen.pop()",
        "def twice(g): return s\n@twice\ndef f(x): return x\nX = f(1)",
        "def twice(g):\n g = s\n def w(x): return g(x)\n return w\n@twice\ndef f(x): return x\nX = f(1)",
        "def each(x):\n yield 1\n seen.append(1)\nX = list(each(1))",
        "def f(cfg): return cfg.get('b')\nclass C:\n def get(self, k): seen.append(1)\nX = f(C())",
        "def f(cfg): cfg.append(1)\nX = f(seen)",
        "class C:\n def get(self, k): seen.append(1)\nclass A:\n def __init__(self, cfg): self.cfg = cfg\n def go(self): return self.cfg.get('b')\nX = A(C()).go()",
        "class C:\n def get(self, k): seen.append(1)\nclass A:\n def __init__(self, cfg): self.cfg = cfg\n def swap(self): self.cfg = C()\n def go(self): return self.cfg.get('b')\nP = A({})\nP.swap()\nX = P.go()",
        "class C:\n def get(self, k): seen.append(1)\nclass A:\n def __init__(self, cfg):\n  cfg = C()\n  self.cfg = cfg\n def go(self): return self.cfg.get('b')\nX = A({}).go()",
        "class A:\n def __init__(self, cfg): self.cfg = cfg\n def go(self): self.cfg.append(1)\nX = A(seen).go()",
        "class C:\n def get(self, k): seen.append(1)\nclass A:\n def __init__(self, cfg): self.cfg = cfg\n def go(self): return self.cfg.get('b')\nP = A({})\nsetattr(P, 'cfg', C())\nX = P.go()",
        "def f(cfg):\n cfg = C()\n return cfg.get('b')\nclass C:\n def get(self, k): seen.append(1)\nX = f({})",
        "def f(x, **cfg): return cfg.get('b').append(1)\nX = f(0, b=seen)",
        "def f(x, **cfg): return cfg['b'].get(1)\nclass C:\n def get(self, k): seen.append(1)\nX = f(0, b=C())",
        "def f(x, *rest): return rest[0](x)\nX = f(0, s)",
        "def apply(g, x): return g(x)\nX = apply(s, 1)",
        "def apply(x, g=s): return g(x)\nX = apply(1)",
        "def apply(g, h): return h(1)\nX = apply(*[len, s])",
        "def apply(g, h): return h(1)\nX = apply(len, **{'h': s})",
        "def apply(g): return g(1)(2)\nX = apply(lambda x: s)",
        "X = (None or s)(1)",
        "X = [s][0](1)",
        "X = {'a': s}['a'](1)",
        "def d(x): return lambda y: y\nX = d(s(1))(2)",
        "T = {'u': len}\nX = T[s(1) or 'u']('a')",
    ],
)
def test_what_looks_alike_but_does_something_is_in(program):
    agrees(f"seen = []\n{SEEN}{program}")


HELD = (
    "class A:\n def __call__(self, x): return x\nclass B:\n def __call__(self, x): s()\n"
    "def s(): import notes; notes.seen.append(1)\n"
)


@pytest.mark.parametrize(
    ("models", "tools", "use"),
    [
        ("T = {'u': len}", "import models\nmodels.T['u'] = s", "models.T['u'](0)"),
        ("T = {'u': len}", "from models import T as U\nU['u'] = s", "models.T['u'](0)"),
        ("T = {'u': len}", "import models\nmodels.T = {'u': s}", "models.T['u'](0)"),
        ("T = {'u': len}", "import models\nvars(models)['T']['u'] = s", "models.T['u'](0)"),
        ("T = {'u': len}", "import models\nt = getattr(models, 'T')\nt['u'] = s", "models.T['u'](0)"),
        ("T = {'u': len}", "import sys\nsys.modules['models'].T['u'] = s", "models.T['u'](0)"),
        ("P = lambda x: x", "import models\nmodels.P = s", "models.P(0)"),
        ("P = lambda x: x", "import models\nsetattr(models, 'P', s)", "models.P(0)"),
        (f"{HELD}P = A()\nP.q = B()", "", "models.P.q(0)"),
    ],
)  # fmt: skip
def test_what_another_module_puts_there_is_called(models, tools, use):
    files = {
        "notes.py": "seen = []\ndef s(*_): seen.append(1)\n",
        "models.py": f"{models}\n",
        "tools.py": f"from notes import s\n{tools}\n",
    }
    before = f"import notes, models, tools\nX = {use}"
    assert agrees(before, "return notes.seen", files) == [1]


ASKED = "import models\ndef f(x, name): return {}(x)\nX = f(0, {!r})"


@pytest.mark.parametrize(
    "asked",
    [
        "getattr(models, f'run_{name}')",
        "getattr(models, name)",
        "getattr(models, name, str)",
    ],
)
def test_what_a_module_has_under_a_name_is_called(asked):
    name = "u" if "run_" in asked else "run_u"
    files = {"models.py": "from math import sqrt\ndef run_u(x): return x\nrun_v = 1\n"}
    assert kept(ASKED.format(asked, name), files=files) == []
    notes = {"notes.py": "seen = []\ndef s(*_): seen.append(1)\n"}
    quiet = {"quiet.py": "from notes import s as run_u\n"}
    for more in (
        "def run_u(x): s()",
        "def __getattr__(name): return s",
        "exec('run_u = s')",
        "from quiet import *",
    ):
        others = {**notes, **quiet, "models.py": f"from notes import s\n{more}\n"}
        before = f"import notes\n{ASKED.format(asked, name)}"
        assert agrees(before, "return notes.seen", others) == [1]
    given = {**notes, **files, "tools.py": "import models, notes\nmodels.run_w = notes.s\n"}
    before = f"import notes, tools\n{ASKED.format(asked, name[:-1] + 'w')}"
    assert agrees(before, "return notes.seen", given) == [1]


def test_calls_through_what_other_modules_hold_stay_out():
    files = {"models.py": f"{REGISTRY}{SUBCLASSES}P = {{'u': u}}\nX = R['u'](0)\n"}
    use = "import models\nX = models.R['u'](models.Base.known['B']().run(models.P['u'](0)))"
    assert kept(use, files=files) == []


PACKAGE = {"p/__init__.py": "", "p/quiet.py": "def run(x): return x\n", "p/loud.py": "input(1)\ndef run(x): return x\n"}  # fmt: skip


def test_a_module_imported_by_a_literal_name():
    use = "import importlib\ndef f(x): return importlib.import_module('p.{}').run(x)\nX = f(1)"
    assert kept(use.format("quiet"), files=PACKAGE) == []
    assert kept(use.format("loud"), files=PACKAGE) == use.format("loud").split("\n")
    assert kept(use.format("quiet").replace("run", "walk"), files=PACKAGE)[-1] == "X = f(1)"
    circle = {**PACKAGE, "p/quiet.py": f"{use.format('quiet')}\ndef run(x): return x\n"}
    assert kept(use.format("quiet"), files=circle)[-1] == "X = f(1)"


def test_a_module_imported_by_a_literal_name_for_others():
    use = ["import importlib, p", "importlib.import_module('p.quiet')"]
    assert kept("\n".join(use), "return p.quiet.run(1)", PACKAGE) == use


CACHED = "import joblib\nmemory = joblib.Memory('cache', verbose=0)\n"


@pytest.mark.parametrize(
    ("cached", "is_pure"),
    [
        ("@memory.cache\ndef f(x): return x\nX = f(1)", True),
        ("@memory.cache(ignore=['v'])\ndef f(x, v=1): return x\nX = f(1)", True),
        ("@memory.cache\ndef f(x): return input(x)", True),
        ("def f(x): return input(x)\ng = memory.cache(f)", True),
        ("@memory.cache\ndef f(x): return input(x)\nX = f(1)", False),
        ("memory = other()\n@memory.cache\ndef f(x): return x", False),
        ("@memory.clear\ndef f(x): return x", False),
        ("@memory.cache(ignore=input(1))\ndef f(x): return x", False),
        ("@functools.lru_cache(maxsize=None)\ndef f(x): return x\nX = f(1)", True),
        ("@numba.njit(cache=True)\ndef f(x): return x\nX = f(1)", True),
        ("@numba.njit\ndef f(x): input(x)\nX = f(1)", False),
    ],
)
def test_decorators_that_cache(cached, is_pure):
    program = f"import functools, numba\n{CACHED}{cached}"
    assert (kept(program) == []) == is_pure
    if cached.startswith("@memory.cache\n"):
        lines = cached.split("\n")[:2]
        assert lines[1] in kept(program, "return f(2)")
        files = {"common.py": CACHED}
        there = kept(f"from common import memory\n{cached}", files=files)
        assert (there == []) == is_pure


SETS_ITSELF = """
class A:
    def f(self): return 1
    def put(self, k, v): setattr(self, k, v)
class B(A): pass
P = B()
"""


@pytest.mark.parametrize(
    ("models", "text"),
    [
        ("def f(): return 1", "setattr(m, N, s)\nX = m.f()"),
        ("f = lambda: 1", "setattr(m, N, s)\nX = m.f()"),
        ("def f(): return 1\nT = {'a': f}", "setattr(m, 'T', {'a': s})\nX = m.T['a']()"),
        ("class A:\n def f(self): return 1", "setattr(m.A, N, s)\nX = m.A().f()"),
        ("class A:\n def f(self): return 1", "for c in [m.A]: setattr(c, N, s)\nX = m.A().f()"),
        ("class A:\n def f(self): return 1", "for c in [m.A]: setattr(c, 'f', s)\nX = m.A().f()"),
        ("class A:\n @classmethod\n def f(cls): return 1", "for c in [m.A]: setattr(c, N, s)\nX = m.A.f()"),
        (SETS_ITSELF, "m.P.put('f', s)\nX = m.P.f()"),
    ],
)  # fmt: skip
def test_what_is_set_by_a_computed_name_is_called(models, text):
    program = f"import m\nseen = []\n{SEEN}N = 'f'\n{text}"
    assert agrees(program, files={"m.py": f"{models}\n"}) == [1]


def test_what_a_class_sets_of_its_own_instances_concerns_no_other_class():
    program = (
        "class A:\n def put(self, k, v): setattr(self, k, v)\n"
        "class B:\n def f(self): return 1\nX = B().f()"
    )
    assert kept(program) == []
