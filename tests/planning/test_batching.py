"""How many combinations share a job, before and after there are results to learn from."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.planning.batching import Earlier, combinations_per_job, head_of
from mlx2smk.results.earlier import earlier_trials
from tests.support import warm_snakemake

EXPERIMENT = """\
from mlx2smk import trial

@trial(1, {{"n": {values}}})
def t(n):
    return n + {added}
"""


def earlier(seconds=0.01, *, digest="old", chained=False, per_job=1, has_tail=False):
    return Earlier(
        codes=frozenset({digest}),
        chained=chained,
        per_job=per_job,
        seconds=seconds,
        has_tail=has_tail,
    )


def per_job(size, known=None, *, chained=False):
    return combinations_per_job(size, {"new"}, known, chained=chained)


# ------------------------------------------------------------------ the rule


@pytest.mark.parametrize("known", [None, earlier(), earlier(digest="new", has_tail=True)])
def test_most_trials_find_out_while_they_run(known):
    assert per_job(5, known) is None
    assert per_job(100_000, known) is None


@pytest.mark.parametrize(("size", "expected"), [(200, 1), (201, 2), (1000, 5)])
def test_chains_have_at_most_two_hundred(size, expected):
    assert per_job(size, chained=True) == expected


def test_short_links_of_a_chain_are_packed_into_any_number_of_jobs():
    # 2 s / (0.197 + 0.003) s
    assert per_job(100, earlier(0.197, chained=True), chained=True) == 10


@pytest.mark.parametrize("seconds", [1.0, 3600.0, None])
def test_long_or_unknown_links_are_not(seconds):
    assert per_job(100, earlier(seconds, per_job=7, chained=True), chained=True) == 1


@pytest.mark.parametrize("size", [2, 900, 1000])
@pytest.mark.parametrize("chained", [False, True])
def test_unchanged_code_keeps_the_size_of_its_jobs(size, chained):
    known = earlier(0.01, digest="new", per_job=7, chained=chained)
    assert per_job(size, known, chained=chained) == 7


def test_but_no_more_than_a_thousand_of_them():
    assert per_job(20_000, earlier(digest="new", per_job=7)) == 20


def test_what_becomes_a_chain_or_ends_to_be_one_runs_anew():
    known = earlier(0.197, digest="new", chained=True, per_job=5)
    assert per_job(1000, known) is None
    known = earlier(0.197, digest="new", per_job=5)
    assert per_job(100, known, chained=True) == 10


def test_a_head_is_spread_over_the_grid():
    assert head_of(0) == []
    assert head_of(32) == list(range(32))
    assert head_of(33) == [0, 4, 9, 13, 18, 22, 27, 32]  # 32 * k / 7
    assert head_of(701) == [0, 100, 200, 300, 400, 500, 600, 700]


# ------------------------------------------------------------------ what a folder says


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(size=200, added=0):
    text = EXPERIMENT.format(values=list(range(size)), added=added)
    Path("exp.py").write_text(text, encoding="utf-8")


def compiled(*options):
    """Compile and return how many combinations each job has."""
    assert main(["compile", "exp.py", *options]) == 0
    plan = json.loads(Path("workflow/experiments/exp/plan.json").read_text(encoding="utf-8"))
    return [int(job.split()[2]) for job in plan["trials"][0]["jobs"]]


def record(name, *durations, success=True):
    path = Path("results/exp/runs/t", f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    runs = [{"success": success, "duration": duration} for duration in durations]
    path.write_text(json.dumps({"runs": runs}), encoding="utf-8")


def test_a_fresh_folder_says_nothing(folder):
    assert earlier_trials(folder, "exp") == {}


def test_nor_does_one_without_results(folder):
    write()
    assert compiled("--batch", "3") == [3] * 66 + [2]
    assert earlier_trials(folder, "exp") == {}
    assert compiled() == [1] * 8


def test_the_median_of_what_succeeded(folder):
    write()
    compiled()
    record("n~0", 0.5)
    record("n~28", 0.1)
    record("n~56", 0.2)
    record("n~85", 9.0, success=False)
    assert earlier_trials(folder, "exp")["t"].seconds == 0.2


def test_torn_and_foreign_records_are_passed_over(folder):
    write()
    compiled()
    record("n~0", 0.5)
    Path("results/exp/runs/t/n~1.json").write_text("{", encoding="utf-8")
    Path("results/exp/runs/t/n~2.json").write_text('{"runs": [1, {}]}', encoding="utf-8")
    assert earlier_trials(folder, "exp")["t"].seconds == 0.5


def test_a_plan_of_another_version_says_nothing(folder):
    write()
    compiled()
    record("n~0", 0.5)
    path = Path("workflow/experiments/exp/plan.json")
    path.write_text(path.read_text(encoding="utf-8").replace('"version": 1', '"version": 0'))
    assert earlier_trials(folder, "exp") == {}


@pytest.mark.usefixtures("folder")
def test_jobs_of_one_size_stay_until_the_code_changes():
    write()
    compiled("--batch", "3")
    record("000-002", 0.5)
    assert compiled() == [3] * 66 + [2]
    write(size=201)
    assert compiled() == [3] * 67
    write(added=2)
    assert compiled() == [1] * 8
    record("n~0", 0.5)
    assert compiled() == [1] * 8
    assert compiled("--batch", "1") == [1] * 200


# ------------------------------------------------------------------ with the real Snakemake


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_other_sizes_run_nothing_and_nothing_changed_starts_nothing():
    write()
    Path("exp.py").write_text(
        Path("exp.py")
        .read_text(encoding="utf-8")
        .replace("    return", "    open('ran', 'a').write('.')\n    return")
    )
    assert compiled("--batch", "50") == [50] * 4
    assert ran(snakemake()) == 200
    assert compiled() == [50] * 4
    assert "Nothing to be done" in snakemake()
    assert compiled("--batch", "40") == [40] * 5
    assert ran(snakemake()) == 0
    assert compiled() == [40] * 5
    assert "Nothing to be done" in snakemake()


def snakemake():
    done = warm_snakemake.run(
        [sys.executable, "-m", "snakemake", "-j2"],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def ran(said):
    """Count the combinations that the last run executed."""
    assert re.search(r"\d+ succeeded", said)
    marks = Path("ran")
    count = marks.stat().st_size if marks.exists() else 0
    marks.unlink(missing_ok=True)
    return count
