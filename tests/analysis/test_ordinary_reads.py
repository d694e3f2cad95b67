"""What only computes with data belongs to nobody: the statement ``C = …`` is in no slice that does not need C."""

import pytest

from tests.support.sliced_texts import kept


@pytest.mark.parametrize(
    ("program", "body", "files"),
    [
        ("import pandas as pd\nDF = pd.read_csv('x')\nC = DF.shape[0]", "return DF", {}),
        ("import numpy as np\nX = np.arange(3)\nC = X[0] + len(X)", "return X", {}),
        ("import json\nwith open('x') as f: D = json.load(f)\nC = D['a']", "return D", {}),
        ("import json\nwith open('x') as f: D = json.load(f)\nC = [x for x in D]", "return D", {}),
        (
            "import json\ndef load(p):\n    with open(p) as f: return json.load(f)\nD = load('x')\nC = sorted(D)",
            "return D",
            {},
        ),
        ("import yaml\nD = yaml.safe_load(open('x'))\nC = list(D)", "return D", {}),
        (
            "import csv\ndef load(p):\n    with open(p) as f: return [r for r in csv.reader(f)]\nD = load('x')\nC = sum(len(r) for r in D)",
            "return D",
            {},
        ),
        (
            "def load(p):\n    with open(p) as f: return f.read().splitlines()\nD = load('x')\nC = sorted(set(D))",
            "return D",
            {},
        ),
        (
            "def load(p):\n    out = []\n    for line in open(p): out.append(line.strip())\n    return out\nD = load('x')\nC = sorted(set(D))",
            "return D",
            {},
        ),
        (
            "def load(p):\n    out = {}\n    for i, line in enumerate(open(p)): out[i] = line\n    return out\nD = load('x')\nC = sorted(D)",
            "return D",
            {},
        ),
        ("D = dict(zip('ab', range(2)))\nC = list(D.items())", "return D", {}),
        ("D = {k: v for k, v in zip('ab', range(2))}\nC = sum(D.values())", "return D", {}),
        ("D = list(map(str, range(3)))\nC = ','.join(D)", "return D", {}),
        ("D = sorted(filter(None, [1,0]))\nC = D[0]", "return D", {}),
        (
            "import itertools\nD = list(itertools.product('ab', repeat=2))\nC = [''.join(p) for p in D]",
            "return D",
            {},
        ),
        ("import re\nP = re.compile('a')\nC = P.match('a')", "return P", {}),
        (
            "class K:\n    def __init__(self, n): self.n = n\n    def __len__(self): return self.n\nM = K(3)\nC = len(M)",
            "return M",
            {},
        ),
        (
            "from dataclasses import dataclass, field\n@dataclass\nclass K:\n    a: list = field(default_factory=list)\nM = K()\nC = M.a",
            "return M",
            {},
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass K:\n    a: int = 1\nM = K()\nC = M.a + 1",
            "return M",
            {},
        ),
        ("import enum\nclass E(enum.Enum):\n    A = 1\nC = list(E)", "return E.A", {}),
        (
            "from typing import NamedTuple\nclass N(NamedTuple):\n    a: int\nM = N(1)\nC = M.a",
            "return M",
            {},
        ),
        ("def g(n):\n    for i in range(n): yield i\nD = list(g(3))\nC = sum(D)", "return D", {}),
        ("def g(n):\n    for i in range(n): yield i\nC = list(g(3))", "return g", {}),
        ("def rows():\n    yield {'a': 1}\nD = [r for r in rows()]\nC = D[0]['a']", "return D", {}),
        ("def norm(x): return [i / 2 for i in x]\nD = norm([1,2])\nC = max(D)", "return D", {}),
        (
            "def norm(x):\n    m = max(x)\n    return [i / m for i in x]\nD = norm([1,2])\nC = max(D)",
            "return D",
            {},
        ),
        ("import math\ndef f(x): return math.sqrt(x)\nD = f(2)\nC = D + 1", "return D", {}),
        (
            "class K:\n    def batches(self):\n        for i in [1]: yield i\nM = K()\nC = M.n if hasattr(M, 'n') else 0",
            "return M",
            {},
        ),
        (
            "class K:\n    def __init__(self): self.d = {}\n    def __getitem__(self, k): return self.d[k]\n    def __iter__(self): return iter(self.d)\n    def __contains__(self, k): return k in self.d\nM = K()\nC = list(M)",
            "return M",
            {},
        ),
        (
            "class K:\n    def __iter__(self):\n        for x in self.d: yield x\n    d = [1]\nM = K()\nC = list(M)",
            "return M",
            {},
        ),
        ("class K:\n    @property\n    def x(self): return 1\nM = K()\nC = M.x", "return M", {}),
        (
            "class K:\n    def __repr__(self):\n        parts = []\n        parts.append('a')\n        return ''.join(parts)\nM = K()\nC = repr(M)",
            "return M",
            {},
        ),
        (
            "class K:\n    def __eq__(self, o):\n        d = {}\n        d['a'] = o\n        return True\nM = K()\nC = M == 1",
            "return M",
            {},
        ),
        (
            "import numpy as np\nclass K:\n    def __getitem__(self, i):\n        x = np.zeros(3)\n        x[0] = i\n        return x\nM = K()\nC = M[0]",
            "return M",
            {},
        ),
        ("SIZES = [1,2,3]\nC = [s*2 for s in SIZES]", "return SIZES", {}),
        ("TABLE = {'a': len, 'b': max}\nC = sorted(TABLE)", "return TABLE", {}),
        ("def f(x): return x\nTABLE = {'a': f}\nC = [k for k in TABLE]", "return TABLE", {}),
        ("from pathlib import Path\nP = Path('a')\nC = P / 'b'", "return P", {}),
        (
            "from pathlib import Path\nP = sorted(Path('.').glob('*'))\nC = [p.name for p in P]",
            "return P",
            {},
        ),
        ("import os\nP = os.listdir('.')\nC = [p for p in P]", "return P", {}),
        ("import os\nP = [f for _, _, fs in os.walk('.') for f in fs]\nC = len(P)", "return P", {}),
        ("import argparse\nA = argparse.Namespace(a=1)\nC = A.a", "return A", {}),
        ("import types\nA = types.SimpleNamespace(a=1)\nC = A.a", "return A", {}),
        ("import collections\nA = collections.Counter('aab')\nC = A['a']", "return A", {}),
        (
            "import collections\nA = collections.Counter('aab')\nC = A.most_common(1)",
            "return A",
            {},
        ),
        ("import collections\nA = collections.OrderedDict(a=1)\nC = list(A)", "return A", {}),
        (
            "import pandas as pd\nDF = pd.DataFrame({'a': [1]})\nC = list(DF.columns)",
            "return DF",
            {},
        ),
        (
            "import pandas as pd\nDF = pd.read_csv('x')\nC = [c for c in DF.columns if c]",
            "return DF",
            {},
        ),
        ("import numpy as np\nX = np.linspace(0, 1)\nC = float(np.mean(X))", "return X", {}),
        ("import numpy as np\nX = np.linspace(0, 1)\nC = [float(x) for x in X]", "return X", {}),
        (
            "from sklearn.datasets import load_iris\nX = load_iris()\nC = list(X.target_names)",
            "return X",
            {},
        ),
        ("import torch\nX = torch.arange(3)\nC = list(X)", "return X", {}),
        ("import networkx as nx\nG = nx.Graph()\nC = len(G)", "return G", {}),
        ("import datetime\nT = datetime.datetime(2020, 1, 1)\nC = T.isoformat()", "return T", {}),
        ("import string\nL = string.ascii_lowercase\nC = list(L)", "return L", {}),
        ("X = 'a b'.split()\nC = [x for x in X]", "return X", {}),
        (
            "def make(n):\n    def inner(x): return x * n\n    return inner\nF = make(3)\nC = F(2)",
            "return F(1)",
            {},
        ),
        (
            "import functools\ndef deco(f):\n    @functools.wraps(f)\n    def w(*a): return f(*a)\n    return w\n@deco\ndef g(x): return x\nC = g(1)",
            "return g(2)",
            {},
        ),
        (
            "import contextlib\n@contextlib.contextmanager\ndef cm(): yield 1\nC = cm",
            "return cm",
            {},
        ),
        (
            "from m import load\nD = load()\nC = [x for x in D]",
            "return D",
            {
                "m.py": "import json\ndef load():\n    with open('x') as f:\n        return json.load(f)\n"
            },
        ),
        ("from m import DATA\nC = [x for x in DATA]", "return DATA", {"m.py": "DATA = [1]\n"}),
        ("import m\nC = [x for x in m.DATA]", "return m.DATA", {"m.py": "DATA = [1]\n"}),
        (
            "from m import Model\nM = Model(3)\nC = M.n",
            "return M",
            {
                "m.py": "class Base:\n    def __init__(self, n): self.n = n\nclass Model(Base):\n    def run(self): return [i for i in range(self.n)]\n"
            },
        ),
        (
            "def read(path):\n    rows = []\n    with open(path) as f:\n        header = next(f)\n        for line in f:\n            rows.append(line.split(','))\n    return rows\nD = read('x')\nC = len([r for r in D])",
            "return D",
            {},
        ),
        ("import random\nrandom.seed(0)\nD = [1,2,3]\nC = [d for d in D]", "return D", {}),
        ("import logging\nlog = logging.getLogger('a')\nD = [1]\nC = sum(D)", "return D", {}),
        ("import os\nV = os.environ.get('A', '')\nC = V.split(',')", "return V", {}),
        ("import sys\nV = sys.argv[1:]\nC = [v for v in V]", "return V", {}),
    ],
)
def test_reading_data_changes_nothing(program, body, files):
    assert not any(line.startswith("C =") for line in kept(program, body, files))
