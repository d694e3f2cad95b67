"""Runs are read a line at a time from what jobs and steps write, and as a whole from what was edited by hand."""

import json
import tracemalloc

import pytest

from mlx2smk.runtime import records, run_lists, steps
from mlx2smk.runtime.errors import JobError
from mlx2smk.runtime.pages import PagePaths
from mlx2smk.runtime.plan import Plan
from mlx2smk.runtime.trial_columns import MOST_ROWS

RUNS = [{"success": True, "result": [n, "]}\n", "]\n"], "log": "a.log"} for n in range(5)]
HEAD = {"version": 1, "digest": "d", "observed": [], "keys": ["k"]}


def job(path, runs):
    records.write_job(str(path), HEAD, runs)
    return str(path)


def trial(path, runs):
    records.write_text(str(path), [*records.one_per_line(runs), "\n"])
    return str(path)


def read_job(path):
    return [run_lists.run_of(text, path) for text in run_lists.job_texts(path)]


def read_trial(path):
    return [run_lists.run_of(text, path) for text in run_lists.list_texts(path)]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("form", [None, {}, {"indent": 1}])
def test_what_was_written_is_read(tmp_path, count, form):
    """In the form in which it is written, on one line, and on many."""
    runs = RUNS[:count]
    one, other = job(tmp_path / "job", runs), trial(tmp_path / "trial", runs)
    assert json.loads((tmp_path / "job").read_text()) == {**HEAD, "runs": runs}
    if form is not None:
        (tmp_path / "job").write_text(json.dumps({**HEAD, "runs": runs}, **form))
        (tmp_path / "trial").write_text(json.dumps(runs, **form))
    assert read_job(one) == read_trial(other) == run_lists.all_runs(other) == runs
    head = run_lists.job_head(one)
    assert {key: head[key] for key in HEAD} == HEAD


@pytest.mark.parametrize(("write", "read"), [(job, read_job), (trial, read_trial)])
def test_whatever_is_cut_off_is_missed(tmp_path, write, read):
    path = tmp_path / "runs"
    write(path, RUNS)
    whole = path.read_text()
    for length in range(len(whole) - 1):
        path.write_text(whole[:length])
        with pytest.raises(JobError, match="cannot be read"):
            read(str(path))
    for damaged in (whole + "x", whole.replace(",\n{", "\n{"), whole.replace("true", "tru", 1)):
        path.write_text(damaged)
        with pytest.raises(JobError, match="cannot be read"):
            read(str(path))
    path.unlink()
    with pytest.raises(JobError, match="cannot be read"):
        read(str(path))


def test_more_runs_than_a_block(tmp_path):
    runs = [{"n": n} for n in range(2 * run_lists.BLOCK + 1)]
    assert run_lists.all_runs(trial(tmp_path / "trial", runs)) == runs


MANY = 20_000


def plan(folder):
    """Return the plan of a trial with twenty jobs."""
    each = MANY // 20
    jobs = [f"{first} {first} {each} d" for first in range(0, MANY, each)]
    entry = {"name": "t", "rule": "trial_t", "order": 1, "jobs": jobs, "parallel": None}
    entry |= {"chained": False, "after": [], "reads": [], "digest": "t"}
    entry |= {"parameters": [["n", [str(n) for n in range(MANY)]]]}
    document = {"format": "mlx2smk-plan", "version": 1, "experiment": "exp", "folder": "."}
    document |= {"file": "exp.py", "source": "exp.py", "setups": [], "verifications": []}
    return Plan(str(folder / "plan.json"), data={**document, "trials": [entry]})


def test_collecting_and_reporting_take_little_memory(tmp_path):
    """As they must for a million combinations: no more than for the runs of one job.

    The pages of Snakemake's report keep the first runs for a table, and some bytes of each that they draw.
    """
    whole = plan(tmp_path)
    for number in range(20):
        first = number * MANY // 20
        runs = [{"success": True, "result": n} for n in range(first, first + MANY // 20)]
        job(tmp_path / "runs" / f"{first}.json", runs)
    trials, report = str(tmp_path / "trials"), tmp_path / "report.json"
    tracemalloc.start()
    outputs = (f"{trials}/t.json", str(tmp_path / "updates.json"))
    steps.collect(whole, "t", str(tmp_path / "runs"), None, outputs)
    page, table, plots = (str(tmp_path / name) for name in ("v.html", "t.html", "t.svg"))
    shown = PagePaths(page, [table], [plots])
    steps.report(whole, {}, trials, "verify", (str(report), shown))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [run["result"] for run in json.loads(report.read_text())["trials"]["t"]] == list(
        range(MANY)
    )
    assert report.stat().st_size > 600_000
    assert peak < 300_000 + 400 * MOST_ROWS + 16 * MANY


ODD = [
    {
        "success": True,
        "params": {"__class__": 1, "__dict__": True, "x": -0.0, "y": [1, {"z": 0.0}]},
    },
    {
        "params": {"y": 1.0, "x": 0.0, "__class__": False, "__dict__": "1"},
        "success": False,
        "log": 1,
    },
    {"__class__": {}, "params": [1], "log": ["a.log"], "success": 1},
    {"params": {}, "log": None},
    [],
    {},
]


def test_runs_given_to_verifications_are_what_was_written_to_the_letter(tmp_path):
    """Types, signs and the order of keys included, whatever runs share in memory."""
    path = trial(tmp_path / "runs", ODD + RUNS)
    found = run_lists.all_runs(path)
    assert json.dumps(found) == json.dumps(ODD + RUNS)
    assert {type(run) for run in found if run != []} == {dict}
    found[0]["params"]["y"].append("changed")
    found[0]["more"] = found[1].pop("success")
    found.reverse()
    assert json.dumps(found[:-2]) == json.dumps([*reversed(RUNS), *reversed(ODD[2:])])


def test_runs_given_to_verifications_share_what_they_can(tmp_path):
    """A million of them fit into 400 MB."""
    runs = [
        {
            "success": True,
            "result": n * 7,
            "params": {"rate": n // 100, "name": f"n{n % 100}"},
            "duration": n / 7,
            "log": f"logs/exp/trials/t/b{n // 2000}.log",
        }
        for n in range(10_000)
    ]
    path = trial(tmp_path / "runs", runs)
    tracemalloc.start()
    found = run_lists.all_runs(path)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == runs
    assert taken < 400 * len(runs)
