"""The note about local modules that do something as programs, and so in every job that loads them."""

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.diagnostics.about_notes import UnguardedProgram

MODEL = """\
import os
import data

def accuracy(x): return x
def step(w): return w + 1
def fit(epochs):
    w = 0
    for _ in range(epochs):
        w = step(w)
    return w
def plot(w): os.system(f"plot {w}")

weights = fit(20)
plot(weights)
os.system("done")
"""
FILES = {"model.py": MODEL, "data.py": "def load(): return [1]\n"}
TRIAL = (
    "import model\nfrom mlx2smk import trial\n\n"
    '@trial(1, {"n": [1, 2, 3]})\ndef train(n): return model.accuracy(n)\n'
)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def programs(text=TRIAL, files=FILES):
    for path, content in {**files, "exp.py": text}.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(content)
    compiled = compile_experiments(["exp.py"], CompileOptions())
    assert compiled.bundle is not None
    return [each for each in compiled.diagnostics if isinstance(each, UnguardedProgram)]


def test_a_program_is_named_where_it_begins():
    (note,) = programs()
    assert (note.path, note.span.line, note.excerpt) == ("model.py", 14, "plot(weights)")
    # step, fit, plot, weights, and the last statement
    others = "this and 5 others that only this needs"
    assert note.message == f"each job of train runs {others}: calls plot"
    assert (
        note.hint == 'if it is for model.py as a program, put it below `if __name__ == "__main__":`'
    )


def test_once_a_module_however_many_functions():
    more = "".join(
        f"@trial(1, {{'n': [1, 2]}})\ndef t{n}(n): return model.accuracy(n)\n" for n in range(3)
    )
    (note,) = programs(TRIAL + more)
    assert "train, t0, t1 and 1 more (4 functions with 9 combinations)" in note.message


def test_below_a_main_guard_nothing_is_said():
    head, _, tail = MODEL.partition("weights = fit")
    body = textwrap.indent(f"weights = fit{tail}", "    ")
    assert programs(files={**FILES, "model.py": f"{head}if __name__ == '__main__':\n{body}"}) == []


@pytest.mark.parametrize(
    "statements",
    [
        "import os\nos.environ['A'] = '1'\n",
        "import sys\nfrom pathlib import Path\nROOT = Path(__file__).parent\nsys.path.insert(0, str(ROOT))\n",
        "import logging\nlogging.basicConfig(level=10)\nLOG = logging.getLogger(__name__)\n",
        "import random\nSEED = 3\nrandom.seed(SEED)\n",
        "import unknown\nunknown.setup()\nunknown.options['a'] = 3\nunknown.go(3)\nunknown.run()\n",
        "import unknown\n@unknown.register('a')\ndef helper(x): return rate(x)\ndef rate(x): return x\n",
        "import unknown\n@unknown.register('a')\nclass A: pass\nunknown.done(A)\n",
        "try:\n    import unknown\nexcept ImportError:\n    unknown = None\n",
        "import unknown\nDATA = unknown.read('x')\nSCALE = unknown.scale(DATA)\ndef accuracy(x): return SCALE(x) + len(DATA)\n",
        "def fit(x): return x\nMODEL = fit(3)\n",  # has no effects
        "import unknown\ndef has(n): return unknown.find(n)\nHAS_A = has('a')\nHAS_B = has('b')\n",
    ],
)  # fmt: skip
def test_settings_and_what_is_needed_are_no_programs(statements):
    text = f"{statements}\ndef accuracy(x): return x\n"
    if "def accuracy" in statements:
        text = statements
    assert programs(files={"model.py": text}) == []


@pytest.mark.parametrize(
    "statements",
    [
        "def main(): os.system('x')\nmain()\n",
        "def main(): os.system('x')\nfor _ in range(3):\n    main()\n",
        "import unknown\nROWS = unknown.read('a')\nX = ROWS[0]\nY = ROWS[1]\nM = unknown.Model()\nM.fit(X, Y)\n",
        "def check(): return os.system('x')\nassert check()\n",
    ],
)
def test_what_is_a_program(statements):
    (note,) = programs(files={"model.py": f"import os\ndef accuracy(x): return x\n{statements}"})
    assert note.path == "model.py"


def test_a_seed_is_not_what_a_program_begins_with():
    model = (
        "import os, random\nrandom.seed(1)\ndef accuracy(x): return random.random()\n"
        "def main(): os.system('x')\nmain()\n"
    )
    (note,) = programs(files={"model.py": model})
    assert note.excerpt == "main()"


def test_what_a_program_loads_is_not_named_again():
    files = {
        "model.py": "import other\ndef accuracy(x): return x\ndef go(): other.run()\ngo()\n",
        "other.py": "import os\ndef run(): os.system('a')\nrun()\n",
    }
    assert [note.path for note in programs(files=files)] == ["model.py"]
    guarded = files["model.py"].replace("\ngo()", "\nif __name__ == '__main__':\n    go()")
    assert [note.path for note in programs(files={**files, "model.py": guarded})] == ["other.py"]


def test_a_program_in_a_module_that_is_looked_up():
    files = {"lib/a.py": "import os\ndef main(): os.system('x')\nmain()\ndef f(): return 1\n"}
    text = TRIAL.replace("import model", "import importlib").replace(
        "return model.accuracy(n)", "return importlib.import_module(f'lib.{n}').f()"
    )
    assert [note.path for note in programs(text.replace("[1, 2, 3]", "['a']"), files)] == [
        "lib/a.py"
    ]


def test_a_program_in_the_experiment_itself():
    calls = "def show(): model.os.system('x')\nshow()\n"
    guarded = {"model.py": "import os\ndef accuracy(x): return x\n"}
    (note,) = programs(TRIAL + calls, guarded)
    assert (note.path, note.excerpt) == ("exp.py", "show()")


def test_a_module_in_a_folder_is_named_with_its_path():
    files = {"lib/__init__.py": "", "lib/model.py": MODEL.replace("import data\n", "")}
    (note,) = programs(TRIAL.replace("import model", "from lib import model"), files)
    assert note.path == "lib/model.py"
    assert note.hint.startswith("if it is for model.py as a program")


def test_modules_that_are_used_as_a_whole_have_their_own_note():
    assert programs(TRIAL.replace("model.accuracy(n)", "str(model)")) == []


def test_the_explanation():
    before, after = re.findall(
        r"(?:For example|Use instead).*:\n\n((?:    .*\n|\n)+)",
        inspect.getdoc(UnguardedProgram) + "\n",
    )
    unknown = "import unknown\ndef plot(w): unknown.show(w)\n"
    for block, count in ((before, 1), (after, 0)):
        text = unknown + textwrap.dedent(block)
        assert len(programs(files={"model.py": text})) == count
