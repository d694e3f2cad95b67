"""Limits of a combination: what exceeds them is ended with all that it started, and has failed."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from mlx2smk.runtime.limits import outdated, size_text, traceback_of
from tests.runtime.test_process import BEAT, start, wait_for
from tests.support.handmade_bundles import Bundle, one_trial

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only")
MB = 10**6

SLOW = (
    BEAT
    + """
def hang():
    while True:
        time.sleep(0.01)

def t(n):
    if n == 1:
        if not os.fork():
            os.setsid()
            if not os.fork():
                beat("beats")
            os._exit(0)
        while not os.path.exists("beats"):
            time.sleep(0.01)
        hang()
    return n
"""
)


def beats_no_more(path):
    size = path.stat().st_size
    time.sleep(0.1)
    return path.stat().st_size == size


def test_a_slow_combination_fails_alone_with_all_that_it_started(tmp_path):
    bundle = Bundle(tmp_path, SLOW).trial("t", {"n": [0, 1, 2]}, batch=3, timeout=0.7)
    before, failed, after = bundle.run_trial("t")
    assert [before["result"], after["result"]] == [0, 2]
    traceback = failed.pop("traceback")
    assert failed.pop("duration") >= 0.7
    assert failed == {
        "success": False,
        "return_code": -9,
        "error": "took longer than its limit of 0.7 s",
        "type": "TimeoutError",
        "params": {"n": 1},
        "log": "logs/t/0.log",
        "limit": {"timeout": 0.7},
    }
    assert beats_no_more(tmp_path / "beats")
    first, *frames, last = traceback.splitlines()
    assert first == "Traceback (most recent call last):"
    assert [frame.rpartition(" in ")[2] for frame in frames] == ["t", "hang"]
    assert last == "TimeoutError: took longer than its limit of 0.7 s"
    assert "mlx: the process is ended: it ran for 0.7 s, its timeout=\n" in bundle.log("t")


@pytest.mark.parametrize(
    "body",
    [
        "import signal\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    sum(range(10**12))",
        "import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)",
        "import os\n    os.closerange(0, 1000)\n    sum(range(10**12))",
        "import os\n    os.execvp('sleep', ['sleep', '600'])",
        "try:\n        while True: pass\n    finally:\n        return 5",
    ],
    ids=["signals blocked", "stopped", "descriptors closed", "another program", "finally"],
)
def test_nothing_keeps_a_program_going(tmp_path, body):
    (run,) = one_trial(tmp_path, f"def t():\n    {body}", timeout=0.5).run_trial("t")
    assert (run["type"], run["return_code"]) == ("TimeoutError", -9)


def test_the_time_before_the_function_counts(tmp_path):
    (run,) = one_trial(
        tmp_path, "import time\ntime.sleep(60)\ndef t(): ...", timeout=0.5
    ).run_trial("t")
    assert run["type"] == "TimeoutError"


def test_a_fresh_interpreter_keeps_to_the_limits_too(tmp_path):
    bundle = one_trial(tmp_path, "def t():\n    while True: pass", timeout=1)
    (run,) = bundle.run_trial("t", context={"pythonhashseed": 7})
    assert (run["type"], "in t\n" in run["traceback"]) == ("TimeoutError", True)


def test_what_was_returned_in_time_counts(tmp_path):
    body = "import threading, time\ndef t():\n    threading.Thread(target=time.sleep, args=[60]).start()\n    return 5"
    bundle = one_trial(tmp_path, body, timeout=0.7)
    (run,) = bundle.run_trial("t")
    assert run["result"] == 5
    assert "its timeout=" in bundle.log("t")


def test_a_later_combination_of_a_chain_sees_no_update_of_one_that_was_ended(tmp_path):
    source = """
        def t(n):
            while n == 1: pass
            return {"context_update": {"last": n}, "saw": SETUP.get("last")}
    """
    bundle = Bundle(tmp_path, source)
    bundle.trial("t", {"n": [0, 1, 2]}, batch=3, chained=True, timeout=0.7)
    runs = bundle.run_trial("t")
    assert [run.get("result", {}).get("saw") for run in runs] == [None, None, 0]


# ------------------------------------------------------------------ memory

GROWING = """
import os, time
def t(n):
    kept = []
    if n == 1:
        while len(kept) < 5000:
            kept.append(bytearray(2_000_000))
    if n == 2:
        if not os.fork():
            while len(kept) < 5000:
                kept.append(bytearray(2_000_000))
        time.sleep(60)
    return n
