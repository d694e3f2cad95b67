"""Registries that statements of a module fill: they count for who uses the registry, and for nobody else.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept, module, trial

INSTANCE = (
    "class R:\n def __init__(self, n=None): self.items = {}; self.all = []; self.n = n\n"
    " def add(self, f): self.all.append(f)\n"
    " def put(self, k, f): self.items[k] = f\n"
    " def __setitem__(self, k, f): self.items[k] = f\n"
)
CLASS = (
    "class R:\n items = {}\n"
    " @classmethod\n def register(cls, k):\n  def add(f):\n   cls.items[k] = f\n   return f\n  return add\n"
    " @staticmethod\n def put(k, f): R.items[k] = f\n"
)
DICT = "class R(dict):\n def register(self, k):\n  def add(f):\n   self[k] = f\n   return f\n  return add\nT = R()\n"
BOTH = (
    "T = {}\ndef register(f=None, *, k=None):\n def add(f):\n  T[k or f.__name__] = f\n  return f\n"
    " return add if f is None else add(f)\n"
)

FILLED = [
    (f"{INSTANCE}T = R()\n", "T.add(len)", "len(T.all)"),
    (f"{INSTANCE}T = R([1])\n", "T.add(lambda x: 1)", "len(T.all)"),
    (f"{INSTANCE}T = R(n=3)\n", "T.put('u', len)", "sorted(T.items)"),
    (f"{INSTANCE}T = R()\n", "T['u'] = len", "sorted(T.items)"),
    (CLASS, "R.register('w')(lambda x: 1)", "sorted(R.items)"),
    (CLASS, "@R.register('w')\ndef f(x): return 1", "sorted(R.items)"),
    (CLASS, "@R.register('w')\ndef f(x): return 1", "[x.items['w'](1) for x in [R]]"),
    (CLASS, "R.put('w', lambda x: 1)", "sorted(R.items)"),
    (CLASS, "R.items['w'] = len", "sorted(R.items)"),
    (CLASS, "R.items.update(w=len)", "sorted(R.items)"),
    (f"{CLASS}class S(R): pass\n", "S.items['w'] = len", "sorted(R.items)"),
    (f"{CLASS}class S(R): pass\n", "S.register('w')(len)", "sorted(R.items)"),
    (f"{CLASS}class S(R): pass\n", "R.items['w'] = len", "sorted(S.items)"),
    (f"{CLASS}A = R.items\n", "R.items['w'] = len", "sorted(A)"),
    ("T = {}\ndef register(k):\n def add(f): T[k] = f\n return add\n", "register('w')(len)", "sorted(T)"),
    (BOTH, "@register\ndef g(): pass", "sorted(T)"),
    (BOTH, "@register(k='a')\ndef g(): pass", "sorted(T)"),
    (DICT, "@T.register('w')\ndef f(x): return 1", "sorted(T)"),
    (DICT, "T['w'] = len", "sorted(T)"),
    (DICT, "T.update(w=len)", "sorted(T)"),
    ("T = {'a': {}}\n", "T['a']['b'] = len", "sorted(T['a'])"),
    ("T = {'a': {}}\nA = T['a']\n", "T['a']['b'] = len", "sorted(A)"),
    ("T = {}\n", "T.setdefault('a', {})['b'] = len", "sorted(T['a'])"),
    ("T = {}\n", "T.setdefault('a', []).append(len)", "len(T['a'])"),
    ("import collections\nT = collections.defaultdict(list)\n", "T['a'].append(len)", "len(T['a'])"),
    ("import collections\nT = collections.defaultdict(dict)\n", "T['a']['b'] = len", "len(T['a'])"),
    ("T = {}\n", "for k in 'ab':\n    T[k] = {}\n    T[k]['x'] = k", "sorted(T['a'])"),
    ("T = [[] for _ in range(3)]\n", "T[0].append(1)", "T"),
    ("class B:\n known = {}\n def __init_subclass__(cls, key=None, **kw):\n  super().__init_subclass__(**kw)\n  B.known[key] = cls\n", "class A(B, key='a'): pass", "sorted(B.known)"),
]  # fmt: skip


@pytest.mark.parametrize(("registry", "fill", "use"), FILLED)
def test_a_registry_that_is_filled_counts_for_who_uses_it(registry, fill, use):
    assert kept(registry + fill) == []
    lines = fill.split("\n")
    assert kept(registry + fill, f"return {use}")[-len(lines) :] == lines
    assert agrees(registry + fill, f"return {use}")


@pytest.mark.parametrize(("registry", "fill", "use"), FILLED)
def test_a_registry_of_another_module_counts_for_who_loads_it(registry, fill, use):
    files = {"reg.py": registry}
    start = f"from reg import *\n{fill}"
    if "class S" in registry or fill.startswith("for"):
        return
    assert agrees(start, f"return {use}", files)
    assert kept("import reg", files=files) == []
    inside = {"reg.py": f"{registry}{fill}\nOTHER = 1\n"}
    found = trial("import reg", "return reg.OTHER", inside)
    assert module("reg", found) == ["OTHER = 1"]


SHARED = "S = {}\n"


@pytest.mark.parametrize(
    ("program", "use"),
    [
        # what is changed is held by another name, too
        (f"{SHARED}T = {{'a': S}}\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\nT['a'] = S\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\nT.update(a=S)\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\nT.setdefault('a', S)['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\ndef put(k, v): T.setdefault(k, v)['b'] = 1\nput('a', S)", "S"),
        (f"{SHARED}T = {{}}\ndef put(k): T.setdefault(k, S)['b'] = 1\nput('a')", "S"),
        (f"{SHARED}T = {{}}\nT.setdefault(*['a', S])['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\nT.setdefault('a', S).update(b=1)", "S"),
        (f"{SHARED}T = {{'a': {{'b': S}}}}\nT['a']['b']['c'] = 1", "S"),
        (f"{SHARED}T = {{}}\ndef put(t): t['a'] = S\nput(T)\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\nU = T\nU['a'] = S\nT['a']['b'] = 1", "S"),
        (f"{SHARED}def give(): return S\nT = {{'a': give()}}\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = {{k: S for k in 'ab'}}\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = [S for S in [S]]\nT[0]['b'] = 1", "S"),
        (f"{SHARED}T = {{'a': S or {{}}}}\nT['a']['b'] = 1\nS.update(T)", "len(S)"),
        (f"import collections\n{SHARED}T = collections.defaultdict(lambda: S)\nT['a']['b'] = 1", "S"),
        (f"{SHARED}T = {{}}\nT.get('a', S)['b'] = 1", "S"),
        # classes
        (f"{SHARED}class R: items = S\nR.items['w'] = 1", "S"),
        (f"{SHARED}class R: items = {{}}\nR.items = S\nR.items['w'] = 1", "S"),
        (f"{SHARED}class R: items = {{}}\nsetattr(R, 'items', S)\nR.items['w'] = 1", "S"),
        (f"{SHARED}class B: items = S\nclass R(B): pass\nR.items['w'] = 1", "S"),
        (f"{SHARED}def w(c): return T\nclass T: items = S\n@w\nclass R: items = {{}}\nR.items['w'] = 1", "S"),
        (f"{SHARED}class M(type):\n @property\n def items(cls): return S\nclass R(metaclass=M): pass\nR.items['w'] = 1", "S"),
        (f"{SHARED}class R:\n items = {{}}\n def put(self): self.items['w'] = 1\n def __init__(self): self.items = S\nr = R()\nr.put()", "S"),
        # instances
        (f"{SHARED}{INSTANCE}T = R()\nT.items = S\nT.put('u', 1)", "S"),
        (f"{SHARED}class R:\n def __init__(self, s): self.items = s\n def add(self, k): self.items[k] = 1\nT = R(S)\nT.add('u')", "S"),
        (f"{SHARED}class R:\n def add(self, k): S[k] = 1\nT = R()\nT.add('u')", "S"),
        (f"{SHARED}class R:\n def __setitem__(self, k, v): S[k] = v\nT = R()\nT['u'] = 1", "S"),
        (f"{SHARED}class R(dict):\n def __setitem__(self, k, v): S[k] = v\nT = R()\nT['u'] = 1", "S"),
        (f"{SHARED}class R(dict):\n def update(self, **kw): S.update(kw)\nT = R()\nT.update(u=1)", "S"),
        (f"{SHARED}class R(dict):\n def __setitem__(self, k, v): S[k] = v\n def put(self, k): self[k] = 1\nT = R()\nT.put('u')", "S"),
        # functions that do more
        (f"{SHARED}T = {{}}\ndef register(k):\n def add(f):\n  T[k] = f\n  S[k] = 1\n return add\nregister('w')(len)", "S"),
        (f"{SHARED}T = {{}}\ndef register(k):\n S[k] = 1\n def add(f): T[k] = f\n return add\nregister('w')(len)", "S"),
        (f"{SHARED}T = {{}}\ndef s(): S['a'] = 1; return 'w'\ndef register(k):\n def add(f): T[k] = f\n return add\nregister(s())(len)", "S"),
        (f"{SHARED}T = {{}}\ndef s(): S['a'] = 1; return 'w'\ndef register(k):\n def add(f): T[k] = f\n return add\n@register(s())\ndef f(): pass", "S"),
        (f"{SHARED}{BOTH}@register(k=S.update(a=1))\ndef f(): pass", "S"),
    ],
)  # fmt: skip
def test_a_change_of_what_others_hold_counts(program, use):
    assert agrees(program, f"return {use}")


def test_a_class_of_another_module_that_a_statement_fills():
    files = {"reg.py": CLASS, "users.py": "import reg\nA = 1\nreg.R.items['w'] = len\n"}
    found = trial("import users, reg", "return users.A", files)
    assert module("users", found) == ["A = 1"]
    found = trial("import users, reg", "return sorted(reg.R.items)", files)
    assert module("users", found) == ["import reg", "reg.R.items['w'] = len"]
    assert agrees("import reg, users", "return sorted(reg.R.items)", files) == ["w"]


REGISTER = "R = {}\ndef register(k):\n def add(c):\n  R[k] = c\n  return c\n return add\n"


@pytest.mark.parametrize(
    ("program", "use"),
    [
        ("@register('d')\nclass D: scale = 1\nD.scale = 3", "R['d']().scale"),
        ("@register('d')\ndef f(): return 1\nf.n = 3", "R['d'].n"),
        ("if 1:\n @register('d')\n class D: scale = 1\nD.scale = 3", "R['d']().scale"),
        ("class B:\n def __init_subclass__(cls): R['d'] = cls\nclass D(B): scale = 1\nD.scale = 3", "R['d'].scale"),
        ("class K: pass\nX = register('d')(K())\nX.scale = 3", "R['d'].scale"),
        ("X = register('d')([])\nX.append(3)", "R['d'][0]"),
    ],
)  # fmt: skip
def test_what_changes_a_thing_that_is_registered_counts_for_who_finds_it_there(program, use):
    assert agrees(f"{REGISTER}{program}", f"return {use}") == 3
    files = {"reg.py": REGISTER, "m.py": f"from reg import *\n{program}\n"}
    assert agrees("import reg, m", f"return reg.{use}", files) == 3
