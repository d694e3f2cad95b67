"""Signals to user code: what a program does to itself is a result, what others do to it is none."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import textwrap

import pytest

from tests.runtime.test_process import finish, start, wait_for
from tests.support.handmade_bundles import Bundle, one_trial

START = """
import os, signal, sys, time

def ready(n=0):
    with open(f"ready.{n}.tmp", "w") as file:
        file.write(str(os.getpid()))
    os.rename(f"ready.{n}.tmp", f"ready.{n}")

"""

STOPPING = ["SIGTERM", "SIGHUP", "SIGINT"]


def bundle_of(folder, body, **changes):
    source = START + "def t():\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return one_trial(folder, source, **changes)


def pid_of(folder, n=0):
    """Wait until user code says that it is ready, and return its process."""
    wait_for((folder / f"ready.{n}").exists)
    return int((folder / f"ready.{n}").read_text())


def hit(bundle, *names, words=None):
    """Start a job and send its user code a signal from here for each name; return its status."""
    worker = start(bundle, words)
    pid = pid_of(bundle.folder)
    for name in names:
        os.kill(pid, getattr(signal, name))
    (bundle.folder / "go").touch()
    _, said = worker.communicate(timeout=30)
    return worker.returncode, said.decode()


WAIT = "while not os.path.exists('go'): time.sleep(0.01)\n"


@pytest.mark.parametrize("name", [*STOPPING, "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGQUIT"])
def test_a_signal_from_outside_is_no_result(tmp_path, name):
    bundle = bundle_of(tmp_path, "ready()\ntime.sleep(60)")
    status, said = hit(bundle, name)
    assert status == 1
    assert said == (
        f"mlx: trial t was stopped by {name} from outside, so it has no result: run snakemake again\n"
    )
    assert said in bundle.log("t")
    assert not (tmp_path / "runs").exists()


HANDLED = {
    "returns": """
        signal.signal(signal.{name}, lambda *_: open("go", "w"))
        ready()
        while not os.path.exists("go"): time.sleep(0.01)
        return "half"
    """,
    "raises": """
        def stop(*_): raise ValueError("stop")
        signal.signal(signal.{name}, stop)
        ready()
        time.sleep(60)
    """,
    "exits": """
        signal.signal(signal.{name}, lambda *_: sys.exit(0))
        ready()
        time.sleep(60)
    """,
    "exits at once": """
        signal.signal(signal.{name}, lambda *_: os._exit(0))
        ready()
        time.sleep(60)
    """,
}


@pytest.mark.parametrize("how", HANDLED)
@pytest.mark.parametrize("name", STOPPING)
def test_what_a_handler_makes_of_it_is_no_result(tmp_path, name, how):
    bundle = bundle_of(tmp_path, HANDLED[how].format(name=name))
    status, said = hit(bundle, name)
    assert status == 1
    assert f"stopped by {name} from outside" in said
    assert not (tmp_path / "runs").exists()


def test_a_caught_interrupt_is_no_result(tmp_path):
    body = "try:\n    ready()\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    return 'half'"
    status, said = hit(bundle_of(tmp_path, body), "SIGINT")
    assert status == 1
    assert "stopped by SIGINT from outside" in said


def test_an_ignored_signal_stops_nothing(tmp_path):
    body = f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nready()\n{WAIT}return 5"
    bundle = bundle_of(tmp_path, body)
    assert hit(bundle, "SIGTERM") == (0, "")
    assert bundle.read("runs/t/0.json")["runs"][0]["result"] == 5


@pytest.mark.parametrize(("end", "status"), [("return 5", 0), ("raise ValueError", 1)])
def test_a_warning_stops_only_a_run_that_failed(tmp_path, end, status):
    body = f"signal.signal(signal.SIGUSR1, lambda *_: None)\nready()\n{WAIT}{end}"
    assert hit(bundle_of(tmp_path, body), "SIGUSR1")[0] == status


def test_a_signal_after_the_return_leaves_the_result(tmp_path):
    body = f"import atexit\ndef late():\n    ready()\n    {WAIT}\natexit.register(late)\nreturn 5"
    bundle = bundle_of(tmp_path, body)
    assert hit(bundle, "SIGINT")[0] == 0
    assert bundle.read("runs/t/0.json")["runs"][0]["result"] == 5


@pytest.mark.parametrize("kind", ["setup", "verify"])
@pytest.mark.parametrize("name", STOPPING)
def test_setups_and_verifications(tmp_path, kind, name):
    source = f"{START}def f(*_):\n    ready()\n    time.sleep(60)\n"
    bundle = Bundle(tmp_path, source)
    add, given = bundle.setup, []
    if kind == "verify":
        add, given = bundle.verification, ["--context", bundle.context({}), "--trials", "."]
    add("f")
    words = bundle.words(kind, "f", *given, "--output", "made.json", "--log", "log")
    status, said = hit(bundle, name, words=words)
    what = {"setup": "setup", "verify": "verification"}[kind]
    assert (status, said.startswith(f"mlx: {what} f was stopped by {name}")) == (1, True)
    assert not (tmp_path / "made.json").exists()


def test_with_an_interpreter_of_its_own(tmp_path):
    bundle = bundle_of(tmp_path, "ready()\ntime.sleep(60)")
    words = bundle.words(*bundle.trial_words("t", "0", {"pythonhashseed": 12345}))
    status, said = hit(bundle, "SIGINT", words=words)
    assert (status, "stopped by SIGINT from outside" in said) == (1, True)


BATCH = """
def t(n):
    open("ran", "a").write(str(n))
    if n == 1 and not os.path.exists("go"):
        ready()
        time.sleep(60)
    return n
