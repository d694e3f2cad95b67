"""Projects of several modules as people write them: which functions an edit runs again.

What each edit affects is written down by hand, from what the code says.
"""

import json
import shutil
from pathlib import Path

import pytest

from mlx2smk.analysis import analyse
from mlx2smk.language.parser import parse
from mlx2smk.language.reader import read_source
from tests import reference
from tests.support.edited_project import Lab
from tests.support.without_snakemake import reference_report

PROJECTS = Path(__file__).resolve().parent.parent / "projects"
EXPERIMENTS = {
    "study": "exp.py",
    "lazy": "exp.py",
    "vision": "experiments/exp.py",
    "sorting": "exp.py",
    "scripted": "exp.py",
    "plugged": "exp.py",
    "settings": "exp.py",
}
FUNCTIONS = {
    "study": {"start", "fit", "noise", "plain", "check"},
    "lazy": {"start", "heavy", "named", "check"},
    "vision": {"start", "baseline", "net", "figure", "counted", "check"},
    "sorting": {
        *("start", "timed", "scored", "dispatched", "evaluated", "cached", "compared", "check"),
    },
    "scripted": {
        *("start", "counted", "drawn", "summed", "weighted", "chosen", "configured", "check"),
    },
    "plugged": {
        *("start", "solved", "described", "listed", "configured", "squared", "checked", "plain"),
        "check",
    },
    "settings": {"start", "trained", "scheduled", "plain", "check"},
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


LAB = "lab/"
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
        # names that are put together of literals and values of parameters
        ("sorting", "sorts/quick.py", "[pivot]", "[pivot, pivot]", {"timed"}),
        ("sorting", "sorts/quick.py", 'return "quick"', 'return "Quick"', set()),
        ("sorting", "sorts/merge.py", "left + right", "right + left", {"timed"}),
        ("sorting", "sorts/heap.py", "list(values)", "values[:]", set()),
        ("sorting", "sorts/base.py", "values[0]", "values[-1]", {"timed"}),
        ("sorting", "sorts/base.py", "values[2]", "values[3]", set()),
        ("sorting", "exp.py", '["quick", "merge"]', '["quick", "heap"]', {"timed"}),
        ("sorting", "scores.py", "return 1 + sum", "return 2 + sum", {"scored"}),
        ("sorting", "scores.py", "plt.plot(values)", "plt.plot(values[1:])", set()),
        ("sorting", "scores.py", "LIMIT = 10", "LIMIT = 11", {"compared"}),
        ("sorting", "scores.py", "STEP = 3", "STEP = 4", {"compared"}),
        # the whole module of those that evaluate a text, and of nobody else
        ("sorting", LAB + "dispatch.py", "3 * x", "4 * x", {"evaluated"}),
        ("sorting", LAB + "dispatch.py", "x + plain(x)", "x - plain(x)", {"dispatched", "evaluated"}),
        ("sorting", LAB + "dispatch.py", "BASE = 7", "BASE = 8", {"evaluated"}),
        # what is unpickled is seen when it happens
        ("sorting", LAB + "shapes.py", "* SCALE", "/ SCALE", set()),
        ("sorting", LAB + "cache.py", "return pickle.load(file)", "return [pickle.load(file)][0]", {"cached"}),
        # names of functions and files depend on no line
        ("sorting", LAB + "report.py", "import sys\n", "import sys\n\n# a comment\n", set()),
        ("sorting", LAB + "report.py", ".function", ".lineno", {"compared"}),
        # what the experiment does at its top level; numpy may draw random numbers of Python, and
        # look at variables, warnings and logs
        ("scripted", "exp.py", "random.seed(7)", "random.seed(8)", {"drawn", "weighted"}),
        ("scripted", "exp.py", "np.random.seed(11)", "np.random.seed(12)", {"drawn", "weighted"}),
        ("scripted", "exp.py", "precision=3", "precision=4", {"drawn", "weighted"}),
        ("scripted", "exp.py", '"ignore"', '"once"', {"drawn", "weighted"}),
        ("scripted", "exp.py", "logging.WARNING", "logging.INFO", {"drawn", "weighted"}),
        ("scripted", "exp.py", '"out"', '"outputs"', {"drawn", "weighted", "summed", "chosen"}),
        ("scripted", "exp.py", "default=4", "default=5", {"chosen"}),
        ("scripted", "exp.py", '"mean")', '"average")', {"summed"}),
        ("scripted", "exp.py", "max(values)", "min(values)", {"summed"}),
        ("scripted", "exp.py", "CONFIG.rate = 0.25", "CONFIG.rate = 0.75", {"summed", "configured"}),
        ("scripted", "exp.py", "[float(cell)", "[2 * float(cell)", {"summed"}),
        ("scripted", "exp.py", "WEIGHTS[0] = 1", "WEIGHTS[0] = 2", {"weighted"}),
        # modules of any name are seen when they are imported, and a module replaces itself for its users only
        ("plugged", "loading.py", "sorted(dir(module))", "dir(module)", {"described"}),
        ("plugged", "loading.py", "open(", "open(file=", {"solved"}),
        ("plugged", "loading.py", "(module.MORE)", "(str(module.MORE))", {"configured"}),
        ("plugged", "configs/fast.py", "/ 2", "/ 3", set()),
        ("plugged", "loading.py", "found.name for", "found for", {"listed"}),
        ("plugged", "loading.py", "is not None", "is None", FUNCTIONS["plugged"]),
        ("plugged", "engines/exact.py", "n + OFFSET", "n - OFFSET", set()),
        ("plugged", "engines/unused.py", "-n", "n", set()),
        ("plugged", "backend.py", "(CHOSEN[-1]), name", "(CHOSEN[0]), name", {"squared"}),
        ("plugged", "engines/arithmetic.py", "n * n", "n + n", {"squared"}),
        ("plugged", "exp.py", "google.colab", "ipykernel", {"checked"}),
        ("plugged", "exp.py", 'find_spec("a_solver', 'find_spec("the_solver', {"checked"}),
        # until runs have told what the settings name, whole modules count, and so does the experiment
        ("settings", "layers.py", "return -x", "return x", {"trained", "scheduled"}),
        ("settings", "schedules.py", "return None", "return 0", {"scheduled"}),
        ("settings", "exp.py", "x / 2", "x / 3", {"scheduled"}),
        ("settings", "exp.py", "random.seed(5)", "random.seed(6)", {"trained", "scheduled"}),
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

    def check(self):
        """Compare the report with what the reference makes of the files, from scratch."""
        report = json.loads(self.path("results/exp/report.json").read_text())
        expected = reference_report(self.path("exp.py"))
        assert reference.normalise(report) == reference.normalise(expected)

    def foreseen(self):
        """Return which functions will run according to `mlx explain`."""
        done = self._python("mlx2smk.cli", "explain", "exp.py", "--format", "json")
        said = json.loads(done.stdout)
        outlooks = [*said["setups"], *said["trials"], *said["verifications"]]
        return {item["name"]: item["run"] for item in outlooks if item["run"]}


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


@pytest.mark.slow
def test_a_project_that_looks_names_up_runs(tmp_path):
    lab = lab_of("sorting", tmp_path)
    pairs = {"timed": "merge quick", "scored": "inversions runs", "dispatched": "plain twice"}
    pairs |= {"evaluated": "1 2", "compared": "4 5"}
    runs = [f"{name} {value}" for name, values in pairs.items() for value in values.split()]
    assert lab.ran() == sorted(["start", "cached", "check", *runs])
    lab.check()
    lab.run()
    assert lab.ran() == []
    # the first edit of what was unpickled is seen in the file, whatever is edited
    lab.replace("lab/shapes.py", "* SCALE", "* SCALE + 1")
    assert lab.foreseen() == {"cached": 1}
    lab.run()
    assert lab.ran() == ["cached"]
    lab.check()
    # from then on it belongs to the slice
    lab.replace("lab/shapes.py", "    def area", "    # by the scale\n    def area")
    lab.replace("lab/units.py", 'NAME = "cm"', 'NAME = "mm"')
    assert lab.foreseen() == {}
    lab.run()
    assert lab.ran() == []
    lab.replace("lab/units.py", "SCALE = 2", "SCALE = 3")
    assert lab.foreseen() == {"cached": 1}
    lab.run()
    assert lab.ran() == ["cached"]
    lab.check()


@pytest.mark.slow
def test_a_script_that_configures_libraries_runs(tmp_path):
    lab = lab_of("scripted", tmp_path)
    assert lab.ran() == ["chosen", "summed mean", "summed top"]
    lab.check()
    lab.replace("exp.py", "default=4", "default=5")
    lab.replace("exp.py", "np.random.seed(11)", "np.random.seed(12)")
    assert lab.foreseen() == {"chosen": 1, "drawn": 2, "weighted": 1}
    lab.run()
    assert lab.ran() == ["chosen"]
    lab.check()


@pytest.mark.slow
def test_a_project_with_plugins_runs(tmp_path):
    lab = lab_of("plugged", tmp_path)
    others = ["checked 4", "described 5", "listed 0", "plain 6", "squared 2", "start"]
    assert lab.ran() == sorted([*others, "check", "configured fast", "solved 1", "solved 2"])
    lab.check()
    lab.replace("engines/unused.py", "-n", "n")
    lab.replace("plots.py", "len(values)", "values")
    assert lab.foreseen() == {}
    # the module that was imported, one that this imports, and one that was listed
    lab.replace("engines/exact.py", "n + OFFSET", "n - OFFSET")
    lab.replace("spare.py", "RIGHT = 2", "RIGHT = 2\nTHIRD = 3")
    assert lab.foreseen() == {"solved": 2, "described": 1, "check": 1}
    lab.run()
    assert lab.ran() == ["check", "described 5", "solved 1", "solved 2"]
    lab.check()
    # from then on they belong to the slices, and what they need of others
    lab.replace("engines/parts.py", "SPARE = 11", "SPARE = 12")
    assert lab.foreseen() == {"configured": 1}
    lab.replace("engines/parts.py", "OFFSET = 10", "OFFSET = 20")
    lab.replace("spare.py", "THIRD", "LAST")
    lab.run()
    assert lab.ran() == ["check", "configured fast", "described 5", "solved 1", "solved 2"]
    lab.check()
    # what the settings name, and what is there now
    lab.replace("settings.json", "Exact", "Rough")
    lab.path("a_solver_that_nobody_has.py").write_text("")
    lab.path("engines/one_more.py").write_text("")
    lab.replace("configs/more.py", "DEPTH = 3", "DEPTH = 4")
    lab.run()
    runs = ["checked 4", "configured fast", "listed 0", "solved 1", "solved 2"]
    assert lab.ran() == ["check", *runs]
    lab.check()
    lab.replace("configs/fast.py", "/ 2", "/ 4")
    lab.run()
    assert lab.ran() == ["configured fast"]
    lab.check()


@pytest.mark.slow
def test_a_project_whose_parameters_name_plug_ins_runs(tmp_path):
    lab = lab_of("policies", tmp_path)
    names = ["Alternating", "Longest", "Shortest"]
    served = [f"served {name} {n}" for name in names for n in (2, 3)]
    # the rules' package leaves `register` out until its plug-ins ask for it, while it is loaded
    rules = ["ruled Even", "ruled odd"]
    assert set(lab.ran()) == {"check", *rules, *served, "start"}
    lab.check()
    # only who has loaded the policy, from its file or as a part of the slice
    for old, new in (("-job", "-2 * job"), ("-2 * job", "-3 * job")):
        lab.replace("queues/policies/Longest.py", old, new)
        assert lab.foreseen() == {"served": 2, "check": 1}
        lab.run()
        assert lab.ran() == ["check", "served Longest 2", "served Longest 3"]
        lab.check()
    lab.replace("queues/policies/Longest.py", "def key", "# the longest first\n    def key")
    assert lab.foreseen() == {}
    lab.replace("queues/policies/Alternating.py", "START = 0", "START = 1")
    lab.run()
    assert lab.ran() == ["check", "served Alternating 2", "served Alternating 3"]
    lab.check()
    lab.path("queues/rules/third.py").write_text(
        lab.path("queues/rules/odd.py").read_text().replace("odd(", "third(")
    )
    lab.run()
    assert set(lab.ran()) == set(rules)
    lab.check()


@pytest.mark.slow
def test_a_project_with_files_of_settings_runs(tmp_path):
    lab = lab_of("settings", tmp_path)
    trained, scheduled = ["trained large", "trained small"], ["scheduled 1", "scheduled 2"]
    assert lab.ran() == sorted(["check", "plain 7", *scheduled, *trained, "start"])
    lab.check()
    lab.run()
    assert lab.ran() == []
    # the first edit of any of these modules runs once more what had them whole
    lab.replace("layers.py", "return -x", "return -2 * x")
    lab.replace("schedules.py", "return None", "return 0")
    lab.run()
    assert lab.ran() == ["check", *scheduled, *trained]
    lab.check()
    # from then on, only what the settings name counts
    lab.replace("layers.py", "return -2 * x", "return -3 * x")
    lab.replace("schedules.py", "return 0", "return 1")
    lab.replace("exp.py", "x / 2", "x / 3")
    assert lab.foreseen() == {}
    lab.run()
    assert lab.ran() == []
    lab.replace("layers.py", "DEPTH = 3", "DEPTH = 4")
    assert lab.foreseen() == {"trained": 1, "check": 1}
    lab.run()
    assert lab.ran() == ["check", "trained large"]
    lab.check()
    # other settings: the run starts again with all of the file, where it also needs the seed and SETUP
    lab.replace("configs/small.json", "Dense", "Noisy")
    assert lab.foreseen() == {"trained": 1, "check": 1}
    lab.run()
    assert set(lab.ran()) == {"check", "trained small"}
    lab.check()
    lab.replace("layers.py", "-3 * x", "-4 * x")
    lab.run()
    assert lab.ran() == ["check", "trained small"]
    lab.replace("layers.py", "-4 * x", "-5 * x")
    lab.run()
    assert lab.ran() == []
    lab.replace("layers.py", "random.random()", "2 * random.random()")
    lab.run()
    assert lab.ran() == ["check", "trained small"]
    lab.check()
    lab.replace("configs/schedule.json", "twice", "half")
    lab.run()
    assert set(lab.ran()) == set(scheduled)
    lab.check()
    # what has not run yet has the whole module, and what started again has rested on all of exp.py
    lab.path("configs/other.json").write_text('{"model": "Deep", "width": 2}')
    lab.replace("exp.py", '["small", "large"]', '["small", "other", "large"]')
    lab.run()
    assert lab.ran() == ["check", *scheduled, "trained other"]
    lab.check()
