"""Effects of local modules that only some functions can notice."""

import re

import pytest

from mlx2smk.analysis.confined import BLIND, CHANGES, CONFINED_CALLS, EVERYWHERE, MAKERS, OWN_MODULE
from tests.support.running_slices import check_slice
from tests.support.sliced_texts import analysed, digest, kept, module, trial


def loaded(effect, body, before="", files=None):
    """Return the local modules that the slice of a trial loads beside an unused one with the effect."""
    found = trial(f"import helper\n{before}", body, {"helper.py": f"{effect}\n", **(files or {})})
    return [item.name for item in found.slice.modules]


@pytest.mark.parametrize(
    ("effect", "blind", "seeing"),
    [
        ("import random\nrandom.seed(1)", "import json, os", "import random"),
        ("import random\nrandom.seed(1)", "import pathlib", "import statistics"),
        ("import random\nrandom.seed(1)", "import re", "import numpy"),
        ("import numpy as np\nnp.random.seed(0)", "import random, os", "import sklearn"),
        ("import numpy as np\nnp.random.seed(0)", "import yaml", "import numpy.linalg"),
        ("import numpy as np\nnp.set_printoptions(precision=2)", "import os", "import pandas"),
        ("import torch\ntorch.manual_seed(0)", "import numpy", "import torch.nn"),
        (
            "from torch import nn\nM = nn.Sequential(nn.Linear(2, 1))",
            "import numpy",
            "import torch",
        ),
        (
            "from sklearn.datasets import make_moons\nA, B = make_moons()",
            "import os",
            "import numpy",
        ),
        (
            "from sklearn.utils import shuffle\nA = shuffle([1], random_state=None)",
            "import os",
            "import numpy",
        ),
        ("import torch\ntorch.backends.cudnn.benchmark = True", "import os", "import lightning"),
        ("import matplotlib.pyplot as plt\nplt.style.use('x')", "import numpy", "import pandas"),
        ("import matplotlib as m\nm.rcParams['x'] = 1", "import torch", "import matplotlib"),
        ("import seaborn as sns\nsns.set_theme()", "import numpy", "import seaborn"),
        ("import pandas as pd\npd.set_option('x', 1)", "import numpy", "import pandas"),
        ("import pandas as pd\npd.options.display.max_rows = 1", "import numpy", "import seaborn"),
        ("import logging\nlogging.basicConfig(level=1)", "import os", "import logging"),
        ("import logging\nlogging.getLogger('x').setLevel(1)", "import os", "import numpy"),
        (
            "import logging\nLOG = logging.getLogger(__name__)\nLOG.info('x')",
            "import os",
            "import logging",
        ),
        (
            "import warnings\nwarnings.filterwarnings('ignore', category=UserWarning)",
            "import os",
            "import warnings",
        ),
        ("import os\nos.environ['A'] = '1'", "import json, random", "import os"),
        ("import os\nos.environ.setdefault('A', '1')", "import math", "import numpy"),
        ("from os import environ\nenviron['A'] = '1'", "import math", "import subprocess"),
        ("import os\nos.makedirs('out', exist_ok=True)", "import math", "open('x')"),
        ("import os\nos.makedirs('out', exist_ok=True)", "import time", "import pathlib"),
        (
            (
                "from pathlib import Path\nROOT = Path(__file__).resolve().parent\n"
                "(ROOT / 'out').mkdir(parents=True)"
            ),
            "import math",
            "import io",
        ),
    ],
)
def test_who_notices_an_effect(effect, blind, seeing):
    assert loaded(effect, "return 1") == []
    assert loaded(effect, f"{blind}\nreturn 1") == []
    assert loaded(effect, f"{seeing}\nreturn 1") == ["helper"]
    assert loaded(effect, "return f()", f"def f():\n    {seeing}") == ["helper"]
    assert loaded(effect, "return eval('1')") == ["helper"]
    # the same holds for who loads the module for another reason, and in the experiment itself
    other = {"helper.py": f"X = 1\n{effect}\n"}
    found = trial("import helper", f"{seeing}\nreturn helper.X", other)
    assert effect.split("\n")[-1] in module("helper", found)
    found = trial("import helper", f"{blind}\nreturn helper.X", other)
    assert module("helper", found) == ["X = 1"]
    assert kept(effect, f"{seeing}\nreturn 1") == effect.split("\n")
    assert kept(effect, f"{blind}\nreturn 1") == []