"""


@LINUX
def test_too_much_memory_is_a_failure(tmp_path):
    bundle = Bundle(tmp_path, GROWING).trial("t", {"n": [0, 1, 2, 3]}, batch=4, memory=200 * MB)
    runs = bundle.run_trial("t")
    assert [run.get("type", run.get("result")) for run in runs] == [
        *(0, "MemoryError", "MemoryError", 3)
    ]
    for run in runs[1:3]:
        assert run["error"] == "used more memory than its limit of 200 MB"
        assert (run["return_code"], run["limit"]) == (-9, {"memory": 200 * MB})
    assert "memory= allows 200 MB" in bundle.log("t")


NOT_USED = {
    "address space": "mmap.mmap(-1, 10**10)",
    "a file that is mapped": (
        "mmap.mmap(os.open('big', os.O_RDONLY), 0, prot=mmap.PROT_READ)\n"
        "    assert sum(mapped[at] for at in range(0, len(mapped), 4096)) == 0"
    ),
}


@LINUX
@pytest.mark.parametrize("what", NOT_USED)
def test_memory_that_the_system_need_not_keep_does_not_count(tmp_path, what):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(150 * MB)
    body = f"import mmap, os, time\ndef t():\n    mapped = {NOT_USED[what]}\n    time.sleep(0.5)\n    return 5"
    (run,) = one_trial(tmp_path, body, memory=100 * MB).run_trial("t")
    assert run["result"] == 5


@LINUX
def test_what_forks_share_counts_once(tmp_path):
    source = """
        import os, time
        def t():
            shared = bytearray(100_000_000)
            children = []
            for _ in range(4):
                pid = os.fork()
                if not pid:
                    time.sleep(0.6)
                    os._exit(0)
                children.append(pid)
            return [os.waitpid(pid, 0)[1] for pid in children]
    """
    (run,) = one_trial(tmp_path, source, memory=250 * MB).run_trial("t")
    assert run["result"] == [0, 0, 0, 0]


@LINUX
def test_the_system_rather_kills_user_code(tmp_path):
    source = "def t():\n    return int(open('/proc/self/oom_score_adj').read())"
    (run,) = one_trial(tmp_path, source).run_trial("t")
    own = int(Path("/proc/self/oom_score_adj").read_text())
    assert run["result"] == min(own + 200, 1000)


@LINUX
def test_a_worker_that_was_killed_says_what_to_do(tmp_path):
    bundle = one_trial(
        tmp_path, "import os, time\ndef t():\n    open('ready', 'w')\n    time.sleep(60)"
    )
    worker = start(bundle)
    wait_for((tmp_path / "ready").exists)
    os.kill(int(Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text()), 9)
    _, said = worker.communicate(timeout=30)
    assert worker.returncode == 128 + 9
    assert said == (
        b"mlx: the worker was killed, which may be for lack of memory: run snakemake again\n"
    )


# ------------------------------------------------------------------ limits that change


def test_a_stored_failure_counts_only_for_the_limit_that_made_it(tmp_path):
    """It is found again in another job with the same combination, unless the limit has changed."""
    source = "def t(n):\n    while n == 1: pass\n    return n"
    bundle = Bundle(tmp_path, source).trial("t", {"n": [0, 1]}, batch=2, timeout=0.5)
    entry = bundle.plan["trials"][0]

    def run(job):
        entry["jobs"] = [f"{job} 0 2 t-0"]
        bundle.run(*bundle.trial_words("t", job), "--store", "store")
        bundle.run("pack-store", "--store", "store")
        return bundle.read(f"runs/t/{job}.json")

    first, other = run("first"), run("other")
    assert [run["duration"] for run in other["runs"]] == [r["duration"] for r in first["runs"]]
    entry["timeout"] = 0.6
    third = run("third")
    assert third["runs"][0]["duration"] == first["runs"][0]["duration"]
    assert [run.get("limit") for run in third["runs"]] == [None, {"timeout": 0.6}]
    assert third["made_from"]["limits"] == {"timeout": 0.6}


def test_only_a_limit_that_ended_something_can_be_outdated():
    now = {"timeout": 5, "memory": None}
    assert outdated(None, now) == outdated({}, now) == outdated({"timeout": 5}, now) == []
    assert outdated({"timeout": 4}, now) == [("timeout", 4, 5)]
    assert outdated({"memory": 10}, now) == [("memory", 10, None)]


def test_texts():
    texts = {
        0: "0 bytes",
        999: "999 bytes",
        34_200: "34.2 KB",
        5_000_000: "5 MB",
        1_500_000: "1.5 MB",
        2e9: "2 GB",
        1_234_567_890: "1.23 GB",
        10**12: "1 TB",
    }
    assert {each: size_text(each) for each in texts} == texts
    assert traceback_of("Stack (most recent call first):\n") == ""
    said = 'Stack (most recent call first):\n  File "/e.py", line 2 in f\n  File "/e.py", line 9 in t\n'
    assert traceback_of(said) == (
        "Traceback (most recent call last):\n"
        '  File "/e.py", line 9 in t\n  File "/e.py", line 2 in f\n'
    )
