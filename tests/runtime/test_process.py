"""Real processes: output, ends of all kinds, and that nothing outlives its job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.handmade_bundles import Bundle, one_trial

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")

BEAT = """
import os, sys, time

def beat(path):
    while True:
        with open(path, "a") as file:
            file.write("x")
        time.sleep(0.02)
"""

ALONE = (
    BEAT
    + """
def t():
    open("pid", "w").write(str(os.getpid()))
    beat("beats")
"""
)

FAMILY = (
    BEAT
    + """
def t():
    if not os.fork():
        os.setsid()
        if not os.fork():
            beat("beats")
        time.sleep(60)
    time.sleep(60)
"""
)


def start(bundle, words=None, prefix=()):
    command = [*prefix, *(words or bundle.words(*bundle.trial_words("t", "0")))]
    return subprocess.Popen(
        command, cwd=bundle.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def size(path):
    return path.stat().st_size if path.exists() else 0


def stops(path):
    """Tell whether nobody writes to the file any more, soon."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        before = size(path)
        time.sleep(0.3)
        if size(path) == before:
            return True
    return False


def finish(process):
    process.communicate(timeout=20)
    return process.returncode


@pytest.mark.parametrize("source", [ALONE, FAMILY])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_told_to_stop(tmp_path, source, name):
    bundle = one_trial(tmp_path, source)
    worker = start(bundle)
    beats = tmp_path / "beats"
    wait_for(lambda: size(beats) > 2)
    number = getattr(signal, name)
    worker.send_signal(number)
    assert finish(worker) == 128 + number
    assert stops(beats)
    assert not (tmp_path / "runs").exists()


@LINUX
@pytest.mark.parametrize("source", [ALONE, FAMILY])
def test_killed_worker_takes_its_jobs_along(tmp_path, source):
    worker = start(one_trial(tmp_path, source))
    beats = tmp_path / "beats"
    wait_for(lambda: size(beats) > 2)
    worker.kill()
    assert finish(worker) == -signal.SIGKILL
    assert stops(beats)


@LINUX
@pytest.mark.parametrize("source", [ALONE, FAMILY])
def test_killed_supervisor_takes_its_jobs_along(tmp_path, source):
    worker = start(one_trial(tmp_path, source))
    beats = tmp_path / "beats"
    wait_for(lambda: size(beats) > 2)
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    assert finish(worker) == 128 + signal.SIGKILL
    assert stops(beats)
    assert not (tmp_path / "runs").exists()


FAKE_SNAKEMAKE = """
import subprocess, sys
subprocess.run(["bash", "-c", "set -e; " + sys.argv[1] + "; true"])
"""


@LINUX
@pytest.mark.parametrize("source", [ALONE, FAMILY])
def test_killed_snakemake_takes_its_jobs_along(tmp_path, source):
    bundle = one_trial(tmp_path, source)
    line = " ".join(bundle.words(*bundle.trial_words("t", "0"))) + "; echo end > ended"
    snakemake = start(bundle, [sys.executable, "-c", FAKE_SNAKEMAKE, line])
    beats = tmp_path / "beats"
    wait_for(lambda: size(beats) > 2)
    snakemake.kill()
    assert finish(snakemake) == -signal.SIGKILL
    assert stops(beats)
    assert not (tmp_path / "runs").exists()


@LINUX
def test_what_a_combination_leaves_behind_is_ended(tmp_path):
    source = (
        BEAT
        + """
def t():
    if not os.fork():
        os.setsid()
        if not os.fork():
            beat("beats")
        os._exit(0)
    while not os.path.exists("beats"):
        time.sleep(0.01)
    return 1
"""
    )
    bundle = one_trial(tmp_path, source)
    began = time.monotonic()
    (run,) = bundle.run_trial("t")
    assert run["result"] == 1
    assert time.monotonic() - began < 10
    before = size(tmp_path / "beats")
    time.sleep(0.2)
    assert size(tmp_path / "beats") == before


def test_an_ignored_hangup_stays_ignored(tmp_path):
    source = "import os, time\ndef t():\n    open('up', 'w')\n    time.sleep(1)\n    return 1\n"
    bundle = one_trial(tmp_path, source)
    words = bundle.words(*bundle.trial_words("t", "0"))
    worker = start(bundle, words, ["nohup"])
    wait_for((tmp_path / "up").exists)
    worker.send_signal(signal.SIGHUP)
    assert finish(worker) == 0
    assert bundle.read("runs/t/0.json")["runs"][0]["result"] == 1


def test_much_output(tmp_path):
    source = (
        "import sys\ndef t():\n    for _ in range(50):\n        sys.stdout.write('y' * 1_000_000)\n"
    )
    bundle = one_trial(tmp_path, source)
    (run,) = bundle.run_trial("t")
    assert run["success"]
    assert size(tmp_path / "logs" / "t" / "0.log") == 50_000_000


