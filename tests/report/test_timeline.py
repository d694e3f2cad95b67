"""When jobs ran, in lanes."""

from mlx2smk.report.timeline import JobTime, job_bars


def bars(*times):
    found, runs = job_bars(JobTime("f", name, start, end) for name, start, end in times)
    return [(bar.job, bar.run, bar.lane, bar.start, bar.end) for bar in found], runs


def test_jobs_at_once_are_in_lanes_of_their_own_and_a_lane_that_is_free_is_taken():
    found, runs = bars(("a", 100, 110), ("b", 101, 103), ("c", 103, 104), ("d", 110, 111))
    assert found == [("a", 0, 1, 0, 10), ("b", 0, 2, 1, 3), ("c", 0, 2, 3, 4), ("d", 0, 1, 10, 11)]
    assert runs == [100]


def test_jobs_after_a_long_pause_are_another_run():
    found, runs = bars(("a", 100, 500), ("b", 790, 800), ("c", 1101, 1102))
    assert [(job, run, start) for job, run, _, start, _ in found] == [
        ("a", 0, 0),
        ("b", 0, 690),
        ("c", 1, 0),
    ]
    assert runs == [100, 1101]


def test_only_the_last_runs_are_shown():
    found, runs = bars(*((str(n), 1000 * n, 1000 * n + 1) for n in range(9)))
    assert runs == [4000, 5000, 6000, 7000, 8000]
    assert [job for job, *_ in found] == ["4", "5", "6", "7", "8"]


def test_nothing_ran():
    assert bars() == ([], [])
