"""`mlx retry`, with real runs."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.results.retry import failures
from tests.support import warm_snakemake

EXPERIMENT = """\
import os
from mlx2smk import trial, verify

def ran(what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(what, file=file)

def fail_without(path):
    if not os.path.exists(path):
        raise OSError(f"{path} is not there")

@trial(1, {"n": [1, 2, 3, 4]})
def train(n):
    ran(f"train {n}")
    if n == 2:
        fail_without("ready")
    return n

@trial(2, {"k": [1, 2]})
def after(k):
    ran(f"after {k}")
    return k

@verify(["train"])
def check(results):
    ran("check")
    fail_without("judged")
    return all(run["success"] for run in results["train"])
"""
JOB = re.compile(r"^Finished jobid: \d+ \(Rule: trial_(\w+)\)$", re.MULTILINE)
EVERYTHING = ["after 1", "after 2", "check", "train 1", "train 2", "train 3", "train 4"]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    monkeypatch.setenv("MLX_TEST_TRACE", str(tmp_path / "ran.txt"))
    Path("exp.py").write_text(EXPERIMENT)


CRASHED = """{"version": 1, "verdict": "invalid", "error": "boom", "made_from": {}}"""


def run(*options):
    """Run the workflow; return what ran and how many jobs of trials Snakemake started."""
    Path("ran.txt").unlink(missing_ok=True)
    words = [sys.executable, "-m", "snakemake", "-j2", *options]
    done = warm_snakemake.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path = Path("ran.txt")
    lines = path.read_text().splitlines() if path.exists() else []
    return sorted(lines), Counter(JOB.findall(done.stderr))


def retry(capsys, *options):
    capsys.readouterr()
    assert main(["retry", *options]) == 0
    return capsys.readouterr().out


@pytest.mark.slow
def test_failures_run_again_and_nothing_else(capsys):
    main(["compile", "exp.py"])
    assert run()[0] == EVERYTHING
    assert run() == ([], {})
    said = "exp: train n~2\nexp: check\n"
    assert retry(capsys, "--dry-run") == said
    assert run() == ([], {})
    assert retry(capsys) == f"{said}forgotten; snakemake runs them again\n"
    assert run() == (["check", "train 2"], {"train": 1})

    Path("ready").touch()
    assert retry(capsys) == f"{said}forgotten; snakemake runs them again\n"
    assert run() == (["check", "train 2"], {"train": 1})
    assert retry(capsys) == "exp: check\nforgotten; snakemake runs them again\n"
    Path("judged").touch()
    assert run() == (["check"], {})
    assert retry(capsys) == "nothing failed\n"
    assert '"status": "validated"' in Path("results/exp/report.json").read_text()


@pytest.mark.slow
def test_in_batches_the_successes_come_back_from_the_store(capsys):
    main(["compile", "exp.py", "--batch", "3"])
    assert run()[0] == EVERYTHING
    Path("ready").touch()
    Path("judged").touch()
    assert retry(capsys).splitlines()[:2] == ["exp: train 0-2", "exp: check"]
    assert run() == (["check", "train 2"], {"train": 1})
    assert retry(capsys) == "nothing failed\n"


@pytest.mark.slow
def test_one_of_a_batch_is_forgotten_and_the_others_stay(capsys):
    failing = EXPERIMENT.replace("n == 2", "n != 4").replace('fail_without("ready")', "1 / 0")
    Path("exp.py").write_text(failing)
    Path("judged").touch()
    main(["compile", "exp.py", "--batch", "4"])
    run()
    assert retry(capsys, "train", "n=4") == "nothing failed\n"
    assert retry(capsys, "-n", "train") == "exp: train 0-3: 3 failures\n"
    assert retry(capsys, "train", "n=2", "exp.py").splitlines()[0] == "exp: train 0-3"
    assert run()[0] == ["check", "train 2"]
    # Those that are kept are forgotten like others, also before anything has run.
    assert retry(capsys, "train", "n=1").splitlines()[0] == "exp: train 0-3"
    assert retry(capsys, "train").splitlines()[0] == "exp: train 0-3: 2 failures"
    assert run()[0] == ["check", "train 1", "train 2", "train 3"]


def test_what_does_not_exist_cannot_be_forgotten(capsys):
    main(["compile", "exp.py"])
    for words, hint in ((["trai"], "'train'"), (["train", "m=1"], "parameters are n")):
        assert main(["retry", *words]) == 2
        assert hint in capsys.readouterr().err


@pytest.mark.slow
def test_without_the_store_a_batch_runs_as_a_whole(capsys):
    main(["compile", "exp.py", "--batch", "3"])
    plain = ["--config", "mlx_store=false"]
    run(*plain)
    Path("ready").touch()
    Path("judged").touch()
    retry(capsys)
    assert run(*plain)[0] == ["check", "train 1", "train 2", "train 3"]


def test_before_any_run_nothing_failed(capsys):
    main(["compile", "exp.py"])
    assert list(failures(Path())) == []
    assert retry(capsys) == "nothing failed\n"


def test_how_many_of_a_batch_failed_is_said(capsys):
    main(["compile", "exp.py", "--batch", "4"])
    path = Path("results/exp/runs/train/0-3.json")
    path.parent.mkdir(parents=True)
    runs = [{"success": success} for success in (True, False, False, True)]
    path.write_text(json.dumps({"runs": runs}))
    assert retry(capsys, "-n") == "exp: train 0-3: 2 failures\n"
    assert path.exists()


def test_a_plan_of_another_version(capsys):
    path = Path("workflow/experiments/exp/plan.json")
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert main(["retry"]) == 1
    assert "run mlx compile again" in capsys.readouterr().err


def test_nothing_is_forgotten_through_a_link_that_leads_out(tmp_path_factory, capsys):
    main(["compile", "exp.py"])
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    record = elsewhere / "check.json"
    Path("results/exp").mkdir(parents=True)
    Path("results/exp/verify").symlink_to(elsewhere)
    record.write_text(CRASHED)
    capsys.readouterr()
    assert main(["retry"]) == 1
    assert "delete results/exp/verify/check.json yourself" in capsys.readouterr().err
    assert record.read_text() == CRASHED
    Path("results/exp/verify").unlink()
    Path("results/exp/verify").mkdir()
    Path("results/exp/verify/check.json").symlink_to(record)
    assert retry(capsys).startswith("exp: check\n")
    assert not Path("results/exp/verify/check.json").exists()
    assert record.read_text() == CRASHED
