"""What the head of a trial shows, and what is decided about its tail."""

from __future__ import annotations

import json
import threading
import time

import pytest

from mlx2smk.runtime import head, tails
from mlx2smk.runtime.dealing import IN_A_CLUSTER, ON_THIS_MACHINE, Costs
from mlx2smk.runtime.plan import Job, jobs_of, spans_of
from tests.support.handmade_bundles import Bundle

SIZE = 40
HEAD = (0, 13, 26, 39)
TAIL = [n for n in range(SIZE) if n not in HEAD]
NONE_ENDED = dict.fromkeys(HEAD)
SHORT = dict.fromkeys(HEAD, 0.01)


def decided(ended, known=(), costs=ON_THIS_MACHINE, slots=2):
    groups, why = head.decide(TAIL, ended, dict(known), slots, costs)
    assert sorted(number for group in groups for number in group) == TAIL
    return groups, why


# ------------------------------------------------------------------ decisions


def test_short_ones_share_jobs():
    groups, why = decided(SHORT)
    assert len(groups) == 9  # 36 * 0.013 s: in batches of 0.05 s
    assert why == "the first 4 combinations took 0.010 s each: 36 more in 9 jobs"


@pytest.mark.parametrize("ended", [NONE_ENDED, SHORT | {13: None}, SHORT | {13: 0.5}])
def test_any_that_takes_its_time_gives_each_a_job(ended):
    groups, why = decided(ended)
    assert len(groups) == len(TAIL)
    assert "take 0.5 s or longer: 36 more in 36 jobs" in why


def test_those_near_a_long_one_start_first():
    groups, _ = decided(SHORT | {39: None})
    assert groups[:3] == [[38], [37], [36]]
    groups, _ = decided(SHORT | {13: None})
    assert groups[:4] == [[12], [14], [11], [15]]


@pytest.mark.parametrize(
    ("ended", "alone", "batches"),
    [
        (SHORT | {39: None}, range(27, 39), 6),  # 24 * 0.013 s: in batches of 0.05 s
        (SHORT | {0: 7.0}, range(1, 13), 6),
        (SHORT | {0: None, 39: 3.0}, [*range(1, 13), *range(27, 39)], 3),
        (NONE_ENDED | {0: 0.4, 13: 0.2}, range(14, 39), 12),  # no two share a batch of 0.05 s
    ],
)
def test_those_between_short_ones_share_jobs_if_no_long_one_is_there(ended, alone, batches):
    groups, why = decided(ended)
    known_alone = [[n] for n in alone if n not in HEAD]
    assert sorted(groups[: len(known_alone)]) == known_alone
    assert len(groups) == len(known_alone) + batches
    assert ", none of them between short ones: 36 more in " in why


def test_one_short_one_says_nothing_about_others():
    groups, _ = decided(NONE_ENDED | {13: 0.01})
    assert len(groups) == len(TAIL)


def test_with_run_times_long_ones_are_alone_and_the_longest_first():
    known = dict.fromkeys(range(SIZE), 0.01) | {20: 5.0, 30: 9.0, 39: 3.0}
    groups, why = decided(SHORT | {39: None}, known)
    assert groups[:2] == [[30], [20]]
    assert len(groups) == 2 + 8  # 34 * 0.013 s in batches of 0.05 s
    assert why.startswith("as long as earlier runs took")


def test_run_times_that_the_head_contradicts_do_not_count():
    quick = dict.fromkeys(range(SIZE), 0.001)
    assert len(decided(NONE_ENDED, quick)[0]) == len(TAIL)
    slow = dict.fromkeys(range(SIZE), 60.0)
    assert len(decided(SHORT, slow)[0]) == 9
    assert len(decided(NONE_ENDED, slow)[0]) == len(TAIL)


def test_run_times_of_few_do_not_count():
    assert len(decided(SHORT, {0: 0.01, 1: 9.0})[0]) == 9


def test_unknown_ones_beside_known_ones_are_as_the_head():
    known = dict.fromkeys(range(30), 0.01)
    assert len(decided(SHORT, known)[0]) == 9
    groups, _ = decided(SHORT | {39: None}, known)  # 39 was not known
    assert sorted(n for group in groups if len(group) == 1 for n in group) == list(range(30, 39))


