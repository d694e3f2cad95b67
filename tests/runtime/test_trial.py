"""Run dicts: what a combination that ends in this or that way leaves."""

from __future__ import annotations

import math

import pytest

from tests.support.handmade_bundles import Bundle, one_trial

START = "import os, signal, sys\nfrom decorators import trial\n"


def run_one(folder, body, **changes):
    indented = body.replace("\n", "\n    ")
    bundle = one_trial(folder, f"{START}@trial(1, {{}})\ndef t():\n    {indented}\n", **changes)
    (run,) = bundle.run_trial("t")
    return run


def test_success(tmp_path):
    run = run_one(tmp_path, "return {'a': (1, 2.5, None, True), 3: 'x'}")
    assert run.pop("duration") >= 0
    assert run == {
        "success": True,
        "result": {"a": [1, 2.5, None, True], "3": "x"},
        "params": {},
        "log": "logs/t/0.log",
    }


def test_job_record(tmp_path):
    bundle = one_trial(tmp_path, START + "def t(): return {'context_update': {'a': 1}}")
    bundle.run_trial("t")
    record = bundle.read("runs/t/0.json")
    assert record["version"] == 1
    assert record["digest"] == "t-0"
    assert record["keys"] == [None]
    assert record["state"] == {}


def test_exception(tmp_path):
    run = run_one(tmp_path, "x = {}\nreturn x['missing']")
    assert run["success"] is False
    assert run["return_code"] == 1
    assert run["type"] == "KeyError"
    assert run["error"] == "'missing'"
    lines = run["traceback"].splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == f'  File "{tmp_path}/exp.py", line 6, in t'
    assert lines[2] == "    return x['missing']"
    assert lines[-1] == "KeyError: 'missing'"
    assert "mlx_runtime" not in run["traceback"]
    assert list(run) == [
        *("success", "return_code", "error", "type", "params", "duration", "log", "traceback")
    ]


def test_exception_is_in_the_log_and_said(tmp_path):
    bundle = one_trial(tmp_path, START + "def t(): raise ValueError('bad\\nworse')")
    done = bundle.run(*bundle.trial_words("t", "0"))
    assert (
        done.stderr
        == "mlx: t failed: ValueError: bad (log: logs/t/0.log); step into it: mlx repro t\n"
    )
    assert bundle.log("t").endswith("ValueError: bad\nworse\n")


def test_exception_while_the_module_runs(tmp_path):
    (run,) = one_trial(tmp_path, "1 / 0\ndef t(): pass").run_trial("t")
    assert run["type"] == "ZeroDivisionError"
    assert run["traceback"].splitlines()[1] == f'  File "{tmp_path}/exp.py", line 1, in <module>'


def test_traceback_of_a_local_import_has_no_frames_of_the_machinery(tmp_path):
    bundle = Bundle(tmp_path, "def t():\n    import helper\n")
    bundle.trial("t", {}, modules=[bundle.module("helper", "x = 1\nraise OSError('no')\n")])
    (run,) = bundle.run_trial("t")
    files = [line for line in run["traceback"].splitlines() if line.startswith("  File")]
    assert files == [
        f'  File "{tmp_path}/exp.py", line 2, in t',
        f'  File "{tmp_path}/helper.py", line 2, in <module>',
    ]


def test_traceback_quotes_what_ran_not_what_was_edited_since(tmp_path):
    bundle = one_trial(tmp_path, "def t():\n    raise ValueError  # as compiled\n")
    (tmp_path / "exp.py").write_text("def t():\n    # edited\n    return 1\n")
    (run,) = bundle.run_trial("t")
    assert "    raise ValueError  # as compiled\n" in run["traceback"]


@pytest.mark.parametrize(
    ("body", "code", "error"),
    [
        ("sys.exit(3)", 3, "exit status 3"),
        ("sys.exit()", 0, "exit status 0"),
        ("sys.exit(0)", 0, "exit status 0"),
        ("sys.exit(-1)", 255, "exit status 255"),
        ("sys.exit(True)", 1, "exit status 1"),
        ("sys.exit(256)", 0, "exit status 0"),
        ("sys.exit('out of data')", 1, "out of data"),
        ("raise SystemExit((1, 2))", 1, "(1, 2)"),
    ],
)
def test_system_exit(tmp_path, body, code, error):
    run = run_one(tmp_path, body)
    assert (run["success"], run["type"]) == (False, "SystemExit")
    assert (run["return_code"], run["error"]) == (code, error)
    assert "traceback" not in run