@pytest.mark.parametrize(
    "own",
    [
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\nORIGIN = P(0, 0)",
        "import numpy as np\nRNG = np.random.default_rng(0)\nX = RNG.normal(size=3)",
        "import random\nRNG = random.Random(0)\nX = [1, 2]\nRNG.shuffle(X)",
        "import json\nwith open('x.json') as file:\n    X = json.load(file)",
        "import json\nX = json.load(open('x.json'))",
        "import yaml\nX = yaml.safe_load(open('x', encoding='utf-8'))",
        "from pathlib import Path\nX = Path('x').read_text()",
        "with open('x') as file:\n    X = file.read()",
        "import pandas as pd\nX = pd.read_csv('x')\nX['a'] = X['b'] * 2\nX.loc[0, 'a'] = 1",
        "import pandas as pd\nX = pd.read_csv('x')\nX.dropna(inplace=True)",
        (
            "import argparse\nP = argparse.ArgumentParser()\nP.add_argument('--n', type=int)\n"
            "A = P.parse_args()\nA.x = 1"
        ),
        (
            "import argparse\nP = argparse.ArgumentParser()\nG = P.add_argument_group('g')\n"
            "G.add_argument('--n', type=float, default=1.0)"
        ),
        "import networkx as nx\nG = nx.DiGraph()\nG.add_edge(1, 2)\nG.nodes[1]['x'] = 2",
        "from types import SimpleNamespace\nC = SimpleNamespace()\nC.x = 1",
        "import numpy as np\nA = np.zeros(3)\nA[0] = 1\nB = A[1:]\nB[0] = 2",
    ],
)
def test_what_only_the_modules_own_names_lead_to(own):
    assert loaded(own, "import numpy, os, pandas, random\nreturn open('x')") == []
    files = {"helper.py": f"Y = 1\n{own}\n"}
    assert module("helper", trial("import helper", "return helper.Y", files)) == ["Y = 1"]
    assert kept(own, "import numpy, os, pandas, random\nreturn open('x')") == []
    # all of it belongs to the name that it starts with
    name = re.findall(r"^(?:    )?([A-Z]+) = ", own, re.MULTILINE)[0]
    found = trial("import helper", f"return helper.{name}", files)
    assert module("helper", found) == own.split("\n")
    assert kept(own, f"return {name}") == own.split("\n")


def test_checks_count_for_who_loads_the_module():
    own = "import sys\ndef check(x):\n    if x:\n        raise ValueError(x)\ncheck(sys.argv)\nassert 1 < 2"
    assert loaded(own, "return 1") == []
    found = trial("import helper", "return helper.Y", {"helper.py": f"Y = 1\n{own}\n"})
    assert module("helper", found) == ["Y = 1", *own.split("\n")]
    assert kept(own) == own.split("\n")


def test_estimators_draw_from_the_common_generator():
    effect = (
        "from sklearn.linear_model import Lasso\nimport numpy as np\nX = np.zeros(3)\n"
        "M = Lasso()\nM.fit(X, X)"
    )
    assert loaded(effect, "import os\nreturn 1") == []
    assert loaded(effect, "import numpy\nreturn 1") == ["helper"]