def test_where_jobs_cost_more_batches_are_larger():
    ended = dict.fromkeys(HEAD, 2.0)
    assert len(decided(ended)[0]) == 36
    # 72 s: one for each of the two that may run at once
    assert len(decided(ended, costs=IN_A_CLUSTER)[0]) == 2


# ------------------------------------------------------------------ watching


@pytest.fixture
def trial(tmp_path):
    bundle = Bundle(tmp_path, "def t(n):\n    return n\n").trial("t", {"n": list(range(SIZE))})
    entry = bundle.plan["trials"][0]
    lines = entry["jobs"]
    entry["jobs"] = [lines[n] for n in HEAD]
    entry["alone"] = [line for n, line in enumerate(lines) if n not in HEAD]
    entry["tail"] = "t-tail"
    bundle.write()
    return bundle


def leave(folder, job, *seconds, digest=None, first=0):
    runs = [
        {"success": True, "duration": each, "params": {"n": first + at}, "result": 0}
        for at, each in enumerate(seconds)
    ]
    path = folder / f"results/exp/runs/t/{job.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"digest": digest or job.digest, "runs": runs}))


def begin(folder, *jobs):
    """Begin the logs of jobs, as they do when they start."""
    place = folder / "logs/exp/runs/t"
    place.mkdir(parents=True, exist_ok=True)
    for job in jobs:
        (place / f"{job.name}.log").touch()


def seen(trial, folder, known=(), costs=ON_THIS_MACHINE):
    results, logs = str(folder / "results/exp"), str(folder / "logs/exp")
    entry = trial.plan["trials"][0]
    return head.seconds_of_head(entry, results, dict(known), costs, logs)


def test_waits_for_the_head_a_moment(trial, tmp_path):
    entry = trial.plan["trials"][0]
    begin(tmp_path, *jobs_of(entry))
    first, *others = jobs_of(entry)
    for job in others:
        leave(tmp_path, job, 0.01)
    leave(tmp_path, first, 0.01, digest="another version's")
    late = threading.Timer(0.05, lambda: leave(tmp_path, first, 0.02))
    late.start()
    found = seen(trial, tmp_path)
    late.join()
    assert found == {0: 0.02, 13: 0.01, 26: 0.01, 39: 0.01}


def test_but_no_longer(trial, tmp_path):
    begin(tmp_path, *jobs_of(trial.plan["trials"][0]))
    start = time.monotonic()
    assert seen(trial, tmp_path) == NONE_ENDED
    waited = time.monotonic() - start
    assert waited >= ON_THIS_MACHINE.watch
    start = time.monotonic()
    long = dict.fromkeys(HEAD, 9.0)
    assert seen(trial, tmp_path, long) == NONE_ENDED
    assert time.monotonic() - start < waited  # what is known to take long is not waited for


def test_short_ones_that_a_limit_lets_start_one_by_one_are_seen(trial, tmp_path):
    """As with one GPU: together they take longer than a head is watched that has started."""
    costs = Costs(short=0.3, target=1.0, least=0.1, job=0.1, watch=0.3)

    def run_one_by_one():
        for job in jobs_of(trial.plan["trials"][0]):
            begin(tmp_path, job)
            time.sleep(0.15)
            leave(tmp_path, job, 0.01)

    running = threading.Thread(target=run_one_by_one)
    running.start()
    found = seen(trial, tmp_path, costs=costs)
    running.join()
    assert found == SHORT


def test_but_a_long_one_is_not_waited_for(trial, tmp_path, monkeypatch):
    """One that takes its time holds the others back."""
    monkeypatch.setattr(head, "LONGEST_WATCH", 600.0)
    begin(tmp_path, jobs_of(trial.plan["trials"][0])[0])
    assert seen(trial, tmp_path) == NONE_ENDED


def test_in_a_queue_nothing_is_known(trial, tmp_path):
    """Of four, one has ended, one has been running for as long as long ones take, one has just begun."""
    entry = trial.plan["trials"][0]
    ended, running, begun, _queued = jobs_of(entry)
    leave(tmp_path, ended, 0.01)
    costs = Costs(short=0.3, target=1.0, least=0.1, job=0.1, watch=0.5, queued=True)
    begin(tmp_path, running)
    late = threading.Timer(0.4, begin, (tmp_path, begun))
    late.start()
    found = seen(trial, tmp_path, costs=costs)
    late.join()
    assert found == {HEAD[0]: 0.01, HEAD[1]: None}


