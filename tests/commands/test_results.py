"""`mlx results`, `mlx log`, `mlx status` and `mlx2smk.load`, on the folder of one real run."""

import csv
import fcntl
import io
import json
import math
import os
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import mlx2smk
from mlx2smk.cli import main
from mlx2smk.diagnostics.about_usage import (
    AmbiguousCombination,
    MissingPackage,
    NoOutput,
    NoSuchTrial,
    NothingCompiled,
    SeveralExperiments,
    UnknownColumn,
    UnknownCombination,
    UnknownExperiment,
    WrongExpression,
)
from mlx2smk.results.choosing import chosen_plan
from mlx2smk.results.rows import rows_of
from mlx2smk.runtime.store import Store
from tests.support.looked_at_project import EXPERIMENT

pytestmark = pytest.mark.xdist_group("looked at")

TRAIN = [
    {"lr": lr, "model": model, "seed": seed}
    for lr in (0.1, 0.5, 1.0)
    for model in ("svm", "tree")
    for seed in (0, 1)
]
FAILED = [{"lr": 1.0, "model": "tree", "seed": seed} for seed in (0, 1)]


@pytest.fixture(autouse=True)
def here(project, monkeypatch):
    """Work in the folder of the run."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "100")
    return project


@pytest.fixture
def copy(here, tmp_path, monkeypatch):
    """Work in a copy of it, with the times that its files have."""
    folder = tmp_path / "copy"
    shutil.copytree(here, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def said(capfd, *words, status=0):
    """Run a command; return what it prints on standard output, or on standard error if it fails."""
    try:
        found = main(list(words))
    except SystemExit as exit_:
        found = exit_.code
    captured = capfd.readouterr()
    assert found == status, captured.out + captured.err
    return captured.out if status == 0 else captured.err


def lines(capfd, *words):
    return list(csv.DictReader(io.StringIO(said(capfd, "results", "--format", "csv", *words))))


# ------------------------------------------------------------------ formats


def test_csv_has_parameters_status_fields_duration_and_error(capfd):
    found = lines(capfd, "--trial", "train")
    names = ["lr", "model", "seed", "status", "acc", "result.seed", "scores.f1", "scores.all"]
    assert list(found[0]) == [*names, "duration", "error"]
    assert [{k: row[k] for k in ("lr", "model", "seed")} for row in found] == [
        {name: str(value) for name, value in params.items()} for params in TRAIN
    ]
    for row, params in zip(found, TRAIN, strict=True):
        if params in FAILED:
            assert (row["status"], row["acc"]) == ("failed", "")
            assert row["error"] == "ValueError: lr is too large"
        else:
            assert (row["status"], row["error"]) == ("ok", "")
            assert float(row["acc"]) == params["lr"] * 10 + params["seed"]
            assert row["result.seed"] == str(2 * params["seed"])
            assert (row["scores.f1"], row["scores.all"]) == (str(params["lr"]), "[1, 2]")
        assert float(row["duration"]) > 0


def test_csv_of_several_trials_says_which(capfd):
    found = lines(capfd)
    assert list(found[0])[:6] == ["trial", "lr", "model", "seed", "k", "n"]
    assert [row["trial"] for row in found[-8:]] == ["chain"] * 3 + ["plain"] * 3 + ["chance"] * 2
    assert [row["context_update.total"] for row in found[12:15]] == ["1", "3", "6"]


def test_plain_values_and_nan(capfd):
    found = lines(capfd, "--trial", "plain")
    assert list(found[0]) == ["n", "status", "result", "duration", "error"]
    assert [row["result"] for row in found[:2]] == ["1", "2"]
    assert math.isnan(float(found[2]["result"]))


def test_json(capfd):
    found = json.loads(said(capfd, "results", "exp", "--format", "json"))
    keys = ["trial", "combination", "params", "status", "result", "error", "duration", "log"]
    assert all(list(row) == keys for row in found)
    assert [row["params"] for row in found[:12]] == TRAIN
    assert [row["combination"] for row in found[:15]] == [*range(12), *range(3)]
    first, last = found[0], found[11]
    assert first["result"] == {"acc": 1.0, "seed": 0, "scores": {"f1": 0.1, "all": [1, 2]}}
    assert (first["error"], last["result"]) == (None, None)
    assert (last["status"], last["error"]) == ("failed", "ValueError: lr is too large")
    assert all(Path(row["log"]).is_file() for row in found)
    assert math.isnan(found[17]["result"])


def test_markdown_and_parquet(capfd, tmp_path):
    text = said(capfd, "results", "--trial", "plain", "--format", "md", "--columns", "n,status")
    assert text == "| n | status |\n| ---: | --- |\n| 1 | ok |\n| 2 | ok |\n| 3 | ok |\n"
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    file = tmp_path / "all.parquet"
    assert said(capfd, "results", "--trial", "train", "-o", str(file)) == ""
    found = pandas.read_parquet(file)
    assert found["lr"].tolist() == [params["lr"] for params in TRAIN]


def test_parquet_without_its_package(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    text = said(capfd, "results", "--format", "parquet", status=1)
    assert f"{MissingPackage.code} --format parquet needs pandas" in text
    with pytest.raises(ImportError, match="pip install pandas"):
        mlx2smk.load()


def test_tables(capfd, tmp_path):
    text = said(capfd, "results", "--trial", "plain")
    head, *rest = text.splitlines()
    assert head.split() == ["n", "status", "result", "duration"]
    assert [line.split()[:3] for line in rest] == [
        ["1", "ok", "1"],
        ["2", "ok", "2"],
        ["3", "ok", "nan"],
    ]
    said(capfd, "results", "--trial", "plain", "-o", str(tmp_path / "table.txt"))
    assert (tmp_path / "table.txt").read_text() == text


def test_load_has_types(here):
    pytest.importorskip("pandas")
    found = mlx2smk.load(trial="train")
    types = {
        name: str(found[name].dtype) for name in ("lr", "seed", "acc", "result.seed", "duration")
    }
    assert types == {
        "lr": "float64",
        "seed": "int64",
        "acc": "float64",
        "result.seed": "Int64",
        "duration": "float64",
    }
    done = found[found.status == "ok"]
    assert (done.acc == done.lr * 10 + done.seed).all()
    assert len(mlx2smk.load(here, experiment="exp.py")) == 20
    with pytest.raises(ValueError, match=r"has no trial 'trai'.*did you mean 'train'"):
        mlx2smk.load(trial="trai")
    with pytest.raises(ValueError, match="no experiment is compiled"):
        mlx2smk.load(here / "logs")


# ------------------------------------------------------------------ choosing rows


def test_where_sort_columns_and_limit(capfd):
    where = 'lr < 0.6 and model in ["svm"] and not (status == "failed")'
    found = lines(capfd, "--where", where, "--sort", "-acc", "--columns", "lr,seed", "--limit", "3")
    assert [(row["lr"], row["seed"]) for row in found] == [("0.5", "1"), ("0.5", "0"), ("0.1", "1")]


def test_what_is_inside_a_parameter_can_be_asked_for(capfd):
    found = lines(capfd, "--trial", "chance", "--where", "cfg.lr > 0.1")
    assert [row["cfg"] for row in found] == ['{"lr": 0.2}']
    assert "cfg.lr" not in found[0]


def test_best_and_worst(capfd):
    assert [row["acc"] for row in lines(capfd, "--best", "acc")] == ["11.0"]
    assert [row["acc"] for row in lines(capfd, "--worst", "acc", "--limit", "2")] == ["1.0", "1.0"]
    (best,) = lines(capfd, "--group", "lr,model", "--best", "acc", "--trial", "train")
    assert (best["lr"], best["model"]) == ("1.0", "svm")


def test_groups(capfd):
    found = lines(capfd, "--trial", "train", "--group", "model,lr")
    assert [(row["model"], row["lr"], row["count"]) for row in found] == [
        ("svm", "0.1", "2"), ("tree", "0.1", "2"), ("svm", "0.5", "2"),
        ("tree", "0.5", "2"), ("svm", "1.0", "2"), ("tree", "1.0", "0"),
    ]  # fmt: skip
    # Of 1 and 2: 1.5 ± 12.706 · √½ / √2, the quantile of Student's t for one degree of freedom.
    assert float(found[0]["acc.mean"]) == 1.5
    assert float(found[0]["acc.std"]) == pytest.approx(math.sqrt(0.5))
    assert float(found[0]["acc.ci95_low"]) == pytest.approx(1.5 - 12.7062047 / 2)
    assert float(found[0]["acc.ci95_high"]) == pytest.approx(1.5 + 12.7062047 / 2)
    assert found[-1]["acc.mean"] == ""
    assert "by Student's t" in said(capfd, "results", "--trial", "train", "--group", "model")


def test_failures_are_grouped_by_cause(capfd):
    text = said(capfd, "results", "--failed")
    assert text.splitlines()[:6] == [
        f"train: 2 of 12 failed at exp.py:{EXPERIMENT[: EXPERIMENT.index('raise')].count(chr(10)) + 1} in fit",
        "  ValueError: lr is too large",
        "  in common: lr=1.0, model='tree'",
        "  different: seed 0, 1",
        "  log: logs/exp/runs/train/10-11.log",
        "  step into it: mlx repro train lr=1.0 model=tree seed=0",
    ]
    assert text.count("Traceback") == 1
    assert len(lines(capfd, "--failed")) == 2
    assert said(capfd, "results", "--failed", "--trial", "plain") == "nothing failed\n"


# ------------------------------------------------------------------ wrong usage


def test_an_unknown_name_in_an_expression(capfd):
    text = said(capfd, "results", "--where", "modell == 1", status=2)
    assert text.splitlines() == [
        f"--where:1:1: {UnknownColumn.code} there is no column 'modell'",
        "    modell == 1",
        "    ^^^^^^",
        "hint: did you mean 'model'?",
        "",
    ]


@pytest.mark.parametrize("option", ["--sort", "--columns", "--group", "--best", "--worst"])
def test_unknown_columns(capfd, option):
    text = said(capfd, "results", option, "modell", status=2)
    assert f"{option}: {UnknownColumn.code} there is no column 'modell'" in text
    assert "did you mean 'model'?" in text


def test_a_wrong_expression(capfd):
    text = said(capfd, "results", "--where", "lr < f(1)", status=2)
    assert f"--where:1:6: {WrongExpression.code} a call" in text
    assert "\n         ^^^^\n" in text


def test_names_of_experiments_trials_and_combinations(capfd):
    cases = {
        ("results", "exq"): (UnknownExperiment, "did you mean 'exp'?"),
        ("results", "--trial", "trai"): (NoSuchTrial, "did you mean 'train'?"),
        ("log", "train", "lr=0.1"): (
            AmbiguousCombination,
            "lr=0.1 model=svm seed=0; lr=0.1 model=",
        ),
        ("log", "train", "lr=0.2"): (
            UnknownCombination,
            "did you mean 'lr=0.1'? lr is one of 0.1, 0.5, 1.0",
        ),
        ("log", "train", "model=sv"): (UnknownCombination, "did you mean 'model=svm'?"),
        ("log", "train", "l=0.1"): (UnknownCombination, "did you mean 'lr'?"),
        ("repro", "trein"): (NoSuchTrial, "did you mean 'train'?"),
        ("log", "plain", "n=1", "exp", "more"): (UnknownExperiment, "before the experiment"),
    }
    for words, (kind, hint) in cases.items():
        text = said(capfd, *words, status=2)
        assert f": {kind.code} " in text
        assert hint in text


@pytest.mark.usefixtures("copy")
def test_a_folder_without_or_with_several_experiments(capfd):
    assert f": {NothingCompiled.code} " in said(capfd, "results", "-d", "logs", status=1)
    Path("other.py").write_text("from mlx2smk import trial\n@trial(1, {})\ndef t(): pass\n")
    assert main(["compile", "other.py"]) == 0
    text = said(capfd, "results", status=2)
    assert f": {SeveralExperiments.code} " in text
    assert "exp, other" in text
    capfd.readouterr()
    assert "mlx repro train lr=1.0 model=tree seed=0 exp" in said(
        capfd, "results", "exp", "--failed"
    )
    assert said(capfd, "results", "other.py").split()[-1] == "missing"


# ------------------------------------------------------------------ logs


def test_the_output_of_one_combination_of_a_batch(capfd):
    text = said(capfd, "log", "train", "seed=1", "lr=.5", "model=tree")
    assert text.splitlines()[-1] == "training 0.5 tree 1"
    assert "training 0.5 tree 0" not in text
    path = said(capfd, "log", "train", "seed=1", "lr=.5", "model='tree'", "exp.py", "--path")
    assert "training 0.5 tree 0" in Path(path.strip()).read_text()
    failed = said(capfd, "log", "train", "-d", ".", "lr=1", "model=tree", "seed=0")
    assert failed.rstrip().endswith("ValueError: lr is too large\nfor a tree")


@pytest.mark.usefixtures("copy")
def test_no_log(capfd):
    shutil.rmtree("logs")
    assert f": {NoOutput.code} " in said(capfd, "log", "plain", "n=1", status=1)


# ------------------------------------------------------------------ unfinished and stale runs


def states(trial):
    plan = chosen_plan(Path(), "exp")
    return [row.status for row in rows_of(Path(), plan) if row.trial == trial]


@pytest.mark.usefixtures("copy")
def test_unfinished_jobs_are_read_from_the_store():
    for path in Path("results/exp/runs/train").glob("*.json"):
        path.unlink()
    Path("results/exp/runs/chain/2.json").unlink(missing_ok=True)
    # Failures are in the records of jobs alone.
    assert states("train") == ["ok"] * 10 + ["missing"] * 2
    assert states("chain") == ["ok"] * 3
    shutil.rmtree(".mlx/store")
    assert states("train") == ["missing"] * 12


@pytest.mark.usefixtures("copy")
def test_stored_runs_count_only_while_their_files_are_as_they_were():
    for path in Path("results/exp/runs/plain").glob("*.json"):
        path.unlink()
    assert states("plain") == ["ok"] * 3
    Path("data.txt").write_text("1")
    assert states("plain") == ["missing", "missing", "ok"]  # the third does not read it
    Path("data.txt").write_text("0")
    assert states("plain") == ["ok"] * 3


@pytest.mark.usefixtures("copy")
def test_runs_of_jobs_that_run_just_now_are_seen():
    # They are in a segment of the store, which nobody has packed yet.
    trial = chosen_plan(Path(), "exp").trials[0]
    record = min(Path("results/exp/runs/train").glob("*.json"))
    key = json.loads(record.read_text())["keys"][1]
    stored = Store(".mlx/store", "exp/train", trial.digest, unpacked=True)
    found = next(stored.candidates(key, ""))
    shutil.rmtree(".mlx/store")
    record.unlink()
    assert states("train")[:3] == ["missing", "missing", "ok"]
    Store(".mlx/store", "exp/train", trial.digest).put(key, found, str(record))
    assert states("train")[:3] == ["missing", "ok", "ok"]


@pytest.mark.usefixtures("copy")
def test_other_jobs_and_other_code():
    assert main(["compile", "exp.py", "--batch", "3"]) == 0
    assert states("train") == ["ok"] * 10 + ["failed"] * 2
    Path("exp.py").write_text(EXPERIMENT.replace("lr * 10", "lr * 20"))
    assert main(["compile", "exp.py", "--batch", "3"]) == 0
    assert states("train") == ["missing"] * 12
    assert states("plain") == ["ok"] * 3


@pytest.mark.usefixtures("copy")
def test_another_setup_makes_results_missing_once_it_has_run():
    context = Path("results/exp/context/train.json")
    assert states("train")[0] == "ok"
    context.write_text(json.dumps({**json.loads(context.read_text()), "seed": 8}))
    assert states("train") == ["missing"] * 12


# ------------------------------------------------------------------ status


def test_status(capfd):
    assert json.loads(said(capfd, "status", "--format", "json")) == {
        "experiment": "exp",
        "status": "validated",
        "compiled": "current",
        "trials": {
            "train": {"total": 12, "done": 10, "failed": 2, "running": 0, "waiting": 0},
            "chain": {"total": 3, "done": 3, "failed": 0, "running": 0, "waiting": 0},
            "plain": {"total": 3, "done": 3, "failed": 0, "running": 0, "waiting": 0},
            "chance": {"total": 2, "done": 2, "failed": 0, "running": 0, "waiting": 0},
        },
        "verifications": {"check": "supports"},
    }
    text = said(capfd, "status", "--watch")
    assert text.startswith("exp: validated\n  compiled: current\n")
    assert "10 of 12 done, 2 failed" in text
    assert "step into it: mlx repro train lr=1.0 model=tree seed=0" in text
    said(capfd, "status", "--check")
    said(capfd, "status", "--no-failures", status=1)


def test_junit(capfd):
    root = ET.fromstring(said(capfd, "status", "--format", "junit"))  # noqa: S314 - ours
    suites = {suite.get("name"): suite for suite in root}
    counts = {
        name: (s.get("tests"), s.get("failures"), s.get("skipped")) for name, s in suites.items()
    }
    assert counts == {
        "train": ("12", "2", "0"),
        "chain": ("3", "0", "0"),
        "plain": ("3", "0", "0"),
        "chance": ("2", "0", "0"),
        "verifications": ("1", "0", "0"),
    }
    case = suites["train"][11]
    assert case.get("name") == "lr=1.0, model='tree', seed=1"
    assert case[0].get("message") == "ValueError: lr is too large"
    assert "in fit" in case[0].text


@pytest.mark.usefixtures("copy")
def test_status_of_an_edited_experiment(capfd):
    Path("exp.py").write_text("# a comment\n" + EXPERIMENT)
    said(capfd, "status", "--check")
    Path("exp.py").write_text(
        EXPERIMENT.replace("lr * 10", "lr * 20").replace("[1, 2, 3]})\ndef p", "[1]})\ndef p")
    )
    assert main(["results", "--limit", "1"]) == 0
    assert capfd.readouterr().err.startswith("mlx: exp.py: edited since mlx compile")
    text = said(capfd, "status")
    line = EXPERIMENT[: EXPERIMENT.index("def fit")].count("\n") + 1
    assert "  compiled: stale" in text
    assert f"    fit() changed in exp.py:{line}" in text
    assert "    plain has other combinations" in text
    said(capfd, "status", "--check", status=1)
    assert json.loads(said(capfd, "status", "--format", "json"))["compiled"] == "stale"
    assert main(["compile", "exp.py"]) == 0
    capfd.readouterr()
    found = json.loads(said(capfd, "status", "--format", "json"))
    assert (found["status"], found["compiled"]) == ("not finished", "current")
    assert found["trials"]["train"]["waiting"] == 12
    assert found["verifications"] == {"check": None}  # it judged other results


@pytest.mark.usefixtures("copy")
def test_status_while_snakemake_runs(capfd):
    Path("results/exp/runs/plain/0-1.json").unlink()
    shutil.rmtree(".mlx/store")
    Path(".snakemake/locks").mkdir(exist_ok=True)
    Path(".snakemake/locks/0.input.lock").touch()
    os.utime("logs/exp/runs/plain/0-1.log")
    with Path(".mlx/run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        found = json.loads(said(capfd, "status", "--format", "json"))
    assert found["status"] == "running"
    assert found["trials"]["plain"] == {
        "total": 3,
        "done": 1,
        "failed": 0,
        "running": 1,
        "waiting": 1,
    }
    assert json.loads(said(capfd, "status", "--format", "json"))["status"] == "not finished"


@pytest.mark.usefixtures("copy")
def test_a_folder_to_which_only_results_were_copied(capfd):
    Path("exp.py").unlink()
    assert main(["results", "exp", "--limit", "1"]) == 0
    assert capfd.readouterr().err == ""
    assert json.loads(said(capfd, "status", "exp", "--format", "json"))["compiled"] == "current"


def test_status_of_what_was_never_compiled(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("exp.py").write_text(EXPERIMENT)
    found = json.loads(said(capfd, "status", "exp.py", "--format", "json"))
    assert (found["status"], found["compiled"]) == ("not run", "never")
    assert found["trials"]["train"] == {
        "total": 12,
        "done": 0,
        "failed": 0,
        "running": 0,
        "waiting": 12,
    }
    assert found["verifications"] == {"check": None}
    assert said(capfd, "status", "exp.py", "--check", status=1) == ""
    assert f": {NothingCompiled.code} " in said(capfd, "status", status=1)
