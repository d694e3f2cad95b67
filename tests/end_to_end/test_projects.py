"""Projects of several modules as people write them: which functions an edit runs again.

What each edit affects is written down by hand, from what the code says.
"""

import shutil
from pathlib import Path

import pytest

from mlx2smk.analysis import analyse
from mlx2smk.language.parser import parse
from mlx2smk.language.reader import read_source
from tests.support.edited_project import Lab

PROJECTS = Path(__file__).resolve().parent.parent / "projects"
EXPERIMENTS = {"study": "exp.py", "lazy": "exp.py", "vision": "experiments/exp.py"}
FUNCTIONS = {
    "study": {"start", "fit", "noise", "plain", "check"},
    "lazy": {"start", "heavy", "named", "check"},
    "vision": {"start", "baseline", "net", "figure", "counted", "check"},
}


def digests(folder, name):
    """Return the digests of the functions of a project's experiment."""
    path = folder / EXPERIMENTS[name]
    parsed = parse(read_source(str(path)))
    assert parsed.experiment is not None, parsed.diagnostics
    found = analyse(parsed.experiment, path.parent)
    for function in found.functions:
        compile(function.slice.text, "slice.py", "exec")
        for module in function.slice.modules:
            compile(module.text, module.path, "exec")
    return {function.name: function.slice.digest for function in found.functions}


def edited(folder, file, old, new):
    path = folder / file
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new))


STUDY = "src/fitting/"
VISION = "src/vision/"


@pytest.mark.parametrize(
    ("project", "file", "old", "new", "affected"),
    [
        # the models are in a registry: who builds from it depends on all of them
        ("study", STUDY + "models.py", "ROUNDING = 3", "ROUNDING = 4", {"fit"}),
        ("study", STUDY + "models.py", "(y1 - y0)", "(y0 - y1)", {"fit"}),
        ("study", STUDY + "models.py", '"mean"', '"average"', {"fit"}),
        ("study", STUDY + "models.py", "save([Mean", "print([Mean", set()),
        ("study", STUDY + "registry.py", "two models", "several models", {"fit"}),
        ("study", STUDY + "data.py", 'FILE = "points.csv"', 'FILE = "other.csv"', {"fit", "noise"}),
        ("study", STUDY + "data.py", "SPREAD = 0.5", "SPREAD = 0.6", {"noise"}),
        ("study", STUDY + "data.py", "return SPREAD", "return -SPREAD", set()),
        ("study", STUDY + "report.py", "WIDTH = 10", "WIDTH = 12", {"check"}),
        ("study", STUDY + "report.py", "json.dump(rows, file)", "json.dump(rows, file, indent=1)", set()),
        # all use `ran`, which opens a file and reads a variable
        ("study", STUDY + "settings.py", '"1"', '"2"', {"start", "fit", "noise", "plain", "check"}),
        ("study", STUDY + "settings.py", "LOGGER = ", "LOG = ", set()),
        ("study", "exp.py", "n * 2", "n * 3", {"plain"}),
        ("study", "exp.py", "from fitting.report import describe, save", "from fitting.report import describe", set()),
        # a lazy package may hand out any of its parts
        ("lazy", "tools/heavy.py", "FACTOR = 3", "FACTOR = 5", {"heavy"}),
        ("lazy", "tools/kinds/light.py", "STEP = 5", "STEP = 7", {"heavy", "named"}),
        ("lazy", "tools/kinds/dark.py", "STEP = 6", "STEP = 7", {"heavy"}),
        ("lazy", "tools/__init__.py", "raise AttributeError(name)", "raise AttributeError", {"heavy"}),
        # numpy's, torch's and matplotlib's states belong to those who use these
        ("vision", VISION + "seeds.py", "SEED = 7", "SEED = 8", {"baseline", "net", "figure"}),
        ("vision", VISION + "seeds.py", "np.random.seed(seed)", "np.random.seed(seed + 1)", set()),
        ("vision", VISION + "config.py", "EPOCHS = 5", "EPOCHS = 6", {"start", "net"}),
        ("vision", VISION + "config.py", "RATE = 0.1", "RATE = 0.2", set()),
        ("vision", VISION + "data.py", '["a", "ratio"]', '["ratio"]', {"baseline", "net"}),
        ("vision", VISION + "data.py", 'TABLE["a"] / ', 'TABLE["a"] * ', {"baseline", "net"}),
        ("vision", VISION + "data.py", "default_rng(0)", "default_rng(1)", {"baseline", "net"}),
        ("vision", VISION + "data.py", "print(features())", "print()", set()),
        ("vision", VISION + "plotting.py", 'COLOR = "red"', 'COLOR = "blue"', {"figure"}),
        ("vision", VISION + "plotting.py", "plt.bar(", "plt.barh(", set()),
        ("vision", VISION + "nets.py", "DROPOUT = 0.2", "DROPOUT = 0.3", {"net"}),
        ("vision", VISION + "nets.py", "return Net(1)", "return Net(2)", set()),
        ("vision", VISION + "baselines.py", "bars(rows)", "bars(rows[:1])", set()),
        ("vision", "experiments/exp.py", '{"n": n}', '{"n": -n}', {"counted"}),
    ],
)  # fmt: skip
def test_what_an_edit_affects(tmp_path, project, file, old, new, affected):  # noqa: PLR0913, PLR0917
    folder = tmp_path / project
    shutil.copytree(PROJECTS / project, folder)
    before = digests(folder, project)
    assert before.keys() == FUNCTIONS[project]
    edited(folder, file, old, new)
    after = digests(folder, project)
    assert {name for name in before if before[name] != after[name]} == affected


class ProjectLab(Lab):
    """A project whose experiment is `exp.py`."""

    def compile(self, *options):
        done = self._python("mlx2smk.cli", "compile", *options, "exp.py")
        assert done.returncode == 0, done.stderr


def lab_of(project, tmp_path):
    shutil.copytree(PROJECTS / project, tmp_path / project)
    lab = ProjectLab(tmp_path / project)
    lab.run()
    return lab


@pytest.mark.slow
def test_a_project_with_a_source_folder_runs(tmp_path):
    lab = lab_of("study", tmp_path)
    runs = ["check", "fit ends", "fit mean", "noise", "plain 1", "plain 2", "start"]
    assert lab.ran() == runs
    lab.replace("src/fitting/models.py", "ROUNDING = 3", "ROUNDING = 1")
    lab.run()
    assert lab.ran() == ["check", "fit ends", "fit mean"]
    lab.replace("src/fitting/data.py", "return SPREAD", "return -SPREAD")
    lab.run()
    assert lab.ran() == []
    lab.replace("points.csv", "3,7", "3,8")
    lab.run()
    assert lab.ran() == ["check", "fit ends", "fit mean", "noise"]


@pytest.mark.slow
def test_a_lazy_package_runs(tmp_path):
    lab = lab_of("lazy", tmp_path)
    assert lab.ran() == ["check", "heavy 1", "heavy 2", "named 1", "start"]
    lab.replace("tools/heavy.py", "FACTOR = 3", "FACTOR = 5")
    lab.run()
    assert lab.ran() == ["check", "heavy 1", "heavy 2"]
    lab.replace("tools/__init__.py", "OFFSET = 1", "OFFSET = 2")
    lab.run()
    assert lab.ran() == ["check", "heavy 1", "heavy 2", "named 1"]