def test_run_times_are_those_of_the_last_complete_run(trial, tmp_path):
    entry = trial.plan["trials"][0]
    leave(tmp_path, Job(entry["alone"][0]), 7.0, digest="older", first=5)
    results = str(tmp_path / "results/exp")
    assert head.known_seconds(entry, results) == {5: 7.0}
    collected = tmp_path / "results/exp/trials/t.json"
    collected.parent.mkdir()
    lines = [
        json.dumps({"success": n != 3, "duration": n / 8, "params": {"n": n}}) for n in (2, 3, 99)
    ]
    collected.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    assert head.known_seconds(entry, results) == {2: 0.25}
    collected.write_text("{torn")
    assert head.known_seconds(entry, results) == {}


# ------------------------------------------------------------------ the step, and what rests on it

PACK = ["--slots", "2", "--output", "results/exp/packing/t.json", "--log", "logs/pack.log"]


def test_the_decision_is_kept(trial, tmp_path):
    entry = trial.plan["trials"][0]
    for job in jobs_of(entry):
        leave(tmp_path, job, 0.01)
    trial.run("pack", "t", *PACK)
    path = tmp_path / PACK[3]
    jobs = tails.decision(entry, str(path))
    assert sorted(n for job in jobs for n in job.numbers) == TAIL
    assert [job.name for job in jobs] == [f"batch-{at}" for at in range(1, 10)]
    assert len({job.digest for job in jobs}) == 9
    assert "36 more in 9 jobs" in (tmp_path / "logs/pack.log").read_text()
    assert tails.decision(entry | {"tail": "another"}, str(path)) is None


def test_jobs_of_one_combination_are_those_of_the_plan(trial, tmp_path):
    entry = trial.plan["trials"][0]
    trial.run("pack", "t", *PACK)
    assert set(json.loads((tmp_path / PACK[3]).read_text())["jobs"]) == set(entry["alone"])


def test_what_cannot_be_seen_is_decided_all_the_same(trial, tmp_path):
    entry = trial.plan["trials"][0]
    trial.run("pack", "t", *PACK, "--unseen")
    assert tails.unseen(entry) == entry["alone"]
    assert json.loads((tmp_path / PACK[3]).read_text())["jobs"] == entry["alone"]
    jobs = [Job(line) for line in tails.unseen({**entry, "alone": [], "parameters": LARGE})]
    assert len(jobs) == 500
    assert {n for job in jobs for n in job.numbers} == set(range(2004)) - set(HEAD)


LARGE = [["n", [str(n) for n in range(2004)]]]


@pytest.mark.parametrize("damage", ["", "[]", '{"version": 1, "digest": "t-tail", "jobs": [1]}'])
def test_a_damaged_decision_is_none(trial, tmp_path, damage):
    path = tmp_path / "t.json"
    path.write_text(damage)
    assert tails.decision(trial.plan["trials"][0], str(path)) is None


def test_a_batch_runs_its_combinations_and_is_collected(trial, tmp_path):
    entry = trial.plan["trials"][0]
    for job in jobs_of(entry):
        leave(tmp_path, job, 0.01)
    trial.run("pack", "t", *PACK)
    (tmp_path / "context.json").write_text("{}")
    jobs = [*jobs_of(entry), *tails.decision(entry, str(tmp_path / PACK[3]))]
    for job in jobs:
        spans = [] if job.count == 1 else ["--numbers", spans_of(job.numbers)]
        output = f"results/exp/runs/t/{job.name}.json"
        options = ["--context", "context.json", "--output", output, "--log", "logs/t.log"]
        trial.run("trial", "t", "--job", job.name, *spans, *options, "--digest", job.digest)
    places = ["--runs", "results/exp/runs/t", "--packing", PACK[3]]
    outputs = ["--runs-output", "o/t.json", "--updates-output", "u/t.json"]
    trial.run("collect", "t", *places, *outputs)
    assert [run["result"] for run in trial.read("o/t.json")] == list(range(SIZE))
