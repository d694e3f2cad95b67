"""Which jobs Snakemake starts: the same as with its own scheduler, and among equals the first."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from snakemake.scheduling.greedy import Scheduler, SchedulerSettings

from mlx2smk.runtime.workflow.first_fit import FirstFit

FREE = {"_cores": 4, "_nodes": 100, "_job_count": 100}


class Job:
    """As much of a job of Snakemake as schedulers look at."""

    def __init__(self, jobid: int, priority: int = 0, inputs: Any = (), **resources: int) -> None:
        self.jobid = jobid
        self.priority = priority
        self.input = inputs
        self.scheduler_resources = {"_cores": 1, "_nodes": 1, "_job_count": 1, **resources}

    def is_group(self) -> bool:
        return False


class Group(Job):
    """A group of jobs, whose own id is a text."""

    def __init__(self, *jobs: Job, **resources: int) -> None:
        super().__init__(0, max(job.priority for job in jobs), **resources)
        self.jobs = jobs
        self.jobid: Any = "5f0e"

    def __iter__(self):
        return iter(self.jobs)

    def is_group(self) -> bool:
        return True


def greedy() -> Any:
    return Scheduler(SimpleNamespace(), SchedulerSettings(), SimpleNamespace())


def chosen(jobs: list[Any], **free: int) -> list[Any]:
    shuffled = random.Random(3).sample(jobs, len(jobs))  # noqa: S311
    return list(FirstFit(greedy()).select_jobs(shuffled, [], FREE | free, {}))


def test_by_priority_then_by_number():
    jobs = [Job(0), Job(1), Job(2, priority=-1), Job(3, priority=5), Job(4), Job(5)]
    assert [job.jobid for job in chosen(jobs)] == [3, 0, 1, 4]


def test_what_does_not_fit_leaves_room_for_others():
    jobs = [Job(0, _cores=3), Job(1, _cores=3), Job(2, slots=1), Job(3, slots=1), Job(4)]
    assert [job.jobid for job in chosen(jobs, slots=0)] == [0, 4]
    assert [job.jobid for job in chosen(jobs, slots=1)] == [0, 2]
    assert [job.jobid for job in chosen(jobs, slots=9, _job_count=1)] == [0]
    assert [job.jobid for job in chosen(jobs, slots=9, _nodes=2)] == [0, 2]
    # A resource without a limit does not count.
    assert [job.jobid for job in chosen(jobs[2:])] == [2, 3, 4]


def test_large_and_temporary_inputs_first():
    small, large, temp = (Input(name) for name in ("small", "large", "temp"))
    sizes = {small: 1, large: 100, temp: 2}
    jobs = [Job(0, inputs=[small]), Job(1, inputs=[large]), Job(2, inputs=[temp])]
    first = FirstFit(greedy()).select_jobs(jobs, [], FREE | {"_cores": 1}, sizes)
    assert [job.jobid for job in first] == [2]
    rest = FirstFit(greedy()).select_jobs(jobs[:2], [], FREE | {"_cores": 1}, sizes)
    assert [job.jobid for job in rest] == [1]


class Input(str):
    """A file that may be flagged as temporary."""

    __slots__ = ()

    def is_flagged(self, flag: str) -> bool:
        return flag == self == "temp"


def test_groups_count_by_their_first_job():
    group, before, after = Group(Job(4), Job(2), _cores=2), Job(1), Job(3)
    assert chosen([after, group, before]) == [before, group, after]


def test_a_changed_priority_counts():
    jobs = [Job(0), Job(1)]
    select = FirstFit(greedy()).select_jobs
    one = FREE | {"_cores": 1}
    assert select(jobs, [], one, {}) == [jobs[0]]
    jobs[1].priority = 1
    assert select(jobs, [], one, {}) == [jobs[1]]


def test_as_good_as_greedy():
    """The same jobs as greedy's where priorities decide, whatever they need."""
    rng = random.Random(1)  # noqa: S311
    for _ in range(50):
        priorities = rng.sample(range(100), 12)
        needs = [{"_cores": rng.randint(1, 3), "mem": rng.randint(0, 4)} for _ in priorities]
        jobs = [Job(n, p, **r) for n, (p, r) in enumerate(zip(priorities, needs, strict=True))]
        free = FREE | {"mem": 8, "_job_count": rng.randint(1, 5)}
        ours = FirstFit(greedy()).select_jobs(jobs, [], free, {})
        assert {job.jobid for job in ours} == {
            job.jobid for job in greedy().select_jobs(jobs, [], free, {})
        }


def test_anything_odd_is_left_to_snakemake():
    odd = Job(0)
    del odd.priority
    asked: list[Any] = []
    own = SimpleNamespace(select_jobs=lambda *given: asked.append(given) or [odd])
    assert FirstFit(own).select_jobs([odd], [], FREE, {}) == [odd]
    assert asked == [([odd], [], FREE, {})]