@pytest.mark.parametrize(
    "effect",
    [
        "input('x')",
        "import sys\nsys.path.insert(0, 'x')",
        "import warnings\nwarnings.filterwarnings('error')",
        "import warnings\nACTION = 'error'\nwarnings.simplefilter(ACTION)",
        "import logging\nlogging.basicConfig(filename='x.log')",
        "import logging\nlogging.basicConfig('x.log')",
        "import logging\nlogging.getLogger().addHandler(logging.FileHandler('x'))",
        "X = open('x', 'w')",
        "X = open('x', mode='r+')",
        "with open('x', 'a') as file:\n    pass",
        "with open('x') as file:\n    input(1)",
        "MODE = 'w'\nX = open('x', MODE)",
        "X = open('x', opener=print)",
        "import pandas as pd\nX = pd.read_csv('x')\nX.to_csv('y')",
        "import pandas as pd\nX = pd.read_csv('x')\nX.apply(print)",
        "import pandas as pd\nX = pd.read_csv('x', converters={'a': print})",
        "import pandas as pd\ndef f(x): input(x)\nX = pd.read_csv('x', converters={'a': f})",
        "import pandas as pd\nf = lambda x: input(x)\nX = pd.read_csv('x', converters={'a': f})",
        "import json\nX = json.load(open('x'), object_hook=lambda x: input(x))",
        "import argparse\nP = argparse.ArgumentParser()\nP.add_argument('--n', type=print)",
        (
            "import argparse\ndef f(x): input(x)\nP = argparse.ArgumentParser()\n"
            "P.add_argument('--n', type=f)"
        ),
        "import shared\nimport pandas as pd\nX = pd.DataFrame(shared.ROWS)\nX.loc[0, 'a'] = 1",
        "from shared import ROWS\nROWS[0] = 1",
        "from shared import ROWS\nX = ROWS\nX.append(1)",
        "from shared import table\nX = table()\nX['a'] = 1",
        "import shared\nimport random\nR = random.Random(1)\nR.shuffle(shared.ROWS)",
        "import networkx as nx\nimport shared\nG = nx.Graph()\nshared.graphs(G)",
        "import matplotlib.pyplot as plt\nplt.savefig('x')",
        "import os\nos.system('x')",
        "import os\nos.environ = {}",
        "assert input(1) is None",
        "if not ROOT:\n    raise ValueError(input(1))",
        "import numpy as np\nA = np.zeros(3)\nA.tofile('x')",
        "import numpy as np\nA = np.zeros(3)\nA = SOMETHING\nA[0] = 1",
        "def f():\n    import numpy as np\n    np.random.seed(0)\nf()",
        "import random\nfor i in range(3):\n    random.seed(input(i))",
    ],
)
def test_what_everybody_notices(effect):
    shared = "ROWS = [1]\ndef table(): return {}\ndef graphs(G): input(G)\n"
    assert "helper" in loaded(effect, "return 1", files={"shared.py": shared})


def test_an_effect_is_noticed_through_modules_that_are_reached():
    files = {
        "helper.py": "import seeds\nimport numbers_\n",
        "seeds.py": "import numpy as np\nnp.random.seed(0)\n",
        "numbers_.py": "import numpy as np\ndef draw(): return np.random.rand()\ndef one(): return 1\n",
    }
    before = "import helper\nimport numbers_"
    found = trial(before, "return numbers_.draw()", files)
    assert [item.name for item in found.slice.modules] == ["helper", "numbers_", "seeds"]
    found = trial(before, "return numbers_.one()", files)
    assert [item.name for item in found.slice.modules] == ["numbers_"]


def test_an_effect_that_somebody_elses_effect_notices():
    files = {
        "seeds.py": "import numpy as np\nnp.random.seed(0)\n",
        "drawing.py": "import numpy as np\ninput(np.random.rand())\n",
    }
    found = trial("import seeds\nimport drawing", files=files)
    assert [item.name for item in found.slice.modules] == ["drawing", "seeds"]


def test_setups_do_not_depend_on_the_seed_of_a_module_that_trials_use():
    text = (
        "from decorators import setup, trial, verify\nfrom helper import draw, describe\n"
        "@setup()\ndef s(): return {}\n@trial(1, {})\ndef t(): return draw()\n"
        "@verify(['t'])\ndef v(results): return bool(results)\n"
    )
    helper = "import numpy as np\nnp.random.seed({})\ndef draw(): return np.random.rand()\n"
    one = analysed(text, {"helper.py": helper.format(1)})
    two = analysed(text, {"helper.py": helper.format(2)})
    same = {item.name: item.slice.digest == two[item.name].slice.digest for item in one.functions}
    assert same == {"s": True, "t": False, "v": True}
    assert [item.name for item in one["s"].slice.modules] == []


