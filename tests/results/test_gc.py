import json
import os
import re
import resource
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.results.gc import Garbage, garbage
from tests.support import warm_snakemake
from tests.support.stored_runs import files_of_runs, stored_line, stored_lines

EXPERIMENT = """\
from mlx2smk import setup, trial, verify

RATE = 2

@setup()
def init():
    return {"a": 1}

@trial(1, {"n": [1, 2]})
def train(n):
    return n * RATE

@trial(1, {})
def other():
    return 1

@verify(["train"])
def check(results):
    return True
"""


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    compile_(EXPERIMENT)
    return tmp_path


def compile_(text):
    Path("exp.py").write_text(text)
    assert main(["compile", "exp.py"]) == 0


def code_of(kind, name):
    """Return the digest of a function's code, as the plan has it."""
    functions = json.loads(Path("workflow/experiments/exp/plan.json").read_text())[kind]
    return next(function["digest"] for function in functions if function["name"] == name)


KEYS = [digit * 64 for digit in "123"]


def lay(path, content="{}"):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content if isinstance(content, str) else json.dumps(content))


def loose(key, code):
    """Lay what earlier versions stored."""
    lay(f".mlx/store/{key[:2]}/{key[2:]}.json", {"version": 1, "key": key, "code": code, "run": {}})


