"""Reading what is or holds an iterator changes it, whatever made it.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept


@pytest.mark.parametrize(
    "program",
    [
        "def g(): return iter([1, 2])\nA = g()",
        "def g(): return (x for x in [1, 2])\nA = g()",
        "def g(): yield 1\ndef h(): return g()\nA = h()",
        "def g():\n    i = iter([1, 2])\n    return i\nA = g()",
        "A = [1, 2].__iter__()",
        "import re\np = re.compile('a')\nA = p.finditer('aa')",
        "import itertools\nA, C = itertools.tee([1, 2])",
        "A = iter([1, 2])\nC = list((lambda: A)())",
        "A = list({'a': iter([1, 2])}.values())[0]",
        "D = dict({'a': iter([1, 2])})\nA = D['a']",
        "D = dict(dict(a=iter([1, 2])))\nA = D['a']",
        "D = {**dict(a=iter([1, 2]))}\nA = D['a']",
        "A, C = iter([1, 2]), 1",
        "C = A = iter([1, 2])",
        "A = C = iter([1, 2])",
        "for A in [iter([1, 2])]: pass",
    ],
)
def test_an_iterator_is_read_as_far_as_in_the_program(program):
    assert agrees(f"{program}\nB = list(A)", "return list(A)") == []
    if "A = C" in program or "C = A" in program:
        assert agrees(f"{program}\nB = list(C)", "return list(A)") == []


@pytest.mark.parametrize(
    ("program", "held"),
    [
        ("A = [iter([1]) for _ in [0]]", "A[0]"),
        ("A = {k: iter([1]) for k in [0]}", "A[0]"),
        ("A = [0] + [iter([1])]", "A[1]"),
        ("def g(): return {0: iter([1])}\nA = g()", "A[0]"),
        ("class A: it = iter([1])", "A.it"),
    ],
)
def test_what_holds_an_iterator_is_read_as_far_as_in_the_program(program, held):
    assert agrees(f"{program}\nB = list({held})", f"return list({held})") == []


@pytest.mark.parametrize(
    ("program", "held"),
    [
        ("class A: d = collections.defaultdict(list)", "A.d"),
        ("def g(): return collections.defaultdict(list)\nA = g()", "A"),
    ],
)
def test_a_defaultdict_has_what_was_looked_up(program, held):
    before = f"import collections\n{program}\nB = {held}[1]"
    assert agrees(before, f"return list({held})") == [1]


@pytest.mark.parametrize(
    "program",
    [
        "def g(): return iter([1, 2])\nA = g()",
        "def g(): return (x for x in [1, 2])\nA = g()",
    ],
)
def test_an_iterator_that_a_local_module_makes(program):
    files = {"m.py": program}
    assert agrees("import m\nB = list(m.A)", "return list(m.A)", files) == []
    assert agrees("import m\nA = m.g()\nB = list(A)", "return list(A)", files) == []


@pytest.mark.parametrize(
    "program",
    [
        "A, B = zip([1, 2], [3, 4])\nC = sum(A)",
        "A, B = [1], [2]\nC = sum(A)",
        "for A in enumerate([1]): pass\nC = sum(A)",
        "import glob\nA = glob.glob('*')\nC = len(A)",
    ],
)
def test_what_is_no_iterator_does_not_change_when_it_is_read(program):
    assert not any(line.startswith("C =") for line in kept(program, "return A"))


@pytest.mark.parametrize(
    ("program", "body"),
    [
        (
            "import types\nM = types.SimpleNamespace(it=iter([1,2]))\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "import collections\nN = collections.namedtuple('N', 'it')\nM = N(iter([1,2]))\nA = list(M.it)",
            "return list(M.it)",
        ),
        ("P = {}\nP['a'] = iter([1,2])\nA = list(P['a'])", "return list(P['a'])"),
        ("IT = iter([1,2])\nP = {}\nP['a'] = IT\nA = list(P['a'])", "return list(IT)"),
        ("P = []\nP.append(iter([1,2]))\nA = list(P[0])", "return list(P[0])"),
        ("IT = iter([1,2])\nP = []\nP.append(IT)\nA = list(P[0])", "return list(IT)"),
        ("P = []\nP.extend([iter([1,2])])\nA = list(P[0])", "return list(P[0])"),
        ("P = []\nP += [iter([1,2])]\nA = list(P[0])", "return list(P[0])"),
        ("P = {}\nP.update(a=iter([1,2]))\nA = list(P['a'])", "return list(P['a'])"),
        ("P = dict(a=iter([1,2]))\nA = list(P['a'])", "return list(P['a'])"),
        ("IT = iter([1,2])\nP = dict(a=IT)\nA = list(P['a'])", "return list(IT)"),
        ("P = list(map(iter, [[1,2]]))\nA = list(P[0])", "return list(P[0])"),
        ("P = tuple([iter([1,2])])\nA = list(P[0])", "return list(P[0])"),
        ("P = tuple(iter(x) for x in [[1,2]])\nA = list(P[0])", "return list(P[0])"),
        ("P = [iter([1,2])]\nIT = P[0]\nA = list(IT)", "return list(P[0])"),
        ("P = [iter([1,2]), 1]\nX, Y = P\nA = list(X)", "return list(P[0])"),
        ("P = [iter([1,2]), 1]\nX, *Y = P\nA = list(X)", "return list(X)"),
        ("IT = iter([1,2])\nM = map(str, IT)\nA = list(M)", "return list(IT)"),
        ("if (IT := iter([1,2])): pass\nA = list(IT)", "return list(IT)"),
        (
            "import collections\nD = collections.defaultdict(list)\nE = D.copy()\nA = E[1]",
            "return dict(E)",
        ),
        (
            "import collections, copy\nD = collections.defaultdict(list)\nE = copy.deepcopy(D)\nA = E[1]",
            "return dict(E)",
        ),
        ("match [iter([1,2])]:\n    case [IT]: pass\nA = list(IT)", "return list(IT)"),
        ("for X in zip([iter([1,2])]): pass\nA = list(X[0])", "return list(X[0])"),
        ("L=[1,2,3]\nI = iter(L.pop, 1)\nA = list(I)", "return list(L)"),
        ("import itertools\nI=iter([1,2,3])\nA,B=itertools.tee(I)\nX=list(A)", "return list(I)"),
        ("I=iter('abc')\nP=(x.upper() for x in I)\nQ=[x for x in P]", "return list(I)"),
        ("G=dict(zip('ab',[iter([1]),iter([2])]))\nA=list(G['a'])", "return list(G['a'])"),
        ("G=dict(zip('ab',map(iter,[[1],[2]])))\nA=list(G['a'])", "return list(G['a'])"),
        ("G=dict.fromkeys('ab',iter([1]))\nA=list(G['a'])", "return list(G['a'])"),
        ("K=type('K',(),{'it':iter([1])})\nA=list(K.it)", "return list(K.it)"),
        (
            "import types\nN=types.SimpleNamespace()\nN.it=iter([1])\nA=list(N.it)",
            "return list(N.it)",
        ),
        (
            "import types\nD={'a':iter([1])}\nM=types.MappingProxyType(D)\nA=list(M['a'])",
            "return list(D['a'])",
        ),
        (
            "import collections\nD={'a':iter([1])}\nM=collections.ChainMap(D)\nA=list(M['a'])",
            "return list(D['a'])",
        ),
        ("import copy\nD={'a':iter([1])}\nM=copy.copy(D)\nA=list(M['a'])", "return list(D['a'])"),
        ("import collections\nD=collections.deque([iter([1])])\nA=list(D[0])", "return list(D[0])"),
        ("import queue\nQ=queue.Queue()\nQ.put(iter([1]))\nI=Q.get()\nA=list(I)", "return list(I)"),
        (
            "import threading\nL=threading.local()\nL.it=iter([1])\nA=list(L.it)",
            "return list(L.it)",
        ),
    ],
)
def test_what_names_hold_is_read_as_far_as_in_the_program(program, body):
    agrees(program, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("def f(): pass\nf.it = iter([1,2])\nA = list(f.it)", "return list(f.it)"),
        ("IT = iter([1,2])\ndef g(): return IT\nX = g()\nA = list(X)", "return list(IT)"),
        ("IT = iter([1,2])\ndef g(): return IT\nX = g()\nA = list(X)", "return list(X)"),
        (
            "import contextlib\n@contextlib.contextmanager\ndef cm():\n    yield iter([1,2])\nwith cm() as IT: pass\nA = list(IT)",
            "return list(IT)",
        ),
        (
            "IT = None\ndef go():\n    global IT\n    IT = iter([1,2])\ngo()\nA = list(IT)",
            "return list(IT)",
        ),
        ("N=[]\ndef g():\n    N.append(1)\n    yield 1\nG=g()\nA=list(G)", "return N"),
        (
            "N=[]\ndef h(): N.append(1)\ndef g():\n    h()\n    yield 1\nG=g()\nA=list(G)",
            "return N",
        ),
        ("N=[]\ndef g(n):\n    n.append(1)\n    yield 1\nG=g(N)\nA=list(G)", "return N"),
        (
            "N=[]\ndef k(x):\n    N.append(x)\n    return True\nF=filter(k,[1])\nA=list(F)",
            "return N",
        ),
        (
            "def mk():\n    def inner(): return iter([1])\n    return inner()\nM=mk()\nA=list(M)",
            "return list(M)",
        ),
        (
            "def mk():\n    d={}\n    d['a']=iter([1])\n    return d\nM=mk()\nA=list(M['a'])",
            "return list(M['a'])",
        ),
        (
            "def mk():\n    d=[]\n    for x in [1]: d.append(iter([x]))\n    return d\nM=mk()\nA=list(M[0])",
            "return list(M[0])",
        ),
        ("def mk(): return 1, iter([1])\nN, M=mk()\nA=list(M)", "return list(M)"),
        ("def go():\n    global I\n    I=iter([1])\ngo()\nA=list(I)", "return list(I)"),
        ("P=[]\ndef go(): P.append(iter([1]))\ngo()\nA=list(P[0])", "return list(P[0])"),
        (
            "P={}\ndef put(d, k, v): d[k]=v\nput(P,'a',iter([1]))\nA=list(P['a'])",
            "return list(P['a'])",
        ),
        (
            "P={}\ndef reg(f):\n    P[f.__name__]=f()\n    return f\n@reg\ndef g():\n    yield 1\nA=list(P['g'])",
            "return list(P['g'])",
        ),
    ],
)
def test_what_functions_give_is_read_as_far_as_in_the_program(program, body):
    agrees(program, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA = M.take()",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA = M.take()",
            "return M.take()",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nfor a in M.it: pass",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA = [a for a in M.it]",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA = 2 in M.it",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA, *B = M.it",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nIT = M.it\nA = list(IT)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nIT = M.it\nA = list(M.it)",
            "return list(IT)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\ndef f(o): return list(o.it)\nA = f(M)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self, it):\n        self.it = it\nM = K(iter([1,2]))\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self, it):\n        self.it = it\nI = iter([1,2])\nM = K(I)\nA = list(M.it)",
            "return list(I)",
        ),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass K:\n    it: object = field(default_factory=lambda: iter([1,2]))\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass K:\n    it: object\nM = K(iter([1]))\nA = list(M.it)",
            "return list(M.it)",
        ),
        ("class K:\n    it = iter([1,2])\nM = K()\nA = list(M.it)", "return list(K.it)"),
        ("class K:\n    it = iter([1,2])\nM = K()\nA = list(M.it)", "return list(M.it)"),
        ("class K:\n    it = iter([1,2])\nclass L(K): pass\nA = list(L.it)", "return list(K.it)"),
        ("class K:\n    it = iter([1,2])\nclass L(K): pass\nA = list(L.it)", "return list(L.it)"),
        ("class K: pass\nM = K()\nM.it = iter([1,2])\nA = list(M.it)", "return list(M.it)"),
        ("class K: pass\nK.it = iter([1,2])\nA = list(K.it)", "return list(K.it)"),
        (
            "class K: pass\nM = K()\nsetattr(M, 'it', iter([1,2]))\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class CM:\n    def __enter__(self): return iter([1,2])\n    def __exit__(self, *a): pass\nwith CM() as IT: pass\nA = list(IT)",
            "return list(IT)",
        ),
        (
            "class K:\n    @property\n    def it(self):\n        self.__dict__.setdefault('i', iter([1,2]))\n        return self.__dict__['i']\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "import collections\nclass K:\n    def __init__(self): self.d = collections.defaultdict(list)\nM = K()\nA = M.d[1]",
            "return dict(M.d)",
        ),
        (
            "import collections\nclass DD(collections.defaultdict): pass\nD = DD(list)\nA = D[1]",
            "return dict(D)",
        ),
        (
            "class K:\n    def g(self):\n        yield 1\nIT = K().g()\nA = list(IT)",
            "return list(IT)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nA = f'{list(M.it)}'",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nprint(*M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\nclass Z:\n    a = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\ndef z(a=list(M.it)): pass",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nM = K()\ndef z(a: list(M.it)): pass",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self): self.e = enumerate('ab')\nM = K()\nA = dict(M.e)",
            "return dict(M.e)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nP = [K()]\nA = list(P[0].it)",
            "return list(P[0].it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nclass L:\n    def __init__(self): self.k = K()\nM = L()\nA = list(M.k.it)",
            "return list(M.k.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\nclass L(K): pass\nM = L()\nA = M.take()",
            "return M.take()",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\ndef mk(): return K()\nM = mk()\nA = M.take()",
            "return M.take()",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it = iter([1, 2, 3])\n    def take(self):\n        return list(self.it)\ndef mk():\n    k = K()\n    return k\nM = mk()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def start(self):\n        self.it = iter([1,2])\n        return self\nM = K().start()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def start(self):\n        self.it = iter([1,2])\nM = K()\nM.start()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K: pass\ndef start(k): k.it = iter([1,2])\nM = K()\nstart(M)\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __new__(cls):\n        o = super().__new__(cls)\n        o.it = iter([1,2])\n        return o\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        i = iter([1,2])\n        self.it = i\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.it, self.n = iter([1,2]), 1\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    def __init__(self):\n        self.its = []\n        self.its.append(iter([1,2]))\nM = K()\nA = list(M.its[0])",
            "return list(M.its[0])",
        ),
        (
            "class K:\n    def __init__(self, src): self.src=src\n    def __iter__(self): return iter(self.src)\nI=iter([1,2])\nM=K(I)\nA=list(M)",
            "return list(I)",
        ),
        (
            "class K:\n    @staticmethod\n    def mk(): return iter([1])\nM=K.mk()\nA=list(M)",
            "return list(M)",
        ),
        (
            "class K:\n    @classmethod\n    def mk(cls): return iter([1])\nM=K.mk()\nA=list(M)",
            "return list(M)",
        ),
        (
            "class K:\n    @classmethod\n    def mk(cls):\n        k=cls()\n        k.it=iter([1])\n        return k\nM=K.mk()\nA=list(M.it)",
            "return list(M.it)",
        ),
        (
            "class K:\n    @property\n    def it(self): return iter([1])\nM=K()\nI=M.it\nA=list(I)",
            "return list(I)",
        ),
        (
            "class K:\n    def it(self): return iter([1])\nM=K()\nI=M.it()\nA=list(I)",
            "return list(I)",
        ),
        (
            "class K:\n    def a(self): return self\n    def b(self): return (i for i in [1])\nI=K().a().b()\nA=list(I)",
            "return list(I)",
        ),
        (
            "class R:\n    def __init__(self): self.d={}\n    def add(self,f):\n        self.d[f.__name__]=f()\n        return f\nP=R()\n@P.add\ndef g():\n    yield 1\nA=list(P.d['g'])",
            "return list(P.d['g'])",
        ),
        (
            "from typing import NamedTuple\nclass N(NamedTuple):\n    it: object\nM=N(iter([1]))\nA=list(M.it)",
            "return list(M.it)",
        ),
        (
            "from typing import NamedTuple\nclass N(NamedTuple):\n    it: object = iter([1])\nM=N()\nA=list(M.it)",
            "return list(N().it)",
        ),
        (
            "import attr\n@attr.s\nclass N:\n    it=attr.ib(factory=lambda: iter([1]))\nM=N()\nA=list(M.it)",
            "return list(M.it)",
        ),
        (
            "import io\nclass K:\n    def __init__(self): self.f=io.StringIO('a\\nb\\n')\nM=K()\nA=[l for l in M.f]",
            "return M.f.read()",
        ),
        (
            "class K:\n    def __enter__(self):\n        self.it=iter([1,2])\n        return self\n    def __exit__(self,*a): pass\nwith K() as M: pass\nA=list(M.it)",
            "return list(M.it)",
        ),
    ],
)
def test_what_instances_and_classes_hold_is_read_as_far_as_in_the_program(program, body):
    agrees(program, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("G = lambda it=iter([1,2]): it\nA = list(G())", "return list(G())"),
        ("def g(it=iter([1,2])): return it\nA = list(g())", "return list(g())"),
        ("def g(it=iter([1,2])): return list(it)\nA = g()", "return g()"),
        ("G = lambda: iter([1,2])\nIT = G()\nA = list(IT)", "return list(IT)"),
        (
            "def mk():\n    it = iter([1,2])\n    def g(): return list(it)\n    return g\nG = mk()\nA = G()",
            "return G()",
        ),
        (
            "def mk():\n    it = iter([1,2])\n    return lambda: list(it)\nG = mk()\nA = G()",
            "return G()",
        ),
        ("P = {}\nP.setdefault('a', iter([1,2]))\nA = list(P['a'])", "return list(P['a'])"),
        (
            "import numpy as np\ndef mk():\n    r=np.random.default_rng(1)\n    return lambda: float(r.random())\nG=mk()\nA=G()",
            "return G()",
        ),
        ("N=[]\nF=filter(lambda x: N.append(x),[1])\nA=list(F)", "return N"),
        (
            "def mk():\n    c=0\n    def g():\n        nonlocal c\n        c+=1\n        return c\n    return g\nG=mk()\nA=G()",
            "return G()",
        ),
        (
            "def mk():\n    c=[]\n    def g():\n        c.append(1)\n        return len(c)\n    return g\nG=mk()\nA=G()",
            "return G()",
        ),
        (
            "def mk():\n    c={}\n    def g(x):\n        if x not in c: c[x]=len(c)\n        return c[x]\n    return g\nG=mk()\nA=G('a')",
            "return G('b')",
        ),
        ("def mk():\n    c=iter([1,2])\n    return lambda: sum(c)\nG=mk()\nA=G()", "return G()"),
        (
            "def d(f):\n    c=iter([1,2,3])\n    def w(): return sum(c)+f()\n    return w\n@d\ndef g(): return 0\nA=g()",
            "return g()",
        ),
    ],
)
def test_what_functions_keep_is_as_far_as_in_the_program(program, body):
    agrees(program, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        (
            "import sqlite3\nC = sqlite3.connect(':memory:').execute('select 1')\nA = list(C)",
            "return list(C)",
        ),
        ("import ast\nW = ast.walk(ast.parse('a'))\nA = len(list(W))", "return len(list(W))"),
        (
            "import difflib\nW = difflib.unified_diff(['a'], ['b'])\nA = len(list(W))",
            "return len(list(W))",
        ),
        (
            "import tokenize, io\nW = tokenize.generate_tokens(io.StringIO('a').readline)\nA = len(list(W))",
            "return len(list(W))",
        ),
        (
            "import string\nW = string.Formatter().parse('a{b}')\nA = len(list(W))",
            "return len(list(W))",
        ),
        (
            "import numpy as np\nW = np.nditer(np.arange(3))\nA = len(list(W))",
            "return len(list(W))",
        ),
        (
            "import numpy as np\nW = np.ndenumerate(np.arange(3))\nA = len(list(W))",
            "return len(list(W))",
        ),
        ("import heapq\nW = heapq.merge([1],[2])\nA = len(list(W))", "return len(list(W))"),
        (
            "import gzip, io\nW = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b'a\\nb')))\nA = list(W)",
            "return list(W)",
        ),
        (
            "import struct\nW = struct.iter_unpack('b', b'ab')\nA = len(list(W))",
            "return len(list(W))",
        ),
        (
            "from concurrent.futures import ThreadPoolExecutor\nX = ThreadPoolExecutor(1)\nW = X.map(str, [1])\nA = len(list(W))",
            "return len(list(W))",
        ),
        (
            "import contextlib\nE=contextlib.ExitStack()\nF=E.enter_context(contextlib.nullcontext(iter([1,2])))\nA=list(F)",
            "return list(F)",
        ),
        (
            "import contextlib\nwith contextlib.nullcontext(iter([1,2])) as F: pass\nA=list(F)",
            "return list(F)",
        ),
    ],
)
def test_what_a_library_gives_may_be_an_iterator(program, body):
    agrees(program, body)


@pytest.mark.parametrize(
    ("program", "body", "files"),
    [
        (
            "import m\nA = list(m.M.it)",
            "return list(m.M.it)",
            {"m.py": "class K:\n    def __init__(self): self.it = iter([1,2])\nM = K()\n"},
        ),
        (
            "import m\nA = m.M.take()",
            "return m.M.take()",
            {
                "m.py": "class K:\n    def __init__(self): self.it = iter([1,2])\n    def take(self): return list(self.it)\nM = K()\n"
            },
        ),
        (
            "from m import K\nM = K()\nA = list(M.it)",
            "return list(M.it)",
            {"m.py": "class K:\n    def __init__(self): self.it = iter([1,2])\n"},
        ),
        (
            "from m import P\nP.append(iter([1,2]))\nA = list(P[0])",
            "return list(P[0])",
            {"m.py": "P = []\n"},
        ),
        (
            "from m import take",
            "return take()",
            {
                "m.py": "P = dict(a=iter([1,2]))\nA = list(P['a'])\ndef take(): return list(P['a'])\n"
            },
        ),
        (
            "from h import S\nM=S()\nA=list(M.IT)",
            "return list(S().IT)",
            {"h.py": "class S:\n    IT=iter([1,2])\n"},
        ),
        (
            "import a, b",
            "return list(a.M.it)",
            {
                "a.py": "class K:\n    def __init__(self): self.it=iter([1,2])\nM=K()\n",
                "b.py": "from a import M\nX=list(M.it)\n",
            },
        ),
        (
            "import a, b",
            "return list(a.IT)",
            {"a.py": "IT=iter([1,2])\n", "b.py": "from a import IT as J\nK=J\nX=list(K)\n"},
        ),
        (
            "import h\nM=h.K()\nA=M.take()",
            "return M.take()",
            {
                "h.py": "class K:\n    def __init__(self): self.it=iter([1,2])\n    def take(self): return list(self.it)\n"
            },
        ),
        (
            "import h\nM=h.mk()\nA=M.take()",
            "return M.take()",
            {
                "h.py": "class K:\n    def __init__(self): self.it=iter([1,2])\n    def take(self): return list(self.it)\ndef mk(): return K()\n"
            },
        ),
    ],
)
def test_what_local_modules_hold_is_read_as_far_as_in_the_program(program, body, files):
    agrees(program, body, files)