@pytest.mark.parametrize("of", ["1", "np.zeros(3)"])
def test_the_experiments_own_effects_count_for_who_notices_them(of):
    before = "import numpy as np\nnp.random.seed({})"
    same = digest(before.format(1), f"return {of}") == digest(before.format(2), f"return {of}")
    assert same == (of == "1")


SHARED_TABLE = "import numpy as np\nimport pandas as pd\nA = pd.read_csv('x')\n"


@pytest.mark.parametrize(
    ("change", "names", "others"),
    [
        ("B = A[1:]\nB['x'] = 1", "AB", "C"),
        ("B = A\nB['x'] = 1", "AB", "C"),
        ("A['x'] += 1", "A", "BC"),
        ("A += 1", "A", "BC"),
        ("B = A\nB += 1", "AB", "C"),
        ("B = [len(A)]\nB[0] = A.shape\nC = A\nC['x'] = 1", "AC", ""),
        ("B = np.zeros(len(A))\nB[0] = 1", "B", "A"),
        ("B = pd.DataFrame({'a': A})\nB['x'] = 1", "AB", "C"),
        ("from types import SimpleNamespace\nB = SimpleNamespace()\nB.a = A\nB.a.x = 1", "AB", "C"),
        ("def f():\n    A['x'] = 1\nf()", "A", "BC"),
        ("def f():\n    table = A[1:]\n    table['x'] = 1\nf()", "A", "BC"),
        ("def f():\n    t = pd.DataFrame()\n    t['x'] = 1\n    return t\nB = f()", "B", "AC"),
        ("for i in range(3):\n    A[i] = 1", "A", "BC"),
        ("with open('x') as file:\n    B = file.read()\n    C = file.read()", "BC", "A"),
    ],
)  # fmt: skip
def test_a_change_belongs_to_the_names_that_lead_to_the_object(change, names, others):
    before = f"{SHARED_TABLE}{change}\n"
    last = change.split("\n")[-1]
    for name in names:
        assert last in kept(before, f"return {name}")
    rest = [name for name in others if f"{name} = " in before]
    for name in rest:
        assert last not in kept(before, f"return {name}")
    assert last not in kept(before)


@pytest.mark.parametrize(
    "change",
    [
        "def f(table):\n    table['x'] = 1\nf(A)",
        "B = {'a': A}\nB['a'].dropna(inplace=True)",
        "A.apply(print)",
        "import other\nother.g(A)",
    ],
)
def test_a_change_in_an_unknown_way_counts_for_all(change):
    assert change.split("\n")[-1] in kept(f"{SHARED_TABLE}{change}\n")


REGISTRY_CLASS = (
    "class Registry:\n"
    "    shared = {}\n"
    "    def __init__(self, name):\n"
    "        self.name = name\n"
    "        self.items = {}\n"
    "        self.given = name\n"
    "    def register(self, name):\n"
    "        def deco(cls):\n"
    "            if name in self.items:\n"
    "                raise ValueError(name)\n"
    "            self.items[name] = cls\n"
    "            return cls\n"
    "        return deco\n"
    "    def either(self, name, f=None):\n"
    "        if f is not None:\n"
    "            self.items[name] = f\n"
    "            return f\n"
    "        def deco(f):\n"
    "            self.items[name] = f\n"
    "            return f\n"
    "        return deco\n"
    "    def plain(self, f):\n"
    "        self.items.update(f=f)\n"
    "        return f\n"
    "    def loud(self, f):\n"
    "        input(f)\n"
    "        return f\n"
    "    def give(self, f):\n"
    "        self.given.append(f)\n"
    "        return f\n"
    "    def replace(self, f):\n"
    "        self.name = f\n"
    "        return f\n"
    "    @staticmethod\n"
    "    def still(f):\n"
    "        return f\n"
    "    def twice(self, f):\n"
    "        SEEN.append(f)\n"
    "        return f\n"
    "SEEN = []\n"
    "REG = Registry('models')\n"
)