def test_process_exit(tmp_path):
    run = run_one(tmp_path, "os._exit(7)")
    assert (run["return_code"], run["type"]) == (7, "ProcessExit")
    assert run["error"] == "the process exited with status 7 before the trial returned"
    assert run["duration"] >= 0


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM", "SIGHUP"])
def test_signal(tmp_path, name):
    run = run_one(tmp_path, f"os.kill(os.getpid(), signal.{name})\nsignal.pause()")
    number = {"SIGKILL": 9, "SIGSEGV": 11, "SIGTERM": 15, "SIGHUP": 1}[name]
    assert (run["return_code"], run["type"]) == (-number, name)
    assert run["error"] == f"killed by {name}"


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise MemoryError('much')", "MemoryError", "much"),
        ("f = lambda: f()\nf()", "RecursionError", "maximum recursion depth exceeded"),
        ("raise GeneratorExit('x')", "GeneratorExit", "x"),
        ("raise ValueError('a\\udc80b')", "ValueError", "a\\udc80b"),
        (
            "class E(Exception):\n    def __str__(self): 1 / 0\nraise E",
            "E",
            "<E whose str() failed>",
        ),
    ],
)
def test_other_exceptions(tmp_path, body, kind, error):
    run = run_one(tmp_path, body)
    assert (run["return_code"], run["type"], run["error"]) == (1, kind, error)
    assert "exp.py" in run["traceback"]


def test_exception_group(tmp_path):
    if not hasattr(__import__("builtins"), "ExceptionGroup"):
        pytest.skip("this Python has no exception groups")
    run = run_one(tmp_path, "raise ExceptionGroup('two', [ValueError('v'), OSError('o')])")
    assert (run["type"], run["error"]) == ("ExceptionGroup", "two (2 sub-exceptions)")
    assert "ValueError: v" in run["traceback"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("return {'a': [{1}]}", "result['a'][0] is of type 'set': return sorted(value)"),
        ("return object()", "result is of type 'object'"),
        ("return {'k': {(1, 2): 3}}", "result['k'] has a key of type 'tuple'"),
        ("x = []\nx.append(x)\nreturn {'x': x}", "result['x'][0] contains itself"),
    ],
)
def test_result_that_is_not_json(tmp_path, body, error):
    run = run_one(tmp_path, body)
    assert (run["return_code"], run["type"]) == (1, "TypeError")
    assert run["error"] == f"result is not JSON: {error}"


def test_not_a_number_and_infinity_survive(tmp_path):
    result = run_one(tmp_path, "return [float('nan'), float('inf'), -float('inf')]")["result"]
    assert math.isnan(result[0])
    assert result[1:] == [math.inf, -math.inf]


def test_huge_result(tmp_path):
    result = run_one(tmp_path, "return ['x' * 1000] * 20_000")["result"]
    assert len(result) == 20_000
    assert set(result) == {"x" * 1000}


def test_deep_result(tmp_path):
    run = run_one(tmp_path, "x = []\nfor _ in range(100_000): x = [x]\nreturn x")
    assert run["error"] == "result is not JSON: result is nested too deeply"


def test_lone_surrogate_in_a_result(tmp_path):
    assert run_one(tmp_path, "return 'a\\udc80'")["result"] == "a\udc80"


def test_death_after_the_return_keeps_the_result(tmp_path):
    body = "import atexit\natexit.register(os.kill, os.getpid(), signal.SIGKILL)\nreturn 5"
    bundle = one_trial(tmp_path, START + "def t():\n    " + body.replace("\n", "\n    "))
    (run,) = bundle.run_trial("t")
    assert (run["success"], run["result"]) == (True, 5)
    assert "after the trial returned: SIGKILL, -9; it counts" in bundle.log("t")


def test_exit_of_the_process_after_the_return_keeps_the_result(tmp_path):
    body = "import atexit\natexit.register(os._exit, 3)\nreturn 5"
    bundle = one_trial(tmp_path, START + "def t():\n    " + body.replace("\n", "\n    "))
    (run,) = bundle.run_trial("t")
    assert (run["success"], run["result"]) == (True, 5)
    assert "after the trial returned: ProcessExit, 3; it counts" in bundle.log("t")


def test_what_exits_normally_do_is_done(tmp_path):
    body = """
    import atexit, sys, threading, time
    kept = open("kept.txt", "w")

    def late():
        time.sleep(0.2)
        print("thread", file=open("thread.txt", "w"))

    def t():
        atexit.register(print, "registered")
        threading.Thread(target=late).start()
        kept.write("flushed")
        sys.stdout.buffer.write(b"raw ")
        return 1
    """
    bundle = one_trial(tmp_path, body)
    (run,) = bundle.run_trial("t")
    assert run["success"]
    assert (tmp_path / "kept.txt").read_text() == "flushed"
    assert (tmp_path / "thread.txt").read_text() == "thread\n"
    assert bundle.log("t") == "raw registered\n"


def test_fork_that_returns_twice_counts_once(tmp_path):
    run = run_one(tmp_path, "pid = os.fork()\nif pid: os.waitpid(pid, 0)\nreturn bool(pid)")
    assert run["result"] is True


