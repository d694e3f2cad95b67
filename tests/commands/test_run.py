"""`mlx run`: Snakemake with a display of its own, on a terminal and without one."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlx2smk.commands.live_run.run_display import counts
from mlx2smk.commands.live_run.run_state import BrokenJob, NewVerdict, RunState, TrialState
from mlx2smk.commands.run import divided
from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.planning.planner import PlanOptions
from tests.support.stored_runs import stored_line

EXPERIMENT = """\
from mlx2smk import trial, verify

@trial(1, {"n": [1, 2, 3, 4]})
def square(n):
    if n == 3:
        raise ValueError("three is bad")
    return n * n

@verify(["square"])
def most(results):
    return sum(run["success"] for run in results["square"]) == 3

@verify(["square"])
def all_good(results):
    return all(run["success"] for run in results["square"])
"""
WAITING = """\
import os, pathlib, time
from mlx2smk import trial

@trial(1, {"n": [1, 2]})
def wait(n):
    if n == 2:
        pathlib.Path("ready").write_text(str(os.getpid()))
        while not os.path.exists("go"):
            time.sleep(0.02)
    return n
"""
pytestmark = pytest.mark.xdist_group("mlx run")  # one folder for several tests

MLX = [sys.executable, "-m", "mlx2smk"]


def mlx(folder, *words, **options):
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [*MLX, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Return a folder in which an experiment has run, and what was said."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "exp.py").write_text(EXPERIMENT)
    return folder, mlx(folder, "run", "exp.py", "-j2", "--check")


@pytest.mark.slow
def test_plain_lines_say_what_came_out(ran):
    folder, done = ran
    lines = done.stderr.splitlines()
    assert [line for line in lines if "three is bad" in line] != []
    assert "square: 3 of 4 done, 1 failed" in lines
    assert "verification most: supports" in lines
    assert "verification all_good: refutes" in lines
    assert "exp: invalidated" in lines
    assert "\033" not in done.stdout + done.stderr
    assert "Workflow" not in done.stdout + done.stderr
    report = json.loads((folder / "results/exp/report.json").read_text())
    assert [run.get("result") for run in report["trials"]["square"]] == [1, 4, None, 16]


@pytest.mark.slow
def test_check_fails_unless_validated(ran):
    assert ran[1].returncode == 1


@pytest.mark.slow
def test_what_snakemake_says_is_in_its_log(ran):
    [log] = (ran[0] / ".snakemake/log").glob("*.log")
    assert "trial_square" in log.read_text()


@pytest.mark.slow
def test_with_nothing_to_run_it_says_so_and_how_things_stand(ran):
    done = mlx(ran[0], "run", "exp.py")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert "nothing to run: all results are up to date" in lines
    assert "  verification most: supports" in lines


@pytest.mark.slow
def test_a_dry_run_is_snakemakes_own(ran):
    (ran[0] / "exp.py").write_text(EXPERIMENT.replace("n * n", "n ** 2"))
    done = mlx(ran[0], "run", "exp.py", "-n", "-j", "1")
    assert done.returncode == 0
    assert "trial_square" in done.stdout + done.stderr
    assert "This was a dry-run" in done.stdout + done.stderr


@pytest.mark.slow
def test_mistakes_are_as_those_of_compile(tmp_path):
    (tmp_path / "bad.py").write_text(EXPERIMENT.replace("[1, 2, 3, 4]", "4"))
    done = mlx(tmp_path, "run", "bad.py")
    assert done.returncode == 1
    assert done.stderr.startswith("bad.py:3:17: MLX")
    assert not (tmp_path / "workflow").exists()
    assert mlx(tmp_path, "run").returncode == 2


@pytest.mark.slow
def test_wrong_options_are_snakemakes_to_refuse(tmp_path):
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    done = mlx(tmp_path, "run", "exp.py", "--nonsense")
    assert done.returncode == 2
    assert "unrecognized arguments: --nonsense" in done.stderr


def started(folder, **options):
    process = subprocess.Popen([*MLX, "run", "exp.py", "-j2"], cwd=folder, **options)
    deadline = time.monotonic() + 120
    while not (folder / "ready").exists() or not (folder / "ready").read_text():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    return process, int((folder / "ready").read_text())


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_ctrl_c_stops_everything_says_how_to_go_on_and_loses_nothing(tmp_path):
    (tmp_path / "exp.py").write_text(WAITING)
    process, job = started(tmp_path, stderr=subprocess.PIPE, text=True)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode not in (0, None)
    assert said.splitlines()[-1].endswith("this goes on: mlx run exp.py -j2")
    assert not is_alive(job)
    (tmp_path / "go").touch()
    done = mlx(tmp_path, "run", "exp.py", "-j2")
    assert done.returncode == 0
    report = json.loads((tmp_path / "results/exp/report.json").read_text())
    assert [run["result"] for run in report["trials"]["wait"]] == [1, 2]


@pytest.mark.slow
def test_on_a_terminal_there_are_bars(tmp_path):
    (tmp_path / "exp.py").write_text(WAITING)
    (tmp_path / "go").touch()
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    process, _ = started(tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        shown += data
    assert process.wait(60) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(r"wait ━+ 2 of 2 done", text)
    assert "exp: inconclusive" in text


# ------------------------------------------------------------------ without Snakemake


def test_experiments_and_words_for_snakemake():
    words = ["-j", "8", "exp.py", "--keep-going", "b.py", "--", "-s", "other.py", "--", "x"]
    experiments = ["exp.py", "b.py"]
    assert divided(words) == (experiments, ["-j", "8", "--keep-going", "-s", "other.py", "--", "x"])
    assert divided(["-n"]) == ([], ["-n"])


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    return compile_experiments(["exp.py"], CompileOptions()).units[0].plan


def record(folder, name, **content):
    path = folder / f"results/exp/{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path.relative_to(folder).as_posix()


def compiled_in_batches(count):
    options = CompileOptions(plan=PlanOptions(batch=count))
    return compile_experiments(["exp.py"], options).units[0].plan


def job(number, output):
    return {"event": "job", "id": number, "rule": "trial_square", "output": [output]}


def follow(state, *events):
    return [news for event in events for news in state.follow(event)]


def store(plan, name, *letters):
    """Let a job store runs of combinations."""
    segment = Path(".mlx/store/jobs", plan.trials[0].digest[:16], f"{name}.0")
    segment.parent.mkdir(parents=True, exist_ok=True)
    segment.write_bytes(b"".join(stored_line(each * 64, {"run": {}}) for each in letters))
    return segment


def test_events_are_counted(tmp_path, plan):
    plan = compiled_in_batches(2)
    assert [list(each.numbers) for each in plan.trials[0].jobs] == [[0, 1], [2, 3]]
    state = RunState(tmp_path, [plan])
    state.add_earlier("trial_square", [{"success": True, "duration": 100}, None, None, None])
    trial = state.trials["trial_square"]
    assert (trial.total, trial.done, trial.failed, trial.left) == (4, 1, 0, None)
    first, second = (f"runs/square/{each.name}" for each in plan.trials[0].jobs)
    runs = [{"success": True, "duration": 2.0}, {"success": False, "duration": 4.0}]
    output = record(tmp_path, second, runs=runs)
    started = {"event": "started", "ids": [7, 8]}
    assert follow(state, job(7, output), job(8, f"{first}.json"), started) == []
    assert trial.running == 2
    assert follow(state, {"event": "finished", "id": 7}) == []
    # Two combinations are left, which take the mean of 2 and 4 seconds each, and two ran at once.
    assert (trial.done, trial.failed, trial.running, trial.left) == (1, 1, 1, 3.0)
    assert counts(trial) == "1 of 4 done, 1 failed, 1 running, about 3 s left"


def test_a_job_whose_last_combination_is_stored_runs_none(tmp_path, plan):
    state = RunState(tmp_path, [plan])
    runs = [{"success": False}]
    output = record(tmp_path, "runs/square/n~3", runs=runs)
    follow(
        state, job(1, output), job(2, "runs/square/n~4.json"), {"event": "started", "ids": [1, 2]}
    )
    follow(state, {"event": "finished", "id": 1})
    state.look()
    assert counts(state.trials["trial_square"]).startswith("0 of 4 done, 1 failed, 1 running")
    store(plan, "n~4", "a")
    state.look()
    assert counts(state.trials["trial_square"]).startswith("1 of 4 done, 1 failed, about")


def test_each_of_several_equal_combinations_counts(tmp_path, plan):
    (tmp_path / "exp.py").write_text(EXPERIMENT.replace("[1, 2, 3, 4]", "[1, 1]"))
    plan = compiled_in_batches(2)
    (name,) = (each.name for each in plan.trials[0].jobs)
    state = RunState(tmp_path, [plan])
    runs = [{"success": True, "params": {"n": 1}}, {"success": False, "params": {"n": 1}}]
    output = record(tmp_path, f"runs/square/{name}", runs=runs)
    follow(state, job(1, output), {"event": "finished", "id": 1})
    assert counts(state.trials["trial_square"]) == "1 of 2 done, 1 failed"


def test_what_another_job_has_left_does_not_count_twice(tmp_path, plan):
    """The jobs of a trial may be others than in the run before."""
    plan = compiled_in_batches(2)
    name = plan.trials[0].jobs[0].name
    state = RunState(tmp_path, [plan])
    state.add_earlier(
        "trial_square", [{"success": False, "log": "logs/exp/other.log"}, *[None] * 3]
    )
    store(plan, name, "a")
    follow(state, job(1, f"runs/square/{name}.json"), {"event": "started", "ids": [1]})
    state.look()
    assert counts(state.trials["trial_square"]) == "1 of 4 done, 1 running"


def test_runs_from_the_store_are_told_apart_and_say_nothing_about_time(tmp_path, plan):
    plan = compiled_in_batches(3)
    state = RunState(tmp_path, [plan])
    runs = [{"success": True, "params": {"n": n}, "duration": float(n)} for n in (1, 2, 3)]
    name = f"runs/square/{plan.trials[0].jobs[0].name}"
    output = record(tmp_path, name, runs=runs, from_store="0+2")
    list(state.follow({"event": "job", "id": 1, "rule": "trial_square", "output": [output]}))
    list(state.follow({"event": "started", "ids": [1]}))
    list(state.follow({"event": "finished", "id": 1}))
    trial = state.trials["trial_square"]
    assert trial.left == 2.0  # as the one that ran
    assert counts(trial) == "3 of 4 done, 2 from the store, about 2 s left"


def test_progress_inside_a_job_that_runs(tmp_path, plan):
    plan = compiled_in_batches(4)
    name = plan.trials[0].jobs[0].name
    state = RunState(tmp_path, [plan])
    trial = state.trials["trial_square"]
    follow(state, job(1, f"results/{name}.json"))
    segment = store(plan, name, "a")
    state.look()
    assert trial.done == 0  # it does not run yet
    list(state.follow({"event": "started", "ids": [1]}))
    state.look()
    assert counts(trial) == "1 of 4 done, 1 running"
    with segment.open("ab") as file:
        file.write(stored_line("b" * 64, {"run": {}}) + b"a line that is not who")
    state.look()
    assert trial.done == 2
    list(state.follow({"event": "failed", "id": 1, "rule": "trial_square", "logs": []}))
    state.look()
    assert trial.done == 0  # whatever it has stored counts when another job finds it


def test_a_combination_that_runs_again_counts_once(tmp_path, plan):
    state = RunState(tmp_path, [plan])
    state.add_earlier("trial_square", [{"success": False}])
    output = record(tmp_path, "runs/square/n~1", runs=[{"success": True, "duration": 1.0}])
    list(state.follow({"event": "job", "id": 1, "rule": "trial_square", "output": [output]}))
    list(state.follow({"event": "finished", "id": 1}))
    trial = state.trials["trial_square"]
    assert (trial.done, trial.failed) == (1, 0)


def earlier(count):
    return "trial_square", [{"success": True}] * count


def test_jobs_that_run_again_do_not_count_before_they_are_done(tmp_path, plan):
    state = RunState(tmp_path, [plan])
    state.add_earlier(*earlier(3))
    output = "results/exp/runs/square/n~2.json"
    list(state.follow({"event": "job", "id": 1, "rule": "trial_square", "output": [output]}))
    assert state.trials["trial_square"].done == 3
    list(state.follow({"event": "started", "ids": [1]}))
    assert counts(state.trials["trial_square"]) == "2 of 4 done, 1 running"


def test_what_ran_with_another_setup_does_not_count(tmp_path, plan):
    path = "results/exp/context/square.json"
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text('{"rate": 1}')
    state = RunState(tmp_path, [plan])
    state.add_earlier(*earlier(2))
    event = {"event": "job", "id": 1, "rule": "context_square", "output": [path]}
    for text, done in (('{"rate": 1}', 2), ('{"rate": 2}', 0)):
        (tmp_path / path).write_text(text)
        list(state.follow(event))
        list(state.follow({"event": "finished", "id": 1}))
        assert state.trials["trial_square"].done == done


def test_what_is_told(tmp_path, plan):
    state = RunState(tmp_path, [plan])
    output = record(tmp_path, "verdict", verdict="supports")
    events = [
        {"event": "job", "id": 1, "rule": "verify_most", "output": [output]},
        {"event": "finished", "id": 1},
        {"event": "failed", "id": 2, "rule": "trial_square", "logs": ["log"]},
        {"event": ""},
    ]
    assert [news for event in events for news in state.follow(event)] == [
        NewVerdict("most", {"verdict": "supports"}),
        BrokenJob("trial_square", ("log",)),
    ]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (59, "59 s"), (90, "2 min"), (7260, "2 h 1 min")]
)
def test_the_time_left_is_rounded(seconds, said):
    trial = TrialState("t", total=2, running=0, most=1, durations=[seconds])
    trial.succeeded[0] = True
    assert counts(trial) == f"1 of 2 done, about {said} left"