@pytest.mark.parametrize(
    "use",
    [
        "@REG.register('a')\ndef f(): return 1",
        "@REG.either('a')\ndef f(): return 1",
        "@REG.plain\ndef f(): return 1",
        "REG.plain(len)",
        "REG.extra = 1",
        "@REG.twice\ndef f(): return 1",
    ],
)
def test_an_instance_as_a_registry(use):
    assert kept(REGISTRY_CLASS + use) == []
    lines = use.split("\n")
    assert kept(REGISTRY_CLASS + use, "return REG")[-len(lines) :] == lines
    there = use.replace("REG", "registry.REG")
    files = {"registry.py": REGISTRY_CLASS}
    if "extra" in use:
        assert kept(f"import registry\n{there}", files=files)[-len(lines) :] == there.split("\n")
        return
    assert kept(f"import registry\n{there}", files=files) == []
    own = kept(f"import registry\n{there}", "return registry.REG.items", files)
    assert own == ["import registry", *there.split("\n")]
    files["users.py"] = f"from registry import REG\nA = 1\n{use}\n"
    found = trial("import users, registry", "return users.A", files)
    assert module("users", found) == ["A = 1"]
    found = trial("import users, registry", "return registry.REG.items", files)
    assert module("users", found) == ["from registry import REG", *lines]


@pytest.mark.parametrize(
    "use",
    [
        "@REG.loud\ndef f(): return 1",
        "@REG.give\ndef f(): return 1",
        "@REG.still\ndef f(): return 1",
        "@REG.unknown\ndef f(): return 1",
        "REG = other()\n@REG.plain\ndef f(): return 1",
        "Registry.plain = print\n@REG.plain\ndef f(): return 1",
        "REG.plain = print\n@REG.plain\ndef f(): return 1",
        "NEW = Registry(SEEN)\n@NEW.plain\ndef f(): return 1",
        "class More(Registry): pass\nNEW = More('x')\n@NEW.plain\ndef f(): return 1",
        "class Odd:\n    def __setattr__(self, k, v): print(k)\nNEW = Odd()\nNEW.x = 1",
        "@REG.either('a', print)\ndef f(): return 1",
    ],
)
def test_an_instance_that_may_do_more(use):
    last = use.split("\n")[-1]
    assert last in kept(REGISTRY_CLASS + use)


@pytest.mark.parametrize(
    "use",
    [
        "def f(): registry.REG.plain(len)\nX = f()",
        "X = sorted([len], key=lambda f: registry.REG.plain(f))",
    ],
)
def test_a_function_that_fills_an_instance_of_another_module_is_called(use):
    found = kept(f"import registry\n{use}", "return registry.REG", {"registry.py": REGISTRY_CLASS})
    assert found == ["import registry", *use.split("\n")]


def test_registries_that_are_instances_work(tmp_path):
    before = f"{REGISTRY_CLASS}@REG.register('a')\ndef f(): return 1\nREG.plain(f)\nOTHER = __import__('os').write(1, b'x')"
    check_slice(tmp_path, before, "return sorted(REG.items), REG.items['a']()", {})


SEVERAL = (
    "class Registry:\n"
    "    def __init__(self):\n"
    "        self.known = {}\n"
    "    def register(self, f):\n"
    "        self.known[f.__name__] = f\n"
    "        return f\n"
    "MODELS = Registry()\nDATA = Registry()\nPLAIN = {}\n"
    "def plain(f):\n    PLAIN[f.__name__] = f\n    return f\n"
    "def build(name): return MODELS.known[name]()\n"
    "def all(): return [MODELS, DATA]\n"
)
FILLERS = {
    "registry.py": SEVERAL,
    "models.py": "from registry import MODELS\n@MODELS.register\ndef linear(): return 1\n",
    "data.py": "import registry as r\n@r.DATA.register\ndef toy(): return 1\n",
    "others.py": "from registry import plain\n@plain\ndef other(): return 1\n",
}


