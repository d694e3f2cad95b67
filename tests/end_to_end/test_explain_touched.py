"""What `mlx explain` foresees of files, variables and packages, compared with what then really runs."""

from __future__ import annotations

import os
import shutil
from collections import Counter

import pytest

from tests.support.explained_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("touched")]

EXPERIMENT = """\
import glob
import os
from mlx2smk import setup, trial, verify


def ran(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(*what, file=file)


def text_of(path):
    with open(path) as file:
        return file.read()


@setup()
def init():
    ran("init")
    return {"size": len(text_of("base.txt"))}


@trial(1, {})
def prepare():
    ran("prepare")
    with open("clean.txt", "w") as file:
        file.write(text_of("raw.txt").strip())


@trial(1, {"p": [1, 2]})
def part(p):
    ran("part", p)
    os.makedirs("parts", exist_ok=True)
    with open(f"parts/{p}.txt", "w") as file:
        file.write(str(p))


@trial(2, {})
def fit():
    ran("fit")
    with open("model.txt", "w") as file:
        file.write(text_of("clean.txt")[:1])


@trial(2, {})
def whole():
    ran("whole")
    return [text_of(path) for path in sorted(glob.glob("parts/*.txt"))]


@trial(2, {"n": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]})
def train(n):
    ran("train", n)
    return text_of("rare.txt" if n in (3, 7) else "common.txt")


@trial(2, {"k": [1, 2, 3]})
def chain(k):
    ran("chain", k)
    return {"context_update": {"sum": SETUP.get("sum", 0) + (k == 2 and len(text_of("link.txt")))}}


@trial(3, {})
def evaluate():
    ran("evaluate")
    return text_of("model.txt")


@trial(3, {})
def sized():
    ran("sized")
    return SETUP["size"]


@trial(3, {})
def located():
    ran("located")
    return os.environ.get("DATA_DIR")


@trial(3, {})
def listed():
    ran("listed")
    return sorted(os.listdir("images"))


@trial(3, {})
def looked():
    ran("looked")
    return os.path.exists("config.json")


@trial(3, {})
def packed():
    import tiny_pack

    ran("packed")
    return tiny_pack.__name__


@trial(3, {})
def optional():
    try:
        import tiny_extra
    except ImportError:
        tiny_extra = None
    ran("optional")
    return tiny_extra is None


@trial(3, {}, inputs=["declared.txt"])
def declaring():
    ran("declaring")
    return text_of("declared.txt")


@verify(["sized"])
def check(results):
    ran("check")
    return len(text_of("limit.txt")) > 1
"""
FILES = {
    "exp.py": EXPERIMENT,
    "base.txt": "base",
    "raw.txt": "raw",
    "rare.txt": "rare",
    "common.txt": "common",
    "link.txt": "link",
    "images/1": "one",
    "limit.txt": "limit",
    "declared.txt": "declared",
    "lib/site-packages/tiny_pack.py": "",
    "lib/site-packages/tiny_pack-1.0.dist-info/METADATA": "",
}
TIMES = {"part": 2, "train": 10, "chain": 3}
ONCE = ("init", "prepare", "fit", "whole", "evaluate", "sized", "located", "listed", "looked")
ALL = {**dict.fromkeys((*ONCE, "packed", "optional", "declaring", "check"), 1), **TIMES}
BATCH = "--batch=10"


