"""What the workflow uses of Snakemake, and Snakemake does not document, is in the installed version."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.exceptions import WorkflowError
from snakemake.persistence.file import FilePersistence

from mlx2smk.runtime.workflow.snakemake_api import (
    Snakemake,
    another_is_at_work,
    key_of_output,
    mark_incomplete,
    recorded_job,
    recorded_outputs,
)

LONG = "/".join(["b", *["long" * 40] * 3]) + ".txt"

SNAKEFILE = """\
import json
from pathlib import Path
from mlx2smk.runtime.workflow.snakemake_api import Snakemake, another_is_at_work

snakemake_ = Snakemake(workflow)
snakemake_.limit("slots", 3)
snakemake_.limit("given", 3)
LONG = {long!r}


rule all:
    input:
        "a/made.txt",
        LONG,


rule one:
    output:
        "a/made.txt",
    shell:
        "touch {{output}}"


rule long:
    output:
        LONG,
    shell:
        "touch {{output}}"


onstart:
    snakemake_.lift_rate_limit()
    snakemake_.use_first_fit()
    limits = workflow.scheduler.job_rate_limiter
    snakemake_.send_along(["Snakefile"])
    Path("seen.json").write_text(json.dumps({{
        "at work": another_is_at_work(),
        "main": snakemake_.is_main_process,
        "elsewhere": snakemake_.runs_jobs_elsewhere,
        "started": snakemake_.is_started_elsewhere,
        "storage": snakemake_.uses_storage,
        "moved": snakemake_.moved("a/b"),
        "rule": snakemake_.rule_name("one"),
        "made": [snakemake_.is_made_by_a_rule(path) for path in ("a/made.txt", "a/none.txt")],
        "graph": [snakemake_.is_in_graph(path) for path in ("a/made.txt", "a/none.txt")],
        "forced": [snakemake_.is_forced(*each) for each in (("one", "a/"), ("long", "b/"))],
        "methods": sorted(snakemake_.deployment_methods()),
        "slots": snakemake_.resource("slots"),
        "given": snakemake_.resource("none", "given"),
        "none": snakemake_.resource("none"),
        "limited": limits is not None,
        "first fit": "FirstFit" in repr(workflow.scheduler._job_selector),
        "sent": "Snakefile" in workflow._included,
    }}))
"""


@pytest.fixture
def seen(tmp_path):
    def run(*options: str) -> dict[str, object]:
        (tmp_path / "Snakefile").write_text(SNAKEFILE.format(long=LONG), encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "-j1", "--resources", "given=5"]
        command += ["--scheduler", "greedy", *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return dict(json.loads((tmp_path / "seen.json").read_text(encoding="utf-8")))

    return run


def test_a_plain_run(seen, tmp_path, monkeypatch):
    found = seen("--max-jobs-per-timespan", "5000/1s")
    assert found == {
        "at work": True,
        "main": True,
        "elsewhere": False,
        "started": False,
        "storage": False,
        "moved": "a/b",
        "rule": "one",
        "made": [True, False],
        "graph": [True, False],
        "forced": [False, False],
        "methods": [],
        "slots": 3,
        "given": 5,
        "none": None,
        "limited": False,
        "first fit": True,
        "sent": True,
    }
    monkeypatch.chdir(tmp_path)
    assert recorded_outputs() == {key_of_output("a/made.txt"), key_of_output(LONG)}
    assert [recorded_job(path).get("rule") for path in ("a/made.txt", LONG, "a/none.txt")] == [
        "one",
        "long",
        None,
    ]
    assert not another_is_at_work()


def test_options_of_the_command_line(seen):
    found = seen("-R", "one", "--max-jobs-per-timespan", "10/1s", "--sdm", "env-modules")
    assert found["forced"] == [True, False]
    assert found["limited"]
    assert found["methods"] == ["env_modules"]
    by_file = seen("-f", LONG, "--scheduler", "ilp")
    assert by_file["forced"] == [False, True]
    assert not by_file["first fit"]
    assert found["first fit"]
    forced = seen("-F", "--scheduler-greedy-greediness", "0.5")
    assert forced["forced"] == [True, True]
    assert not forced["first fit"]


def test_a_missing_part_is_named():
    with pytest.raises(WorkflowError, match=r"no workflow\.is_main_process, which"):
        _ = Snakemake(SimpleNamespace(modifier=None)).is_main_process


def test_without_a_known_scheduler_there_is_nothing_to_replace():
    for scheduler in (None, SimpleNamespace(_scheduler=object())):
        snakemake = Snakemake(SimpleNamespace(modifier=None, scheduler=scheduler))
        snakemake.lift_rate_limit()
        snakemake.use_first_fit()
        snakemake.let_signals_in()


@pytest.mark.parametrize("lock", ["_lock", "_open_jobs._cond"])
@pytest.mark.parametrize("mended", [True, False])
def test_a_signal_while_the_scheduler_holds_its_lock(tmp_path, mended, lock):
    mend = "Snakemake(workflow).let_signals_in()" if mended else "pass"
    (tmp_path / "Snakefile").write_text(
        "import os, signal, time\n"
        "from mlx2smk.runtime.workflow.snakemake_api import Snakemake\n"
        f"onstart:\n    {mend}\n    with workflow.scheduler.{lock}:\n"
        "        print('held', flush=True)\n        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    time.sleep(0.5)\n"
        "rule all:\n    output: 'made.txt'\n    shell: 'touch {output}'\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, "-m", "snakemake", "-j1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        try:
            status = process.wait(60 if mended else 2)
        except subprocess.TimeoutExpired:
            status = None
            process.kill()
    assert status == (1 if mended else None)
    assert not (tmp_path / "made.txt").exists()


def test_records_in_a_database_are_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert recorded_outputs() == set()
    Path(".snakemake").mkdir()
    Path(".snakemake", "metadata.db").write_text("", encoding="utf-8")
    assert recorded_outputs() is None


@pytest.mark.parametrize("name", ["a/made.txt", LONG])
def test_an_output_is_marked_where_snakemake_looks(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    mark_incomplete(name)
    assert recorded_outputs() == {key_of_output(name)}
    assert FilePersistence()._filter_incomplete_keys(["other", name]) == {name}