def test_output_of_any_bytes(tmp_path):
    source = "import os\ndef t(): os.write(1, bytes(range(256))); os.write(2, b'\\xff\\n')"
    bundle = one_trial(tmp_path, source, stream=True)
    done = subprocess.run(
        bundle.words(*bundle.trial_words("t", "0")), cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout == bytes(range(256))
    assert done.stderr == b"\xff\n"
    assert len((tmp_path / "logs" / "t" / "0.log").read_bytes()) == 258


def test_closed_streams(tmp_path):
    source = """
    import os
    def t():
        os.close(1)
        os.close(2)
        os.close(0)
        return 1
    """
    (run,) = one_trial(tmp_path, source).run_trial("t")
    assert run["result"] == 1


def test_order_of_both_streams(tmp_path):
    source = """
    import sys, time
    def t():
        for n in range(3):
            print("out", n)
            time.sleep(0.05)
            print("err", n, file=sys.stderr)
            time.sleep(0.05)
    """
    bundle = one_trial(tmp_path, source)
    bundle.run_trial("t")
    assert bundle.log("t").split("\n")[:4] == ["out 0", "err 0", "out 1", "err 1"]


def test_output_before_a_crash_is_kept(tmp_path):
    bundle = one_trial(tmp_path, "import os\ndef t():\n    print('said')\n    os._exit(1)\n")
    bundle.run_trial("t")
    assert bundle.log("t") == "said\n"


SPEAK = "import sys\ndef t(n):\n    print('a', n)\n    print('b', end='')\n    print('e', file=sys.stderr)\n"


def test_a_single_combination_streams_as_it_is(tmp_path):
    bundle = Bundle(tmp_path, SPEAK).trial("t", {"n": [1]}, stream=True)
    done = bundle.run(*bundle.trial_words("t", "0"))
    assert done.stdout == "a 1\nb"
    assert done.stderr == "e\n"


def test_several_combinations_stream_with_their_names(tmp_path):
    bundle = Bundle(tmp_path, SPEAK).trial("t", {"n": [1, 2]}, stream=True)
    done = bundle.run(*bundle.trial_words("t", "1"))
    assert done.stdout == "[1] a 2\n[1] b\n"
    assert done.stderr == "[1] e\n"


def test_a_batch_streams_with_the_values(tmp_path):
    bundle = Bundle(tmp_path, SPEAK).trial("t", {"n": [1, 2]}, stream=True, batch=2)
    done = bundle.run(*bundle.trial_words("t", "0"))
    assert done.stdout == "[n=1] a 1\n[n=1] b\n[n=2] a 2\n[n=2] b\n"


def test_stream_all(tmp_path):
    bundle = Bundle(tmp_path, SPEAK).trial("t", {"n": [1]})
    assert bundle.run(*bundle.trial_words("t", "0")).stdout == ""
    bundle.plan["stream_all"] = True
    assert bundle.run(*bundle.trial_words("t", "0")).stdout == "a 1\nb"


@pytest.mark.parametrize(
    ("said", "parallel", "shown"), [("1", None, "a 1\nb"), ("0", None, ""), ("1", 2, "")]
)
def test_the_environment_may_ask_to_stream_all_but_parallel_trials(tmp_path, said, parallel, shown):
    bundle = Bundle(tmp_path, SPEAK).trial("t", {"n": [1]}, parallel=parallel)
    bundle.environment["MLX_STREAM_ALL"] = said
    assert bundle.run(*bundle.trial_words("t", "0")).stdout == shown


def test_a_reader_who_leaves_does_not_stop_the_job(tmp_path):
    source = "def t():\n    for n in range(100_000):\n        print('line', n)\n    return 1\n"
    bundle = one_trial(tmp_path, source, stream=True)
    worker = start(bundle)
    worker.stdout.close()
    assert worker.stderr.read() == b""
    worker.stderr.close()
    assert worker.wait(20) == 0
    assert bundle.read("runs/t/0.json")["runs"][0]["result"] == 1


def test_a_fork_bomb_s_children_of_a_batch_end_between_combinations(tmp_path):
    source = (
        BEAT
        + """
def t(n):
    if n == 1 and not os.fork():
        beat("beats")
    if n == 2:
        before = os.path.getsize("beats") if os.path.exists("beats") else 0
        time.sleep(0.2)
        return os.path.exists("beats") and os.path.getsize("beats") - before
    while not os.path.exists("beats"):
        time.sleep(0.01)
"""
    )
    bundle = Bundle(tmp_path, source).trial("t", {"n": [1, 2]}, batch=2)
    assert bundle.run_trial("t")[1]["result"] == 0


def test_many_trivial_combinations_are_cheap(tmp_path):
    bundle = Bundle(tmp_path, "def t(n): return n").trial("t", {"n": list(range(200))}, batch=200)
    began = time.monotonic()
    runs = bundle.run_trial("t")
    assert [run["result"] for run in runs] == list(range(200))
    assert time.monotonic() - began < 10


@LINUX
def test_a_job_has_its_own_session_and_dies_with_the_supervisor(tmp_path):
    source = """
    import ctypes, os
    def t():
        signum = ctypes.c_int()
        ctypes.CDLL(None).prctl(2, ctypes.byref(signum), 0, 0, 0)
        return [os.getsid(0) == os.getpid() == os.getpgrp(), signum.value]
    """
    (run,) = one_trial(tmp_path, source).run_trial("t")
    assert run["result"] == [True, signal.SIGKILL]


def test_no_process_of_ours_is_left(tmp_path):
    bundle = one_trial(tmp_path, ALONE)
    worker = start(bundle)
    wait_for(lambda: size(tmp_path / "pid") and size(tmp_path / "beats"))
    pid = int((tmp_path / "pid").read_text())
    worker.terminate()
    finish(worker)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
