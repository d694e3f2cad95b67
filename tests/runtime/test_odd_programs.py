"""Programs that turn Python inside out: their result, or their own error, stands as in a plain run."""

from __future__ import annotations

import signal
import subprocess

from tests.support.handmade_bundles import Bundle, one_trial

UNUSABLE = "lambda *_, **__: 1 / 0"

RETURNING = {
    "closes its streams": "sys.stdout.close(); sys.stderr.close()",
    "replaces its streams": "sys.stdout = io.StringIO(); sys.stderr = 3",
    "has no streams": "sys.stdout = sys.stderr = None; print('x')",
    "closes the descriptors of its streams": "os.close(1); os.close(2)",
    "closes all descriptors": "os.closerange(3, 4096)",
    "closes all descriptors one by one": "[close(fd) for fd in range(3, 256)]",
    "writes to all descriptors": "[write(fd) for fd in range(3, 256)]",
    "has no clock": f"time.time = time.monotonic = time.sleep = {UNUSABLE}",
    "has lost its clock": "del time.monotonic, time.time",
    "has no builtins": "\n".join(
        f"builtins.{name} = {UNUSABLE}"
        for name in ("open", "len", "isinstance", "str", "int", "list", "dict", "print", "map")
    ),
    "has lost builtins": "del builtins.len, builtins.isinstance",
    "has no os": f"os.write = os.replace = os.getpid = os.open = {UNUSABLE}",
    "has lost os": "os.path = os.environ = None; del os.write",
    "has no json": f"json.dumps = json.loads = {UNUSABLE}; json.encoder.JSONEncoder = None",
    "has no lines": f"import linecache; linecache.getline = linecache.getlines = {UNUSABLE}",
    "has no tracebacks": "import traceback; traceback.TracebackException = traceback.extract_tb = 3",
    "has no modules": "sys.modules.clear()",
    "cannot import": "sys.meta_path.clear(); sys.path.clear()",
    "cannot exit": f"os._exit = sys.exit = {UNUSABLE}",
    "has an odd hook": f"sys.excepthook = sys.displayhook = {UNUSABLE}",
}

RAISING = {
    "str raises": ("def __str__(self): raise SystemExit(4)", "<E whose str() failed>"),
    "str is none": ("def __str__(self): return 5", "<E whose str() failed>"),
    "reduce raises": ("def __reduce__(self): raise RuntimeError", "said"),
    "class is a method": ("def __class__(self): raise RuntimeError", "said"),
    "has no attributes": ("def __getattribute__(self, name): raise KeyboardInterrupt", "said"),
    "has an odd class": ("", "said"),
}

PROGRAM = """
import builtins, io, json, os, sys, time

def close(fd):
    try: os.close(fd)
    except OSError: pass

def write(fd):
    try: os.write(fd, b"{}\\0{}\\0junk\\0")
    except OSError: pass

def returns(code):
    exec(code)
    return {"a": [1, 2.5]}

def raises_after(code):
    exec(code)
    raise ValueError("the user's")

def raises(body):
    class Meta(type):
        def __getattribute__(cls, name): raise RuntimeError
    class E(Exception, **({} if body else {"metaclass": Meta})):
        exec(body)
    raise E("said")
"""


def runs(folder, name, values, parameter="code"):
    bundle = Bundle(folder, PROGRAM)
    values = list(values)
    return bundle.trial(name, {parameter: values}, batch=len(values)).run_trial(name)


def test_results_stand(tmp_path):
    found = runs(tmp_path, "returns", RETURNING.values())
    expected = {name: {"a": [1, 2.5]} for name in RETURNING}
    assert dict(zip(RETURNING, [run.get("result", run) for run in found], strict=True)) == expected


def test_errors_of_the_user_stand(tmp_path):
    found = runs(tmp_path, "raises_after", RETURNING.values())
    errors = [(run["type"], run["error"]) for run in found]
    assert dict(zip(RETURNING, errors, strict=True)) == dict.fromkeys(
        RETURNING, ("ValueError", "the user's")
    )
    assert not any("mlx_runtime" in run["traceback"] for run in found)


def test_odd_exceptions(tmp_path):
    found = runs(tmp_path, "raises", [body for body, _ in RAISING.values()], "body")
    errors = [(run["type"], run["error"], run["return_code"]) for run in found]
    expected = {name: ("E", text, 1) for name, (_, text) in RAISING.items()}
    assert dict(zip(RAISING, errors, strict=True)) == expected
    assert all("raise E(" in run["traceback"] for run in found)