@pytest.mark.parametrize(
    ("body", "fillers"),
    [
        ("return registry.MODELS.known", {"models"}),
        ("return registry.build('linear')", {"models"}),
        ("from registry import DATA as d\nreturn d.known['toy']()", {"data"}),
        ("return getattr(registry, 'DATA').known", {"data"}),
        ("return registry.PLAIN", {"others"}),
        ("return len(registry.all())", {"models", "data"}),
        ("return sorted(vars(registry))", {"models", "data", "others"}),
        ("return f(registry)", {"models", "data", "others"}),
        ("return registry.Registry", set()),
        ("return 1", set()),
    ],
)
def test_each_registry_of_a_module_is_filled_for_its_users(body, fillers):
    before = "import models, data, others, registry"
    one = digest(before, body, FILLERS)
    for name in ("models", "data", "others"):
        changed = {**FILLERS, f"{name}.py": FILLERS[f"{name}.py"].replace("return 1", "return 2")}
        assert (digest(before, body, changed) != one) == (name in fillers)


def test_registries_of_one_module_work(tmp_path):
    before = "import models, data, others, registry"
    body = "return registry.build('linear'), sorted(registry.DATA.known)"
    check_slice(tmp_path, before, body, FILLERS)


def test_registries_that_share_a_container_are_filled_together():
    shared = SEVERAL.replace("class Registry:\n", "class Registry:\n    known = {}\n")
    files = {**FILLERS, "registry.py": shared}
    one = digest("import models, data, registry", "return registry.MODELS.known", files)
    files["data.py"] = files["data.py"].replace("return 1", "return 2")
    assert digest("import models, data, registry", "return registry.MODELS.known", files) != one


OWN_METHODS = (
    "class Registry:\n"
    "    def __init__(self, name):\n"
    "        self._name = name\n"
    "        self._map = {}\n"
    "    def _add(self, name, f):\n"
    "        assert name not in self._map, f'{name} is in {self._name}'\n"
    "        self._map[name] = f\n"
    "    def register(self, f=None):\n"
    "        if f is None:\n"
    "            def deco(f):\n"
    "                self._add(f.__name__, f)\n"
    "                return f\n"
    "            return deco\n"
    "        self._add(f.__name__, f)\n"
    "    def _note(self, f): NOTED.append(f)\n"
    "    def noted(self, f):\n"
    "        self._note(f)\n"
    "        return f\n"
    "    def _loud(self, f): input(f)\n"
    "    def loud(self, f):\n"
    "        self._loud(f)\n"
    "        return f\n"
    "    def get(self, name): return self._map[name]\n"
    "NOTED = []\n"
    "REG = Registry('models')\n"
)


@pytest.mark.parametrize("use", ["@REG.register()\ndef f(): return 1", "REG.register(len)"])
def test_methods_that_call_others_of_the_instance_fill_it(use):
    assert kept(OWN_METHODS + use) == []
    lines = use.split("\n")
    assert kept(OWN_METHODS + use, "return REG.get('f')")[-len(lines) :] == lines
    files = {"registry.py": OWN_METHODS}
    there = f"import registry\n{use.replace('REG', 'registry.REG')}"
    assert kept(there, files=files) == []
    assert kept(there, "return registry.REG.get('f')", files) == there.split("\n")


def test_methods_that_call_others_of_the_instance_may_do_more():
    loud = "@REG.loud\ndef f(): return 1"
    assert loud.split("\n", maxsplit=1)[0] in kept(OWN_METHODS + loud)
    noted = "@REG.noted\ndef f(): return 1"
    assert kept(OWN_METHODS + noted) == []
    assert noted.split("\n", maxsplit=1)[0] in kept(OWN_METHODS + noted, "return NOTED")


SCANNED = {
    "registry.py": OWN_METHODS,
    "pkg/__init__.py": (
        "import importlib\nimport os\nfrom registry import REG\n"
        "HERE = os.path.dirname(os.path.abspath(__file__))\n"
        "NAMES = sorted(n[:-3] for n in os.listdir(HERE) if n.endswith('_model.py'))\n"
        "_MODULES = [importlib.import_module(f'pkg.{name}') for name in NAMES]\n"
        "def build(name): return REG.get(name)()\n"
    ),
    "pkg/one_model.py": "from registry import REG\n@REG.register()\ndef one(): return 1\ndef helper(): return 5\n",
    "pkg/two_model.py": "from registry import REG\n@REG.register()\ndef two(): return 2\n",
}