def project_in(folder):
    variables = {"MLX_TEST_TRACE": f"{folder}.trace", "PYTHONPATH": f"{folder}/lib/site-packages"}
    return Project(folder, variables)


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory):
    project = project_in(tmp_path_factory.mktemp("finished") / "project")
    for name, text in FILES.items():
        (project.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (project.folder / name).write_text(text)
    project.foresee_and_run(ALL, BATCH)
    return project


@pytest.fixture(name="project")
def _project(finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "project")
    return project_in(tmp_path / "project")


def check(project, expected, reasons=(), ran=None):
    """Foresee and run; ``reasons`` are those of all functions, by name, ``ran`` what really ran."""
    outlooks, really = project.foresee_and_run(expected, BATCH)
    found = {name: outlook["reasons"] for name, outlook in outlooks.items() if outlook["reasons"]}
    assert found == {
        name: [{"reason": kind, **fields} for kind, fields in items]
        for name, items in dict(reasons).items()
    }
    assert really == Counter(expected if ran is None else ran)
    again, _ = project.explain(BATCH)
    assert {name: o["may_run"] for name, o in again.items() if o["may_run"]} == {}
    return outlooks


def test_nothing_changed(project):
    check(project, {})


def test_files_that_are_only_touched(project):
    for name in FILES:
        os.utime(project.folder / name)
    os.utime(project.folder / "clean.txt", (1, 1))
    (project.folder / "images/1").write_text("other")  # only the folder was listed
    check(project, {})


def test_only_the_combinations_of_a_batch_that_read_the_file(project):
    (project.folder / "rare.txt").write_text("other")
    changed = ("FileChanged", {"path": "rare.txt", "makers": []})
    outlooks = check(project, {"train": 2}, {"train": [changed]})
    assert (outlooks["train"]["jobs"], outlooks["train"]["from_store"]) == (1, 8)


def test_an_older_file_in_its_place(project):
    older = project.folder / "older.txt"
    older.write_text("older")
    os.utime(older, (1_000_000_000, 1_000_000_000))
    older.replace(project.folder / "common.txt")
    changed = ("FileChanged", {"path": "common.txt", "makers": []})
    check(project, {"train": 8}, {"train": [changed]})


BELOW_CLEAN = {"fit": (0, 1), "evaluate": (0, 1)}


@pytest.mark.parametrize(
    ("text", "ran"),
    [
        ("raw\n", ["prepare"]),
        ("rare", ["prepare", "fit"]),
        ("other", ["prepare", "fit", "evaluate"]),
    ],
)
def test_files_that_are_made_of_a_file(project, text, ran):
    (project.folder / "raw.txt").write_text(text)
    changed = ("FileChanged", {"path": "raw.txt", "makers": []})
    outlooks = check(project, {"prepare": 1, **BELOW_CLEAN}, {"prepare": [changed]}, ran)
    files = {name: outlook["uncertain_files"] for name, outlook in outlooks.items()}
    assert {name: found for name, found in files.items() if found} == {
        "fit": [{"path": "clean.txt", "makers": ["prepare"]}],
        "evaluate": [{"path": "model.txt", "makers": ["fit"]}],
    }


def test_a_made_file_that_is_gone(project):
    (project.folder / "clean.txt").unlink()
    gone = ("ProductGone", {"path": "clean.txt"})
    check(project, {"prepare": 1, **BELOW_CLEAN}, {"prepare": [gone]}, ["prepare"])


def test_a_made_file_that_was_edited(project):
    (project.folder / "model.txt").write_text("x")
    edited = ("ProductChanged", {"path": "model.txt"})
    check(project, {"fit": 1, "evaluate": (0, 1)}, {"fit": [edited]}, ["fit"])


def test_what_made_a_file_changed(project):
    project.edit('.write(text_of("raw.txt").strip())', '.write(text_of("raw.txt").strip("\\n"))')
    outlooks, ran = project.foresee_and_run({"prepare": 1, **BELOW_CLEAN}, BATCH)
    assert outlooks["prepare"]["reasons"][0]["reason"] == "CodeChanged"
    assert ran == {"prepare": 1}


def test_a_combination_that_makes_one_file_more(project):
    project.edit('"p": [1, 2]', '"p": [1, 2, 3]')
    moved = ("New", {"count": 1}), ("Missing", {"count": 2})
    expected = {"part": 1, "whole": (0, 1)}
    outlooks = check(project, expected, {"part": moved}, ["part", "whole"])
    assert {"path": "parts", "makers": ["part"]} in outlooks["whole"]["uncertain_files"]


def test_a_combination_less_leaves_what_it_made(project):
    project.edit('"p": [1, 2]', '"p": [1]')
    outlooks = check(project, {}, {"part": [("Missing", {"count": 1})]})
    assert outlooks["part"]["from_store"] == 1


def test_a_link_of_a_chain(project):
    (project.folder / "link.txt").write_text("longer")
    changed = ("FileChanged", {"path": "link.txt", "makers": []})
    expected = {"chain": (1, 2)}
    outlooks = check(project, expected, {"chain": [changed]}, ["chain", "chain"])
    assert outlooks["chain"]["from_store"] == 1


def set_aside(project):
    """Change what functions have touched, for each something else; return the reasons by their names."""
    folder, installed = project.folder, project.folder / "lib/site-packages"
    (folder / "rare.txt").unlink()
    (folder / "images/2").write_text("two")
    (folder / "config.json").write_text("{}")
    project.environment["DATA_DIR"] = "first-secret"
    (installed / "tiny_pack-1.0.dist-info").rename(installed / "tiny_pack-1.1.dist-info")
    (installed / "tiny_extra.py").write_text("")
    (installed / "tiny_extra-2.0.dist-info").mkdir()
    (folder / "limit.txt").write_text("")
    (folder / "declared.txt").write_text("changed")
    os.utime(folder / "declared.txt", (1_000_000_000, 1_000_000_000))
    return {
        "train": [("FileGone", {"path": "rare.txt", "makers": []})],
        "listed": [("FolderChanged", {"path": "images"})],
        "looked": [("FileAppeared", {"path": "config.json"})],
        "located": [("VariableSet", {"name": "DATA_DIR"})],
        "packed": [("PackageChanged", {"name": "tiny-pack", "old": "1.0", "new": "1.1"})],
        "optional": [("PackageInstalled", {"name": "tiny_extra"})],
        "check": [("FileChanged", {"path": "limit.txt", "makers": []})],
        "declaring": [("InputChanged", {"path": "declared.txt"})],
    }


def set_back(project):
    """Take back some of that and change more; return the reasons by the functions' names."""
    folder, installed = project.folder, project.folder / "lib/site-packages"
    (folder / "rare.txt").write_text("rare")
    shutil.rmtree(folder / "images")
    (folder / "config.json").unlink()
    project.environment["DATA_DIR"] = "second-secret"
    shutil.rmtree(installed / "tiny_pack-1.1.dist-info")
    (installed / "tiny_extra.py").unlink()
    (installed / "tiny_extra-2.0.dist-info").rmdir()
    return {
        "train": [("FileAppeared", {"path": "rare.txt"})],
        "listed": [("FileGone", {"path": "images", "makers": []})],
        "looked": [("FileGone", {"path": "config.json", "makers": []})],
        "located": [("VariableChanged", {"name": "DATA_DIR"})],
        "packed": [("PackageGone", {"name": "tiny-pack", "old": "1.1"})],
        "optional": [("PackageGone", {"name": "tiny-extra", "old": "2.0"})],
    }


def test_what_is_gone_or_there_or_another_and_back(project):
    """Files, folders, variables, packages: each of another function, so that one run shows all of them."""
    reasons = set_aside(project)
    check(project, dict.fromkeys(reasons, 1) | {"train": 2}, reasons)
    reasons = set_back(project)
    said = project.mlx("explain", "exp.py", BATCH)
    said += project.mlx("explain", "exp.py", BATCH, "--format=json")
    assert "DATA_DIR has another value" in said
    assert "secret" not in said
    outlooks = check(project, {"listed": 1, "located": 1, "packed": 1}, reasons)
    back = {name: outlooks[name]["from_store"] for name in ("train", "looked", "optional")}
    assert back == {"train": 10, "looked": 1, "optional": 1}
    del project.environment["DATA_DIR"]
    outlooks = check(project, {}, {"located": [("VariableUnset", {"name": "DATA_DIR"})]})
    assert outlooks["located"]["from_store"] == 1


def test_a_file_of_a_setup(project):
    (project.folder / "base.txt").write_text("size")
    outlooks, ran = project.foresee_and_run({"init": 1, **_UNSURE}, BATCH)
    changed = {"reason": "FileChanged", "path": "base.txt", "makers": []}
    assert outlooks["init"]["reasons"] == [changed]
    assert ran == {"init": 1}
    (project.folder / "base.txt").write_text("of another size")
    _, ran = project.foresee_and_run({"init": 1, **_UNSURE}, BATCH)
    assert ran == {"init": 1, "sized": 1, "check": 1}


_UNSURE = {name: (0, count) for name, count in ALL.items() if name != "init"}


def test_what_is_said(project):
    (project.folder / "clean.txt").unlink()
    (project.folder / "rare.txt").write_text("other")
    said = project.mlx("explain", "exp.py", BATCH).splitlines()
    told = [line.partition(", about")[0].partition(", under")[0] for line in said]
    assert [line for line in told if "nothing to do" not in line] == [
        "prepare: 1 of 1 runs again",
        "  clean.txt, which it made, is gone",
        "fit: up to 1 of 1 run if clean.txt, which prepare makes, changes",
        "train: 2 of 10 run again",
        "  rare.txt changed",
        "  8 combinations come back from the store of results",
        "evaluate: up to 1 of 1 run if model.txt, which fit makes, changes",
    ]