def store(code, *keys, place="runs", name="1-1.pack"):
    path = Path(f".mlx/store/{place}/{code[:16]}/{name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(stored_line(key, {"code": code, "run": {}}) for key in keys))
    return path.as_posix()


def found(folder=Path()):
    return {item.what: [path.as_posix() for path in item.files] for item in garbage(folder)}


# ------------------------------------------------------------------ what is not needed


def test_nothing():
    assert found() == {}


def test_stored_runs_of_earlier_code():
    old = code_of("trials", "train")
    compile_(EXPERIMENT.replace("RATE = 2", "RATE = 3"))
    loose("aaaa", old)
    loose("aabb", code_of("trials", "train"))
    loose("cccc", "f" * 64)
    packed, recent = store(old, *KEYS), store(old, KEYS[0], place="jobs", name="n~1.0")
    unknown = store("e" * 64, KEYS[0])
    store(code_of("trials", "train"), *KEYS)
    groups = [(item.what, [path.as_posix() for path in item.files]) for item in garbage(Path())]
    assert groups == [
        ("stored runs of train", [packed, recent]),
        ("stored runs of unknown code", [unknown]),
        ("stored runs of train", [".mlx/store/aa/aa.json"]),
        ("stored runs of unknown code", [".mlx/store/cc/cc.json"]),
        ("earlier code", [f".mlx/code/{old}.json"]),
    ]


def test_what_current_results_name_is_needed():
    old = code_of("trials", "train")
    lay("results/exp/runs/train/n~1.json", {"keys": ["aaaa", None], "made_from": {"code": old}})
    compile_(EXPERIMENT.replace("RATE = 2", "RATE = 3"))
    loose("aaaa", old)
    loose("bbbb", old)
    assert found() == {"stored runs of train": [".mlx/store/bb/bb.json"]}


def test_of_earlier_code_only_what_current_results_name_stays():
    old = code_of("trials", "train")
    lay("results/exp/runs/train/n~1.json", {"keys": [KEYS[1], None], "made_from": {"code": old}})
    compile_(EXPERIMENT.replace("RATE = 2", "RATE = 3"))
    files = [store(old, *KEYS[:2]), store(old, KEYS[2], place="jobs", name="n~1.0")]
    (item,) = garbage(Path())
    assert (item.what, [path.as_posix() for path in item.files]) == (
        "some stored runs of train",
        files,
    )
    assert item.size == 2 * len(stored_line(KEYS[0], {"code": old, "run": {}}))
    item.delete()
    assert [line.key for line in stored_lines(Path(".mlx/store"))] == [KEYS[1]]
    assert found() == {}


def test_gc_puts_together_what_is_kept(capsys):
    current = code_of("trials", "train")
    store(current, *KEYS[:2])
    store(current, KEYS[2], name="2-1.pack")
    store(current, KEYS[1], place="jobs", name="n~1.0")
    assert main(["gc", "--dry-run"]) == 0
    assert len(files_of_runs(Path(".mlx/store"))) == 3
    assert main(["gc"]) == 0
    assert capsys.readouterr().out == "nothing to delete\n" * 2
    assert len(files_of_runs(Path(".mlx/store"))) == 1
    assert sorted(line.key for line in stored_lines(Path(".mlx/store"))) == sorted(KEYS)


def test_a_full_disk_is_no_obstacle_to_what_frees_it(capfd):
    """What takes space comes after what gives it back, and what cannot be put together stays as it is."""
    current = code_of("trials", "train")
    keys = [f"{number:064x}" for number in range(100)]
    files = [store(current, *keys[:50]), store(current, *keys[50:], name="2-1.pack")]
    lay(".mlx/code/old.json", {"function": "old"})
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        os._exit(main(["gc"]))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert "mlx: stored runs are not put together: .mlx/store/runs/" in capfd.readouterr().err
    assert not Path(".mlx/code/old.json").exists()
    assert sorted(map(str, files_of_runs(Path(".mlx/store")))) == files
    assert sorted(line.key for line in stored_lines(Path(".mlx/store"))) == keys


def test_unfinished_files():
    names = [".mlx/store/aa/bb.json.123.tmp", ".mlx/store/runs/aa/1-1.pack.123.tmp"]
    for name in names:
        lay(name, "half")
    assert found() == {"unfinished files": names}


def test_jobs_and_functions_that_are_no_more():
    lay("results/exp/runs/train/n~1.json")
    lay("results/exp/runs/train/n~1.json.kept")
    lay("results/exp/runs/train/n~9.json")
    lay("results/exp/runs/train/n~9.json.kept")
    lay("results/exp/runs/gone/once.json")
    for kind in ("trials", "updates", "context", "verify", "setup"):
        lay(f"results/exp/{kind}/gone.json")
    for name in ("train", "check", "init"):
        lay(f"results/exp/context/{name}.json")
    for name in ("gone", "train"):
        lay(f"results/exp/pages/tables/{name}.html")
        lay(f"results/exp/pages/plots/{name}.svg")
    lay("results/exp/trials/other.json")
    lay("results/exp/updates/other.json")
    lay("results/exp/setup/init.json")
    lay("results/exp/verify/check.json")
    assert found() == {
        "results of exp: jobs of gone": ["results/exp/runs/gone/once.json"],
        "results of exp: jobs of train": [
            "results/exp/runs/train/n~9.json",
            "results/exp/runs/train/n~9.json.kept",
        ],
        "results of exp: functions that are no more": [
            *(
                f"results/exp/{kind}/gone.json"
                for kind in ("trials", "updates", "context", "verify", "setup")
            ),
            "results/exp/pages/tables/gone.html",
            "results/exp/pages/plots/gone.svg",
        ],
    }


def test_logs():
    kept = ["runs/train/n~1", "collect/train", "context/check", "setup/init", "verify/check"]
    gone = ["collect/gone", "runs/gone/once", "runs/train/0-1"]
    for name in (*kept, *gone):
        lay(f"logs/exp/{name}.log")
    assert found() == {"logs of exp": [f"logs/exp/{name}.log" for name in gone]}


def test_what_is_not_ours_is_left_alone():
    for path in (
        "results/exp/report.json",
        "results/exp/mine.json",
        "results/exp/runs/train/mine.txt",
        "results/exp/plots/a.json",
        "results/elsewhere/runs/train/n~1.json",
        "logs/exp/report.log",
        "logs/mine.log",
        ".mlx/mine.json",
        ".mlx/store/mine.json",
        "mine.json",
    ):
        lay(path)
    assert found() == {}


# ------------------------------------------------------------------ deleting


def test_delete_leaves_no_empty_folders(folder):
    lay("results/exp/runs/gone/once.json")
    lay("results/exp/runs/train/n~9.json")
    lay("results/exp/runs/train/mine.txt")
    for item in garbage(folder):
        item.delete()
    assert sorted(path.name for path in Path("results/exp/runs").rglob("*")) == [
        "mine.txt",
        "train",
    ]


def test_a_dry_run_says_what_there_is(capsys):
    lay("results/exp/runs/gone/once.json", "12345")
    lay("logs/exp/runs/gone/once.log", "123")
    lay("logs/exp/collect/gone.log", "1")
    capsys.readouterr()
    assert main(["gc", "--dry-run"]) == 0
    said = "results of exp: jobs of gone: 1 file, 5 bytes\nlogs of exp: 2 files, 4 bytes\n"
    assert capsys.readouterr().out == f"{said}in all: 3 files, 9 bytes\n"
    assert main(["gc", "--directory", "."]) == 0
    assert capsys.readouterr().out == f"{said}in all: 3 files, 9 bytes\ndeleted\n"
    assert main(["gc"]) == 0
    assert capsys.readouterr().out == "nothing to delete\n"


def test_a_folder_without_experiments_is_refused(tmp_path, capsys):
    lay(tmp_path / "empty/.mlx/store/aa/bb.json")
    assert main(["gc", "--directory", "empty"]) == 1
    assert "no experiment is compiled into this folder" in capsys.readouterr().err


def test_a_plan_of_another_version_is_refused(capsys):
    lay("workflow/experiments/old/plan.json", {"format": "mlx2smk-plan", "version": 0})
    assert main(["gc"]) == 1
    assert "not a plan of version 1" in capsys.readouterr().err


def test_it_does_not_disturb_a_run(capsys):
    lay(".snakemake/locks/0.input.lock")
    lay("results/exp/runs/gone/once.json")
    assert main(["gc"]) == 1
    assert "snakemake is running here" in capsys.readouterr().err
    assert Path("results/exp/runs/gone/once.json").exists()


def test_a_folder_elsewhere_that_is_linked_to_is_cleaned_but_its_link_stays(tmp_path):
    lay("scratch/gone/once.json")
    Path("results/exp").mkdir(parents=True)
    Path("results/exp/runs").symlink_to(tmp_path / "scratch")
    (item,) = garbage(Path())
    item.delete()
    assert not Path("scratch/gone").exists()
    assert Path("results/exp/runs").is_symlink()


@pytest.mark.parametrize("link", ["results", "results/exp", "results/exp/runs", ".mlx/store"])
def test_nothing_is_deleted_through_a_link_that_leads_out(tmp_path_factory, capsys, link):
    lay("results/exp/runs/gone/once.json")
    store("earlier", KEYS[0])
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "there"
    Path(link).rename(elsewhere)
    Path(link).symlink_to(elsewhere)

    def there():
        found = {path: path.stat() for path in elsewhere.rglob("*")}
        return {path: (each.st_ino, each.st_size, each.st_mtime_ns) for path, each in found.items()}

    before = there()
    capsys.readouterr()
    assert main(["gc"]) == 0
    said = capsys.readouterr().out
    assert "1 file, " in said
    assert said.count("(stays: a link leads out of this folder)") == 1
    assert there() == before
    inside = Path(".mlx/store/runs/earlier" if "results" in link else "results/exp/runs/gone")
    assert not inside.exists()


def test_a_partial_run_of_an_experiment_that_is_gone(capsys):
    for name in ("exp", "gone", "other"):
        Path(f"{name}.py").write_text(EXPERIMENT)
        Path(f".mlx/part/{name}").mkdir(parents=True)
        Path(f".mlx/part/{name}/.mlx").symlink_to("../../../.mlx")
        assert main(["compile", f"{name}.py", "-d", f".mlx/part/{name}"]) == 0
        Path(f".mlx/part/{name}/.snakemake/empty").mkdir(parents=True)
    lay(".mlx/part/other/.snakemake/locks/0.input.lock")
    lay(".mlx/part/damaged/workflow/experiments/x/plan.json", {"version": 0})
    lay(".mlx/kept.json")
    Path("gone.py").unlink()
    Path("other.py").unlink()
    capsys.readouterr()
    assert main(["gc"]) == 0
    assert "partial run of gone, which is gone: " in capsys.readouterr().out
    left = sorted(path.name for path in Path(".mlx/part").iterdir())
    assert left == ["damaged", "exp", "other"]
    assert Path(".mlx/kept.json").exists()


def test_of_a_file_that_is_a_link_the_link_goes(tmp_path_factory):
    precious = tmp_path_factory.mktemp("elsewhere") / "precious.json"
    precious.write_text("{}")
    lay("results/exp/runs/gone/other.json")
    Path("results/exp/runs/gone/once.json").symlink_to(precious)
    assert main(["gc"]) == 0
    assert not Path("results/exp/runs/gone").exists()
    assert precious.read_text() == "{}"


def test_files_that_are_gone_already_are_no_trouble(tmp_path):
    (tmp_path / "a").mkdir()
    Garbage("results", (tmp_path / "a" / "b.json",)).delete()
    assert not (tmp_path / "a").exists()


# ------------------------------------------------------------------ with real runs


@pytest.mark.slow
def test_after_gc_nothing_runs_and_what_was_deleted_would():
    def snakemake():
        words = [sys.executable, "-m", "snakemake", "-j2"]
        done = warm_snakemake.run(
            words, env=os.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return len(re.findall(r"Finished jobid: \d+ \(Rule: trial_", done.stderr))

    def stored():
        return len(stored_lines(Path(".mlx/store")))

    assert snakemake() == 3
    compile_(EXPERIMENT.replace("RATE = 2", "RATE = 3").replace("[1, 2]", "[1, 2, 3]"))
    assert snakemake() == 3
    compile_(EXPERIMENT.replace("RATE = 2", "RATE = 3"))
    assert (snakemake(), stored()) == (0, 6)
    assert main(["gc"]) == 0
    assert stored() == 6  # the history has the runs before the edit
    assert main(["gc", "--history", "1"]) == 0
    assert stored() == 4  # other, and train with n=1, 2 and 3: it may come back
    assert not Path("results/exp/runs/train/n~3.json").exists()
    assert snakemake() == 0
    assert json.loads(Path("results/exp/report.json").read_text())["status"] == "validated"
    assert len(list(Path(".mlx/code").iterdir())) == 4