@pytest.mark.parametrize(
    "importing",
    [
        "_MODULES = [importlib.import_module(f'pkg.{name}') for name in NAMES]\n",
        "for name in NAMES:\n    importlib.import_module(f'pkg.{name}')\n",
        "for name in NAMES: __import__('pkg.' + name)\n",
        "def load():\n    for name in NAMES: importlib.import_module('pkg.' + name)\nload()\n",
    ],
)
def test_modules_that_are_imported_for_their_effects_are_not_taken_whole(tmp_path, importing):
    text = SCANNED["pkg/__init__.py"]
    files = {**SCANNED, "pkg/__init__.py": text.replace(text.split("\n")[5] + "\n", importing)}
    body = "return pkg.build('one'), pkg.build('two')"
    check_slice(tmp_path, "import pkg", body, files)
    helper = {
        **files,
        "pkg/one_model.py": files["pkg/one_model.py"].replace("return 5", "return 6"),
    }
    assert digest("import pkg", body, helper) == digest("import pkg", body, files)
    model = {**files, "pkg/two_model.py": files["pkg/two_model.py"].replace("return 2", "return 3")}
    assert digest("import pkg", body, model) != digest("import pkg", body, files)
    assert digest("import pkg", "return 1", model) == digest("import pkg", "return 1", files)


def test_modules_that_are_imported_and_looked_at_are_taken_whole():
    text = SCANNED["pkg/__init__.py"].replace("REG.get(name)()", "[vars(m) for m in _MODULES]")
    files = {**SCANNED, "pkg/__init__.py": text}
    changed = {
        **files,
        "pkg/one_model.py": files["pkg/one_model.py"].replace("return 5", "return 6"),
    }
    body = "return pkg.build('one')"
    assert digest("import pkg", body, changed) != digest("import pkg", body, files)


def test_effects_run_in_the_job_of_who_notices_them(tmp_path):
    files = {"helper.py": "import random\nrandom.seed(7)\n"}
    check_slice(tmp_path, "import helper\nimport random", "return random.random()", files)
    files = {"helper.py": "import os\nos.environ['A_VARIABLE'] = 'x'\n"}
    check_slice(
        tmp_path / "b",
        "from helper import os as o\nimport os",
        "return os.getenv('A_VARIABLE')",
        files,
    )


def test_an_effect_that_is_noticed_only_through_what_another_one_brings(tmp_path):
    files = {
        "pkg/__init__.py": "import random\nrandom.seed(5)\n",
        "pkg/sub.py": "import os\nos.environ['A_VARIABLE'] = '2'\nx = 1\n",
        "late.py": "import os\nimport random\nrandom.seed(int(os.getenv('A_VARIABLE', '1')))\n",
    }
    before = "from pkg.sub import x\nimport late\nimport random"
    found = check_slice(tmp_path, before, "return random.random()", files)
    assert [item.name for item in found.slice.modules] == ["late", "pkg", "pkg.sub"]
    files["late.py"] = "import random\nrandom.seed(3)\n"
    found = check_slice(tmp_path / "b", before, "return random.random()", files)
    assert [item.name for item in found.slice.modules] == ["late", "pkg"]


def test_each_domain_is_known():
    named = {*CONFINED_CALLS.values(), *CHANGES.values(), *MAKERS.values()}
    assert named - {OWN_MODULE} <= BLIND.keys()
    assert EVERYWHERE not in BLIND


# ------------------------------------------------------------------ registries

