"""Idioms of scientific code at top level: they count for those who use their names, and for nobody else."""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept, module, trial

HARMLESS = [
    "import datetime\nX = datetime.datetime.now(tz=datetime.timezone.utc).date().year",
    "from datetime import datetime\nNOW = datetime.now()\nX = NOW.replace(hour=1).strftime('%H')",
    "from datetime import datetime\nX = datetime.today()\ndef f(day=datetime.today()): return day",
    "import pandas as pd\nX = pd.DataFrame.from_records([{'a': 1}])\nY = pd.DataFrame.from_dict({'a': [1]})",
    "import jax.numpy as jnp\nX = jnp.array([1, 2])\nEPS = jnp.log(jnp.finfo(jnp.float32).eps)",
    "from autograd import numpy as np\nclass A:\n    start = np.array([0.5])",
    "import time\nX = time.strftime('%Y')",
    "import time\nX = time.localtime().tm_year",
    "import uuid\nX = uuid.uuid4().hex[:8]",
    "import os, platform\nX = os.uname().nodename, platform.node()",
    "import re\nX = re.match('a', 'aa').group(0)",
    "import hashlib\nX = hashlib.md5(b'x').hexdigest()",
    "import pandas as pd\nX = pd.Timestamp('2024-01-01').year",
    "import pandas as pd\nX = pd.date_range('2024-01-01', periods=3)",
    "import numpy as np\nX = np.array([1, 2]).reshape(2, 1).astype(float)",
    "from scipy import stats\nX = stats.norm.ppf(0.975), stats.t(3)",
    "from pathlib import Path\nX = Path(__file__).read_text().splitlines()",
    "from pathlib import Path\nX = sorted(Path('.').glob('*.csv'))",
    "import os\nX = sorted(os.listdir('.'))",
    "import json\nX = sorted(json.loads('{}').items())",
    "import functools, itertools\nfrom collections import defaultdict\nX = defaultdict(functools.partial(itertools.count, 1))",
    "import contextlib\nwith contextlib.suppress(ImportError):\n    import numpy as np",
    "import warnings\nwith warnings.catch_warnings():\n    import numpy as np",
    "import numpy as np\nwith np.errstate(all='ignore'):\n    X = np.log(np.arange(3))",
    "import threading\nL = threading.Lock()\nwith L:\n    X = 1",
    "import copy\nX = {'a': [1]}\nY = copy.deepcopy(X)\nY['b'] = 2",
    "import heapq\nX = []\nheapq.heappush(X, 1)",
    "A = 1\n__all__ = [name for name in dir() if not name.startswith('_')]",
    "class A:\n    'A.'\n    __doc__ += ' And more.'",
    "import logging\nLOG = logging.getLogger('x')\nLOG.addHandler(logging.StreamHandler())",
    "import logging\nlogging.getLogger().addHandler(logging.NullHandler())",
    "import networkx as nx",
    "from networkx.utils import not_implemented_for\n@not_implemented_for('directed')\ndef f(G): return G",
    "from joblib import delayed\n@delayed\ndef f(x): return x",
    "import typer\napp = typer.Typer()\n@app.command()\ndef run(n: int): pass\n@app.command('b')\ndef walk(): pass",
    "import click\n@click.group()\ndef cli(): pass\n@cli.command()\ndef run(): pass\ncli.add_command(run, 'again')",
    "from loguru import logger\nlogger.remove(0)\nlogger.add(lambda message: print(message))\nlogger.info('x')",
    "import sys\nfrom loguru import logger\nlogger.add(sys.stderr)",
    "from sklearn.pipeline import make_pipeline\nfrom sklearn.svm import SVC\nX = make_pipeline(SVC())",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_who_uses_none_of_its_names_does_without_it(text):
    assert kept(text) == []


@pytest.mark.parametrize(
    ("text", "body", "result"),
    [
        ("import copy\nX = {'a': 1}\nY = copy.deepcopy(X)\nY['b'] = 2", "return X, Y", ({"a": 1}, {"a": 1, "b": 2})),
        ("import heapq\nX = []\nheapq.heappush(X, 2)\nheapq.heappush(X, 1)", "return X", [1, 2]),
        ("import bisect\nX = [1, 3]\nbisect.insort(X, 2)", "return X", [1, 2, 3]),
        ("import contextlib\nX = []\nwith contextlib.suppress(KeyError):\n X.append(1)\n {}[0]\n X.append(2)", "return X", [1]),
        ("import threading\nX = []\nL = threading.Lock()\nwith L: X.append(1)", "return X", [1]),
        # what is changed has another name, or another owner
        ("import copy\nX = []\nclass A:\n def __deepcopy__(self, memo): return X\nY = copy.deepcopy(A())\nY.append(1)", "return X", [1]),
        ("import heapq\nX = []\nY = X\nheapq.heappush(Y, 1)", "return X", [1]),
        ("import functools\nfrom collections import defaultdict\nX = []\nY = defaultdict(functools.partial(X.append, 1))\nY[0]", "return X", [1]),
        ("import numpy as np\nX = [np.zeros(1)]\nnp.ceil(np.array([0.5]), X[0])", "return X[0][0]", 1),
        ("import contextlib\nX = []\nclass C:\n def __enter__(self): X.append(1)\n def __exit__(self, *a): pass\nwith C(): pass", "return X", [1]),
        ("import contextlib\nX = []\n@contextlib.contextmanager\ndef c():\n X.append(1)\n yield\nwith c(): pass", "return X", [1]),
    ],
)  # fmt: skip
def test_who_uses_its_names_has_all_that_changes_them(text, body, result):
    assert agrees(text, body) == result


def test_the_way_that_processes_start_counts_for_those_who_start_some():
    files = {
        "helper.py": "import multiprocessing\nmultiprocessing.set_start_method('spawn')\nX = 1\n"
    }
    assert module("helper", trial("import helper, json", "return json, helper.X", files)) == [
        "X = 1"
    ]
    found = trial(
        "import helper\nfrom concurrent import futures", "return futures, helper.X", files
    )
    assert len(module("helper", found)) == 3


@pytest.mark.parametrize(
    ("asked", "whole"),
    [
        ("sys.modules['__main__'].__file__", False),
        ("sys.modules['__main__'].__dict__", True),
        ("sys.modules['__main__']", True),
        ("sys.modules['helper'].__file__", True),
    ],
)
def test_who_asks_for_the_file_of_the_program_finds_nothing_else(asked, whole):
    files = {"helper.py": "X = 1\nY = 2\n"}
    found = trial("import helper, sys", f"return {asked}, helper.X", files)
    assert bool(found.slice.widened) == whole


@pytest.mark.parametrize("package", ["numpy", "autograd.numpy", "cupy"])
def test_a_call_that_fills_an_array_is_never_left_out(package):
    text = f"import {package} as xp\nfrom helper import X\nxp.ceil(xp.array([0.5]), X)"
    assert len(kept(text, files={"helper.py": "X = [0]\n"})) == 3


def test_a_handler_that_writes_a_file_is_never_left_out():
    text = (
        "import logging\nLOG = logging.getLogger('x')\nLOG.addHandler(logging.FileHandler('log'))"
    )
    assert len(kept(text)) == 3


def test_who_uses_a_group_has_all_its_commands():
    pytest.importorskip("click")
    cli = "import click\n@click.group()\ndef cli(): pass\n"
    before = f"{cli}@cli.command()\ndef run(): pass\n@click.command()\ndef walk(): pass\ncli.add_command(walk)"
    assert agrees(before, "return sorted(cli.commands)") == ["run", "walk"]
    files = {"tool.py": cli, "more.py": "from tool import cli\n@cli.command()\ndef run(): pass\n"}
    assert agrees("import more, tool", "return sorted(tool.cli.commands)", files) == ["run"]
    assert kept("import more, tool", "return 1", files) == []


def test_messages_count_for_who_writes_some():
    text = "from loguru import logger\nlogger.remove(0)"
    files = {"helper.py": "from loguru import logger\ndef f(): logger.info('x')\n"}
    assert len(kept(f"import helper\n{text}", "return helper.f()", files)) == 3
    assert len(kept("from loguru import logger\nlogger.add('log.txt')")) == 2


@pytest.mark.parametrize(
    "how", ["import lab.model as m", "from lab import model as m", "import lab\nm = 0"]
)
def test_a_constant_of_a_module_that_is_set_counts_for_those_who_load_the_module(how):
    name = "lab.model.RATE" if "m = 0" in how else "m.RATE"
    files = {
        "lab/__init__.py": "from lab import model\n",
        "lab/model.py": "RATE = 1\ndef rate(): return RATE\n",
        "use.py": "from lab.model import rate\n",
        "other.py": "X = 1\n",
    }
    before = f"{how}\n{name} = 5"
    assert kept(before, "import other\nreturn other.X", files) == []
    assert f"{name} = 5" in kept(before, "import use\nreturn use.rate()", files)


def test_a_constant_of_a_class_of_another_module_counts_for_all():
    files = {"lab.py": "class A: rate = 1\n", "other.py": "X = 1\n"}
    before = "import lab\nlab.A.rate = 2"
    assert "lab.A.rate = 2" in kept(before, "import other\nreturn other.X", files)


def test_a_submodule_that_a_package_imports_from_itself_is_found_as_a_base_class():
    files = {
        "lab/__init__.py": "from lab import parts\nfrom . import parts as p\n",
        "lab/parts/__init__.py": "from lab.parts.base import Base\n",
        "lab/parts/base.py": "class Base: pass\n",
        "models.py": "import lab\nclass A(lab.parts.Base): pass\nX = 1\n",
    }
    found = trial("import models", "return models.X", files)
    assert module("models", found) == ["X = 1"]
