"""Results whose times are in the future, as after a copy or with a wrong clock."""

import os
import time

from mlx2smk.runtime.workflow.preflight import settle_times

DAY = 86_400


def test_no_result_is_newer_than_what_is_made_next(tmp_path):
    now = time.time()
    ahead = {"old": -100.0, "first": 5.0, "second": 50.0, "far": 1000.0 * DAY}
    for name, seconds in ahead.items():
        path = tmp_path / f"{name}.json"
        path.write_text("{}")
        os.utime(path, (now + seconds, now + seconds))
    settle_times(str(tmp_path))
    times = {name: (tmp_path / f"{name}.json").stat().st_mtime for name in ahead}
    assert max(times.values()) <= time.time()
    # a little ahead: in the same order as before; far ahead: older than all, so that contents decide
    assert times["far"] < times["old"] < times["first"] <= times["second"]
