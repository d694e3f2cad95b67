"""Operators, properties, metaclasses and caches of the program: what only reads an object may change it, or others.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees


@pytest.mark.parametrize(
    ("program", "body"),
    [
        (
            "class C:\n    n = 0\n    def __iter__(self): return self\n    def __next__(self):\n        self.n += 1\n        if self.n > 2: raise StopIteration\n        return self.n\nM = C()\nA = list(M)",
            "return list(M)",
        ),
        (
            "class C:\n    n = 0\n    def __iter__(self):\n        self.n += 1\n        return iter([1])\nM = C()\nA = list(M)",
            "return M.n",
        ),
        (
            "class C:\n    n = 0\n    def __getitem__(self, k):\n        self.n += 1\n        return k\nM = C()\nA = M[1]",
            "return M.n",
        ),
        (
            "class C(dict):\n    def __missing__(self, k):\n        self[k] = k\n        return k\nM = C()\nA = M[1]",
            "return dict(M)",
        ),
        (
            "class C:\n    n = 0\n    def __add__(self, k):\n        self.n += 1\n        return k\nM = C()\nA = M + 1",
            "return M.n",
        ),
        (
            "class C:\n    n = 0\n    def __len__(self):\n        self.n += 1\n        return 1\nM = C()\nA = len(M)",
            "return M.n",
        ),
        (
            "class C:\n    n = 0\n    @property\n    def x(self):\n        self.n += 1\n        return 1\nM = C()\nA = M.x",
            "return M.n",
        ),
        (
            "class C:\n    n = 0\n    def __getattr__(self, k):\n        self.n += 1\n        return 1\nM = C()\nA = M.x",
            "return M.n",
        ),
        (
            "SEEN = []\nclass S(str):\n    def __str__(self):\n        SEEN.append(1)\n        return 's'\nprint(S())",
            "return SEEN",
        ),
        (
            "SEEN = []\nclass S:\n    def __repr__(self):\n        SEEN.append(1)\n        return 's'\nprint(S())",
            "return SEEN",
        ),
        (
            "SEEN = []\nclass S:\n    def __repr__(self):\n        SEEN.append(1)\n        return 's'\nA = f'{S()}'",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass D:\n    def __get__(self, i, o):\n        SEEN.append(1)\n        return 1\nclass A:\n    x = D()\nB = A().x",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass D:\n    def __get__(self, i, o):\n        SEEN.append(1)\n        return 1\nclass A:\n    x = D()\nB = A.x",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass D:\n    def __set__(self, i, v): SEEN.append(v)\nclass A:\n    x = D()\nM = A()\nM.x = 3",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass A:\n    @property\n    def x(self): return 1\n    @x.setter\n    def x(self, v): SEEN.append(v)\nM = A()\nM.x = 3",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass A:\n    def __delattr__(self, k): SEEN.append(k)\nM = A()\ndel M.x",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass M(type):\n    def __getattr__(cls, n):\n        SEEN.append(n)\n        return 1\nclass A(metaclass=M): pass\nX=A.foo",
            "return SEEN",
        ),
        (
            "class M(type):\n    n=0\n    def __getitem__(cls, k):\n        M.n+=1\n        return k\nclass A(metaclass=M): pass\nX=A[1]",
            "return M.n",
        ),
        (
            "class M(type):\n    n=0\n    def __iter__(cls):\n        M.n+=1\n        return iter([])\nclass A(metaclass=M): pass\nX=list(A)",
            "return M.n",
        ),
        (
            "SEEN=[]\nclass M(type):\n    def __instancecheck__(c, i):\n        SEEN.append(i)\n        return True\nclass A(metaclass=M): pass\nX=isinstance(1, A)",
            "return SEEN",
        ),
        (
            "class A:\n    n=[]\n    def __class_getitem__(cls, k):\n        cls.n.append(k)\n        return cls\nX=A[1]",
            "return A.n",
        ),
        (
            "class A:\n    n=[]\n    def __class_getitem__(cls, k):\n        cls.n.append(k)\n        return cls\nclass C(A[2]): pass",
            "return A.n",
        ),
        (
            "class A:\n    n=[]\n    def __class_getitem__(cls, k):\n        cls.n.append(k)\n        return cls\ndef f(x: A[3]): pass",
            "return A.n",
        ),
        (
            "class A:\n    n=[]\n    def __class_getitem__(cls, k):\n        cls.n.append(k)\n        return cls\nx: A[3] = 1",
            "return A.n",
        ),
        (
            "RATE=1\nclass K:\n    _r=None\n    @property\n    def r(self):\n        if self._r is None: self._r=RATE\n        return self._r\nM=K()\nA=M.r\nRATE=2",
            "return M.r",
        ),
        (
            "class K:\n    n=[]\n    def __matmul__(self,o):\n        K.n.append(o)\n        return self\nM=K()\nX=M@1",
            "return K.n",
        ),
        (
            "class K:\n    def __init__(self): self.n=[]\n    def __rshift__(self,o):\n        self.n.append(o)\n        return self\nM=K()\nX=M>>1",
            "return M.n",
        ),
        (
            "SEEN=[]\nclass K:\n    def __add__(self,o):\n        SEEN.append(o)\n        return self\nM=K()\nX=M+1",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __radd__(self,o):\n        SEEN.append(o)\n        return self\nM=K()\nX=1+M",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __eq__(self,o):\n        SEEN.append(o)\n        return True\nM=K()\nX= M==1",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __bool__(self):\n        SEEN.append(1)\n        return True\nM=K()\nif M: X=1",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __hash__(self):\n        SEEN.append(1)\n        return 1\nM=K()\nX={M:1}",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __len__(self):\n        SEEN.append(1)\n        return 1\nM=K()\nX=len(M)",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __contains__(self,o):\n        SEEN.append(o)\n        return True\nM=K()\nX=1 in M",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __iter__(self):\n        SEEN.append(1)\n        return iter([])\nM=K()\nX=list(M)",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __index__(self):\n        SEEN.append(1)\n        return 0\nM=K()\nX=[1][M]",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __lt__(self,o):\n        SEEN.append(1)\n        return True\nP=[K(),K()]\nX=sorted(P)",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __add__(self,o):\n        SEEN.append(o)\n        return self\nX=K()+1",
            "return SEEN",
        ),
        (
            "SEEN=[]\nclass K:\n    def __format__(self,s):\n        SEEN.append(s)\n        return ''\nM=K()\nX=f'{M:a}'",
            "return SEEN",
        ),
        ("N=[]\nM=map(N.append,[1])\nA=list(M)", "return N"),
        ("N=[]\nG=(N.append(x) for x in [1])\nA=list(G)", "return N"),
        (
            "import itertools\nI=iter([1,2,3])\nT=itertools.takewhile(lambda x: x<2, I)\nA=list(T)",
            "return list(I)",
        ),
        (
            "class B:\n    def __iter__(self):\n        return self.it\nclass K(B):\n    def __init__(self): self.it=iter([1,2])\nM=K()\nA=list(M)",
            "return list(M)",
        ),
        (
            "class K:\n    def __init__(self): self.q=[1,2]\n    def __iter__(self):\n        while self.q: yield self.q.pop()\nM=K()\nA=list(M)",
            "return list(M)",
        ),
        (
            "class K:\n    n=0\n    def __iter__(self):\n        K.n+=1\n        return iter([1,2])\nM=K()\na,b=M",
            "return K.n",
        ),
        (
            "REG=[]\nclass K(list):\n    def __len__(self):\n        REG.append(1)\n        return 0\nM=K()\nA=len(M)",
            "return REG",
        ),
    ],
)
def test_what_runs_where_no_call_is_written_runs_as_often_as_in_the_program(program, body):
    agrees(program, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        (
            "import functools\nclass K:\n    @functools.cached_property\n    def it(self): return iter([1,2])\nM = K()\nA = list(M.it)",
            "return list(M.it)",
        ),
        (
            "import functools\n@functools.lru_cache\ndef f(x): return x\nA=f(1)",
            "return f.cache_info().misses",
        ),
        (
            "import functools\n@functools.cache\ndef f(x): return x\nA=[f(i) for i in range(3)]",
            "return f.cache_info().currsize",
        ),
        (
            "import functools, itertools\n@functools.lru_cache(maxsize=1)\ndef f(x): return x\nA=f('a')",
            "return f.cache_info().hits, f.cache_info().misses",
        ),
        (
            "import functools\nRATE=1\n@functools.lru_cache\ndef f(x): return RATE\nA=f(0)\nRATE=2",
            "return f(0)",
        ),
        (
            "import functools\nRATE=1\nclass K:\n    @functools.cached_property\n    def r(self): return RATE\nM=K()\nA=M.r\nRATE=2",
            "return M.r",
        ),
        (
            "import functools\n@functools.lru_cache\ndef mk(): return iter([1,2])\nA=list(mk())",
            "return list(mk())",
        ),
    ],
)
def test_caches_are_filled_as_in_the_program(program, body):
    agrees(program, body)