REGISTRY = (
    "MODELS = {}\nORDER = []\n"
    "def register(name):\n"
    "    def deco(cls):\n"
    "        if name in MODELS:\n"
    "            raise ValueError(f'{name} is there twice')\n"
    "        MODELS[name] = cls\n"
    "        ORDER.append(name)\n"
    "        return cls\n"
    "    return deco\n"
    "def plain(f):\n"
    "    assert callable(f)\n"
    "    MODELS[f.__name__] = f\n"
    "    return f\n"
    "def build(name): return MODELS[name]()\n"
)
PACKAGE = {
    "pkg/__init__.py": "from .linear import Linear\nfrom .deep import Deep\n"
    "from .registry import build\n",
    "pkg/registry.py": REGISTRY,
    "pkg/linear.py": "from .registry import register\nRATE = 1\n"
    "@register('linear')\nclass Linear:\n    rate = RATE\n",
    "pkg/deep.py": "from .registry import plain\n@plain\nclass Deep:\n    pass\n",
    "pkg/data.py": "def load(): return [1]\n",
}


@pytest.mark.parametrize(
    ("before", "body", "modules"),
    [
        ("import pkg", "return 1", []),
        ("from pkg import build, Linear", "return 1", []),
        ("import pkg.data", "return pkg.data.load()", ["pkg", "pkg.data"]),
        (
            "from pkg import build",
            "return build('linear').rate",
            ["pkg", "pkg.deep", "pkg.linear", "pkg.registry"],
        ),
        (
            "import pkg\nfrom pkg.registry import MODELS, ORDER",
            "return sorted(MODELS), ORDER",
            ["pkg", "pkg.deep", "pkg.linear", "pkg.registry"],
        ),
        (
            "from pkg import Linear",
            "return Linear.rate",
            ["pkg", "pkg.linear", "pkg.registry"],
        ),
    ],
)
def test_a_registry_counts_for_those_who_can_look_into_it(tmp_path, before, body, modules):
    found = check_slice(tmp_path, before, body, PACKAGE)
    assert [item.name for item in found.slice.modules] == modules


@pytest.mark.parametrize(
    "registry",
    [
        "def register(f):\n    input(f)\n    return f\n",
        "import other\ndef register(f):\n    other.ALL.append(f)\n    return f\n",
        "from other import ALL\ndef register(f):\n    ALL.append(f)\n    return f\n",
        "from other import ALL\nMINE = ALL\ndef register(f):\n    MINE.append(f)\n    return f\n",
        "def register(f):\n    f()\n    return f\n",
        "MINE = []\ndef register(f):\n    MINE.append(f)\n    f.mark = 1\n    return f\n",
        "MINE = []\ndef register(f):\n    global MINE\n    MINE = [f]\n    return f\n",
        "MINE = []\nregister = MINE.append\n",
        "MINE = []\ndef register(f):\n    MINE.append(f)\n    return f\nregister.__defaults__ = None\n",
        "MINE = []\ndef register(f):\n    from other import ALL\n    ALL.append(f)\n    return f\n",
        "MINE = []\ndef log(f): return f\n@log\ndef register(f):\n    MINE.append(f)\n    return f\n",
        "MINE = []\ndef register(f):\n    MINE.append(f)\n    return f\nregister = print\n",
    ],
)
def test_what_does_more_than_filling_its_own_containers(registry):
    files = {"registry.py": registry, "other.py": "ALL = []\n"}
    effect = "from registry import register\n@register\ndef f(): pass"
    assert "helper" in loaded(effect, "return 1", files=files)


def test_a_registry_that_is_shared_under_another_name(tmp_path):
    files = {
        "registry.py": "MODELS = {}\ndef register(f):\n    MODELS[f.__name__] = f\n    return f\n",
        "models.py": "from registry import register\n@register\ndef linear(): return 5\n",
        "view.py": "import registry\nALL = registry.MODELS\ndef build(name): return ALL[name]()\n",
    }
    check_slice(tmp_path, "import models\nimport view", "return view.build('linear')", files)


@pytest.mark.parametrize(
    ("third", "modules"),
    [
        ("", []),
        ("import marks\ndef loud(f): print(f); return f\nmarks.mark = loud", ["helper", "marks", "third"]),
        ("import marks\nmarks.spare = print", []),
    ],
)  # fmt: skip
def test_a_pure_function_that_another_module_replaces(third, modules):
    files = {"marks.py": "def mark(f): return f\n", "third.py": f"{third}\n"}
    effect = "import marks\n@marks.mark\ndef model(): pass"
    assert loaded(effect, "return 1", "import third", files) == modules