"""


def test_finished_combinations_of_a_batch_are_kept(tmp_path):
    bundle = Bundle(tmp_path, START + BATCH).trial("t", {"n": [0, 1, 2]}, batch=3)
    words = bundle.words(*bundle.trial_words("t", "0"), "--store", "store")
    status, said = hit(bundle, "SIGTERM", words=words)
    assert (status, "trial t n=1 was stopped by SIGTERM" in said) == (1, True)
    bundle.run(*bundle.trial_words("t", "0"), "--store", "store")
    assert [run["result"] for run in bundle.read("runs/t/0.json")["runs"]] == [0, 1, 2]
    assert (tmp_path / "ran").read_text() == "0112"


# SIGKILL may be the kernel's, for want of memory


def test_killed_once_runs_again_in_the_job(tmp_path):
    body = "if os.path.exists('go'): return 5\nready()\ntime.sleep(60)"
    bundle = bundle_of(tmp_path, body)
    worker = start(bundle)
    pid = pid_of(tmp_path)
    (tmp_path / "go").touch()
    os.kill(pid, signal.SIGKILL)
    assert finish(worker) == 0
    assert bundle.read("runs/t/0.json")["runs"][0]["result"] == 5
    assert re.search(
        r"killed by SIGKILL, possibly because the memory was exhausted \(it had used [\d.]+ MB\); trying once more",
        bundle.log("t"),
    )


KILLED_TWICE = "n = int(os.path.exists('ready.0'))\nready(n)\ntime.sleep(60)"


def test_killed_twice_has_failed(tmp_path):
    bundle = bundle_of(tmp_path, KILLED_TWICE)
    worker = start(bundle)
    for n in range(2):
        os.kill(pid_of(tmp_path, n), signal.SIGKILL)
    assert finish(worker) == 0
    (run,) = bundle.read("runs/t/0.json")["runs"]
    assert (run["return_code"], run["type"]) == (-9, "SIGKILL")
    assert run["error"] == "killed by SIGKILL twice: probably out of memory"


def test_killed_then_stopped_is_no_result(tmp_path):
    bundle = bundle_of(tmp_path, KILLED_TWICE)
    worker = start(bundle)
    os.kill(pid_of(tmp_path, 0), signal.SIGKILL)
    os.kill(pid_of(tmp_path, 1), signal.SIGTERM)
    assert finish(worker) == 1
    assert not (tmp_path / "runs").exists()


# what a program does to itself

KILL_ME = "import os, signal; os.kill(os.getppid(), signal.{name})"
OWN = {
    "kill": "os.kill(os.getpid(), signal.{name})",
    "kill group": "os.killpg(0, signal.{name})",
    "kill own group": "os.kill(0, signal.{name})",
    "raise": "signal.raise_signal(signal.{name})",
    "thread": "import threading\nsignal.pthread_kill(threading.get_ident(), signal.{name})",
    "fork": "if not os.fork():\n    os.kill(os.getppid(), signal.{name})\n    os._exit(0)",
    "process": "import multiprocessing as m\nm.get_context('fork').Process("
    "target=os.kill, args=(os.getpid(), signal.{name})).start()",
    "shell": "os.system(f'kill -{name} $PPID')",
    "command": "import subprocess\nsubprocess.run(['kill', '-{name}', str(os.getpid())])",
    "python": f"import subprocess\nsubprocess.run([sys.executable, '-c', '{KILL_ME}'])",
    "C": "import ctypes\nctypes.CDLL(None).kill(os.getpid(), int(signal.{name}))",
}


@pytest.mark.parametrize("how", OWN)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_a_program_that_ends_itself_has_a_result(tmp_path, how, name):
    word = name[3:] if how in ("shell", "command") else name
    bundle = bundle_of(tmp_path, OWN[how].replace("{name}", word) + "\ntime.sleep(60)")
    (run,) = bundle.run_trial("t")
    number = getattr(signal, name)
    assert (run["return_code"], run["type"]) == (-number, name)
    assert run["error"] == f"killed by {name}"


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        "signal.raise_signal(signal.SIGINT)",
        "import _thread\n_thread.interrupt_main()",
        "raise KeyboardInterrupt",
    ],
)
def test_a_program_that_interrupts_itself_has_a_result(tmp_path, body):
    (run,) = bundle_of(tmp_path, body + "\ntime.sleep(60)").run_trial("t")
    assert (run["return_code"], run["type"]) == (1, "KeyboardInterrupt")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("signal.alarm(1)", "SIGALRM"),
        ("signal.setitimer(signal.ITIMER_REAL, 0.01)", "SIGALRM"),
        ("os.abort()", "SIGABRT"),
        ("import faulthandler\nfaulthandler._sigsegv()", "SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGFPE)", "SIGFPE"),
        ("os.kill(os.getpid(), signal.SIGBUS)", "SIGBUS"),
        ("os.kill(os.getpid(), signal.SIGILL)", "SIGILL"),
        (
            "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile 1: pass",
            "SIGXCPU",
        ),
        (
            "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile 1: pass",
            "SIGKILL",
        ),
    ],
)
def test_faults_and_limits_of_its_own_are_results(tmp_path, body, name):
    (run,) = bundle_of(tmp_path, body + "\ntime.sleep(60)").run_trial("t")
    assert (run["return_code"], run["type"]) == (-getattr(signal, name), name)


def test_an_own_signal_does_not_cover_for_a_later_one_from_outside(tmp_path):
    body = """
    signal.signal(signal.SIGTERM, lambda *_: None)
    os.kill(os.getpid(), signal.SIGTERM)
    ready()
    while not os.path.exists('go'): time.sleep(0.01)
    return 'half'
    """
    status, said = hit(bundle_of(tmp_path, body), "SIGTERM")
    assert (status, "stopped by SIGTERM from outside" in said) == (1, True)


def test_to_ask_whether_a_process_is_there_sends_nothing(tmp_path):
    body = "os.kill(os.getpid(), 0)\nready()\ntime.sleep(60)"
    assert hit(bundle_of(tmp_path, body), "SIGTERM")[0] == 1


def test_signals_to_children_are_their_own_affair(tmp_path):
    """A pool ends its workers by signals, which handlers that they inherit may get."""
    body = """
    signal.signal(signal.SIGTERM, lambda *_: os._exit(3))
    pid = os.fork()
    if not pid:
        ready()
        time.sleep(60)
    while not os.path.exists('ready.0'): time.sleep(0.01)
    os.kill(pid, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    """
    (run,) = bundle_of(tmp_path, body).run_trial("t")
    assert run["result"] == 3


def test_everything_at_once_is_no_result(tmp_path):
    """As at a shutdown: the job's processes and the user's get the signal together."""
    bundle = bundle_of(tmp_path, "ready()\ntime.sleep(60)")
    worker = subprocess.Popen(
        bundle.words(*bundle.trial_words("t", "0")), cwd=tmp_path, start_new_session=True
    )
    os.kill(pid_of(tmp_path), signal.SIGTERM)
    os.killpg(worker.pid, signal.SIGTERM)
    assert finish(worker) in (1, 128 + signal.SIGTERM)
    assert not (tmp_path / "runs").exists()


WRITE = """
import os, signal, sys
sys.path.insert(0, "workflow/mlx")
from mlx_runtime import records

def pieces():
    yield "begun, "
    os.kill(os.getpid(), signal.{name})
    yield "done"

records.write_text("made", pieces())
"""


@pytest.mark.parametrize("name", STOPPING)
def test_to_stop_waits_until_a_file_is_written(tmp_path, name):
    bundle = bundle_of(tmp_path, "pass")
    done = subprocess.run([bundle.python, "-c", WRITE.format(name=name)], cwd=tmp_path, check=False)
    assert done.returncode == -getattr(signal, name)
    assert (tmp_path / "made").read_text() == "begun, done"
    assert list(tmp_path.glob("*.tmp")) == []