def test_recursion_beyond_all_limits(tmp_path):
    source = """
    import sys
    def t(how):
        sys.setrecursionlimit(20_000 if how == "deep" else 10**9)
        def down(n):
            return down(n + 1)
        if how == "in C":
            nested = []
            for _ in range(10**6):
                nested = [nested]
            return repr(nested)
        return down(0)
    """
    bundle = Bundle(tmp_path, source)
    bundle.trial("t", {"how": ["deep", "in C", "endless"]}, batch=3, memory=200_000_000)
    deep, in_c, endless = bundle.run_trial("t")
    assert deep["type"] == "RecursionError"
    calls = deep["traceback"].split("File ")
    assert len(calls) < 20  # a thousand at each end, of which Python writes those that repeat once
    assert "calls left out" in calls[5]
    left_out = int(calls[5].split()[0].strip('"<'))
    # So many of `down`, `t`, and few of the worker's.
    assert 19_900 < left_out + 2000 < 20_002
    assert calls[1].startswith(f'"{tmp_path}')
    assert "return down(0)" in calls[1]
    assert in_c["type"] in {"SIGSEGV", "RecursionError"}  # the latter since Python 3.12
    assert endless["type"] == "MemoryError"


def test_results_that_nobody_could_read(tmp_path):
    source = """
    import sys
    def t(digits, depth):
        sys.setrecursionlimit(1_000_000)
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)
        found = 10 ** (digits - 1)
        for _ in range(depth):
            found = [found]
        return found
    """
    bundle = Bundle(tmp_path, source)
    bundle.trial("t", {"digits": [4300, 4301], "depth": [1, 1200, 100_000]}, batch=6)
    flat, deep, deeper, long, *both = bundle.run_trial("t")
    assert flat["result"] == [10**4299]
    assert deep["error"] == "result is not JSON: result is nested too deeply"
    assert "it has an integer of more than 4300 digits: return str(value)" in long["error"]
    assert deeper["error"] == deep["error"]
    assert {run["type"] for run in (deep, deeper, long, *both)} == {"TypeError"}


def test_a_message_of_megabytes_is_one_line_of_a_screen(tmp_path):
    bundle = one_trial(tmp_path, "def t(): raise ValueError('x' * 3_000_000)")
    bundle.write()
    done = bundle.run("trial", "t", *bundle.trial_words("t", "0")[2:])
    (run,) = bundle.read("runs/t/0.json")["runs"]
    assert len(run["error"]) == 3_000_000
    assert len(done.stderr) < 2000
    assert "xxx… (log: logs/t/0.log)" in done.stderr


def test_a_safe_path(tmp_path):
    bundle = one_trial(tmp_path, "import sys\ndef t(): return sys.path[0]")
    bundle.environment["PYTHONSAFEPATH"] = "1"
    (run,) = bundle.run_trial("t")
    assert run["result"] == str(tmp_path)


def test_streams_can_be_set_where_the_worker_writes_to_a_file(tmp_path):
    source = """
    import sys
    def t():
        sys.stdout.reconfigure(encoding="latin-1")
        print("\\xe9")
        return [sys.stdout is sys.__stdout__, sys.stdout.seekable(), sys.stderr.seekable()]
    """
    bundle = one_trial(tmp_path, source)
    with (tmp_path / "out").open("w") as file:
        words = bundle.words(*bundle.trial_words("t", "0"))
        subprocess.run(words, cwd=tmp_path, stdout=file, stderr=file, check=True)
    (run,) = bundle.read("runs/t/0.json")["runs"]
    assert run["result"] == [True, False, False]
    assert (tmp_path / "logs/t/0.log").read_bytes() == b"\xe9\n"


LINGERING = """
import atexit, os, signal, threading, time

def sleeps(): time.sleep(1000)

def prints():
    while True:
        print("still here")
        time.sleep(0.05)

def t(how):
    if how in ("sleeps", "prints"):
        threading.Thread(target=globals()[how]).start()
    if how == "stops":
        os.kill(os.getpid(), signal.SIGSTOP)
    if how == "stops later":
        atexit.register(os.kill, os.getpid(), signal.SIGSTOP)
    if how == "is continued":
        me = os.getpid()
        if not os.fork():
            time.sleep(0.1)
            os.kill(me, signal.SIGCONT)
            os._exit(0)
        os.kill(me, signal.SIGSTOP)
    return how
"""


def test_what_does_not_end(tmp_path):
    hows = ["sleeps", "prints", "stops", "stops later", "is continued"]
    bundle = Bundle(tmp_path, LINGERING).trial("t", {"how": hows}, batch=len(hows))
    bundle.environment["MLX_LINGER"] = "0.4"
    found = bundle.run_trial("t")
    assert [run.get("result") for run in found] == [*hows[:2], None, *hows[3:]]
    assert (found[2]["type"], found[2]["return_code"]) == ("SIGSTOP", -signal.SIGSTOP)
    log = bundle.log("t")
    assert log.count("the process is ended: it went on for 0.4 s after it had returned") == 2
    assert log.count("it stopped itself and was not continued for 0.4 s") == 2


def test_a_program_that_may_write_nothing_has_no_result_that_rests_on_nothing(tmp_path):
    """Not even that it has read a file can be recorded then."""
    source = """
    import resource
    def t(n):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        if n:
            try:
                open("exp.py").read()
            except BaseException:
                pass
        return n
    """
    bundle = Bundle(tmp_path, source).trial("t", {"n": [0, 1]})
    assert bundle.run_trial("t")[0]["result"] == 0
    bundle.run_trial("t", "1", status=1)
    assert "mlx: what the run uses cannot be recorded: File too large" in bundle.log("t", "1")