BATCH = """
def t(n, m):
    if n == 2:
        raise ValueError(m)
    return [n, m, SETUP.get("last"), {"context_update": 0} and 0]
"""


def test_batch(tmp_path):
    bundle = Bundle(tmp_path, BATCH).trial("t", {"n": [1, 2], "m": ["a", "b"]}, batch=3)
    runs = bundle.run_trial("t", "0")
    assert [run.get("result") for run in runs] == [[1, "a", None, 0], [1, "b", None, 0], None]
    assert [run["success"] for run in runs] == [True, True, False]
    assert runs[2]["error"] == "a"
    (last,) = bundle.run_trial("t", "3")
    assert last["params"] == {"n": 2, "m": "b"}
    assert bundle.log("t").startswith("mlx: combination 0: n=1, m='a'\n")


CHAIN = """
def t(n):
    seen = list(SETUP.items())
    if n == 1:
        raise ValueError
    return {"seen": seen, "context_update": {"last": n}}
"""


def test_chain_within_a_job_and_across_jobs(tmp_path):
    bundle = Bundle(tmp_path, CHAIN).trial("t", {"n": [0, 1, 2, 3]}, batch=3, chained=True)
    runs = bundle.run_trial("t", "0", {"last": -1, "other": 0})
    assert runs[0]["result"]["seen"] == [["last", -1], ["other", 0]]
    assert runs[2]["result"]["seen"] == [["last", 0], ["other", 0]]
    assert bundle.read("runs/t/0.json")["state"] == {"last": 2}
    words = bundle.trial_words("t", "3", {"last": -1, "other": 0})
    bundle.run(*words, "--previous", "runs/t/0.json")
    (run,) = bundle.read("runs/t/3.json")["runs"]
    assert run["result"]["seen"] == [["last", 2], ["other", 0]]


def test_chain_does_not_go_on_from_a_stale_record(tmp_path):
    bundle = Bundle(tmp_path, CHAIN).trial("t", {"n": [0, 2]}, chained=True)
    bundle.run_trial("t", "0")
    bundle.plan["trials"][0]["jobs"][0] = "0 0 1 edited"
    words = bundle.trial_words("t", "1")
    done = bundle.run(*words, "--previous", "runs/t/0.json", status=1)
    assert "stale result runs/t/0.json" in done.stderr
    assert "snakemake --forcerun trial_t or delete runs/t/0.json" in done.stderr


def test_without_a_chain_combinations_do_not_see_updates(tmp_path):
    bundle = Bundle(tmp_path, CHAIN).trial("t", {"n": [0, 2]}, batch=2)
    runs = bundle.run_trial("t", "0", {})
    assert runs[1]["result"]["seen"] == []


def test_update_that_is_no_dict_is_ignored_and_noted(tmp_path):
    bundle = one_trial(tmp_path, "def t(): return {'context_update': [1]}", chained=True)
    (run,) = bundle.run_trial("t")
    assert run["result"] == {"context_update": [1]}
    assert bundle.read("runs/t/0.json")["state"] == {}
    assert "mlx: context_update is not a dict and is ignored: [1]" in bundle.log("t")


def test_exact_values_of_parameters(tmp_path):
    bundle = Bundle(tmp_path, "def t(v): return repr(v)")
    values = [1, 1.0, True, "1", None, (1, (2,)), [1], {"a": (1,)}, math.inf]
    bundle.trial("t", {"v": values}, batch=9)
    runs = bundle.run_trial("t")
    assert [run["result"] for run in runs] == [
        *("1", "1.0", "True", "'1'", "None", "(1, (2,))", "[1]", "{'a': (1,)}", "inf")
    ]
    assert runs[5]["params"] == {"v": [1, [2]]}


def test_combinations_do_not_share_values(tmp_path):
    bundle = Bundle(tmp_path, "def t(v, n):\n    v.append(n)\n    return v\n")
    bundle.trial("t", {"v": [[]], "n": [1, 2]}, batch=2)
    assert [run["result"] for run in bundle.run_trial("t")] == [[1], [2]]


ORDINARY = """
def t(n):
    import colorsys
    with open(f"{n}.txt", "w") as file:
        file.write("x")
    with open(f"{n}.txt") as file:
        return {"context_update": {"last": file.read()}}
"""


def test_what_combinations_need_of_the_worker_is_imported_once_for_a_batch(tmp_path):
    """An import takes much longer in each combination than all else that the worker does for it."""
    bundle = Bundle(tmp_path, ORDINARY).trial("t", {"n": [1, 2]}, batch=2, writes=["last"])
    bundle.environment["PYTHONPROFILEIMPORTTIME"] = "1"  # lines in the logs of the processes
    runs = bundle.run_trial("t", context={"seed": 1})
    assert [run["success"] for run in runs] == [True, True]
    assert bundle.log("t").count("colorsys") == 2
    assert "mlx_runtime" not in bundle.log("t")
