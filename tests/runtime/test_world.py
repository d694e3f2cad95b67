"""What user code finds around it: names, paths, modules, streams."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

import pytest

from tests.support.handmade_bundles import Bundle, one_trial


def result(folder, source, **changes):
    (run,) = one_trial(folder, source, **changes).run_trial("t")
    assert run["success"], run
    return run["result"]


def test_names_and_paths(tmp_path):
    source = """
    import os, sys
    at_start = [__name__, __file__, os.getcwd(), sys.argv[:], sys.path[0], SETUP]
    def t():
        return [at_start, sys.modules["exp"] is sys.modules[t.__module__], "mlx" in str(sys.path)]
    """
    here = str(tmp_path)
    file = f"{here}/exp.py"
    started = ["exp", file, here, [file], here, {}]
    assert result(tmp_path, source) == [started, True, False]


def test_main_guard_does_not_fire(tmp_path):
    source = """
    fired = __name__ == "__main__"
    def t():
        import __main__
        return [fired, __main__.__file__.endswith("worker.py")]
    """
    assert result(tmp_path, source) == [False, True]


def test_import_of_itself_is_the_same_module(tmp_path):
    source = """
    kept = object()
    def t():
        import exp, importlib
        return [exp.kept is kept, importlib.import_module("exp").t is t]
    """
    assert result(tmp_path, source) == [True, True]


def test_streams(tmp_path):
    source = "import sys\ndef t(): return [sys.stdin.read(), sys.stdout.encoding]"
    assert result(tmp_path, source)[0] == ""


def test_pickle_dataclass_and_source(tmp_path):
    source = """
    import dataclasses, inspect, pickle

    @dataclasses.dataclass
    class Point:
        x: int

    def t():
        return [pickle.loads(pickle.dumps(Point(3))).x, inspect.getsource(t).splitlines()[0]]
    """
    assert result(tmp_path, source) == [3, "def t():"]


@pytest.mark.parametrize(
    "line",
    [
        "from decorators import setup, trial, verify, VerificationResult",
        "from mlx2smk import setup, trial, verify, VerificationResult",
    ],
)
def test_shims(tmp_path, line):
    source = f"""
    {line}
    @trial(1, {{"n": [1]}}, threads=2)
    def t():
        @setup()
        def s(): return 1
        @verify(["t"])
        def v(): return 2
        return [s(), v(), VerificationResult.SUPPORTS, VerificationResult("refutes").name]
    """
    assert result(tmp_path, source) == [1, 2, "supports", "REFUTES"]


def test_setup_can_be_imported(tmp_path):
    """In a job, the name that editors know is the context, in local modules too."""
    (tmp_path / "helper.py").write_text("from mlx2smk import SETUP as S\ndef f(): return S['a']\n")
    source = """
    import helper, mlx2smk, decorators, mlx2smk.decorators
    before = SETUP
    from mlx2smk import SETUP, trial
    def t():
        same = [mlx2smk.SETUP, decorators.SETUP, mlx2smk.decorators.SETUP, helper.S]
        return [all(each is before is SETUP for each in same), helper.f()]
    """
    (run,) = one_trial(tmp_path, source).run_trial("t", context={"a": 7})
    assert run["result"] == [True, 7]


def test_decorators_beside_the_experiment_win(tmp_path):
    (tmp_path / "decorators.py").write_text("def trial(*a): return lambda f: lambda: 'own'\n")
    source = "from decorators import trial\n@trial(1, {})\ndef t(): return 'plain'"
    assert result(tmp_path, source) == "own"


def test_installed_decorators_do_not(tmp_path, tmp_path_factory):
    installed = tmp_path_factory.mktemp("installed")
    for name in ("decorators", "mlx2smk"):
        (installed / f"{name}.py").write_text("raise ImportError\n")
    source = "import mlx2smk\nfrom decorators import trial\n@trial(1, {})\ndef t(): return 1"
    bundle = one_trial(tmp_path, source)
    bundle.environment["PYTHONPATH"] = str(installed)
    (run,) = bundle.run_trial("t")
    assert run["result"] == 1


def test_user_modules_named_like_the_worker_s(tmp_path):
    bundle = Bundle(tmp_path, "import worker, process\ndef t(): return [worker.x, process.x]")
    modules = [bundle.module("worker", "x = 1"), bundle.module("process", "x = 2")]
    (run,) = bundle.trial("t", {}, modules=modules).run_trial("t")
    assert run["result"] == [1, 2]


@pytest.mark.parametrize("name", ["select", "ctypes", "types", "struct", "traceback"])
def test_user_modules_named_like_python_s(tmp_path, name):
    bundle = Bundle(tmp_path, f"import {name}\ndef t(n): return {name}.mine")
    bundle.trial("t", {"n": [1]}, modules=[bundle.module(name, "mine = 1")])
    (run,) = bundle.run_trial("t")
    assert run["result"] == 1


def test_local_modules_and_packages(tmp_path):
    source = """
    import pkg.sub
    from pkg import name
    import pkgutil
    def t():
        from importlib import resources
        import pkg.sub as again
        data = [pkgutil.get_data("pkg", "data.txt").decode()]
        if hasattr(resources, "files"):
            data.append(resources.files("pkg").joinpath("data.txt").read_text())
        return [name, pkg.sub.seen, again is pkg.sub, pkg.__file__, pkg.sub.__file__, set(data) == {"d"}]
    """
    bundle = Bundle(tmp_path, source)
    modules = [
        bundle.module("pkg", "name = 'p'\n", package=True),
        bundle.module("pkg.sub", "from . import name\nseen = name + __name__\n"),
    ]
    (tmp_path / "pkg" / "data.txt").write_text("d")
    (run,) = bundle.trial("t", {}, modules=modules).run_trial("t")
    files = [f"{tmp_path}/pkg/__init__.py", f"{tmp_path}/pkg/sub.py"]
    assert run["result"] == ["p", "ppkg.sub", True, *files, True]


def test_the_slice_of_a_module_runs_not_its_file(tmp_path):
    bundle = Bundle(tmp_path, "import helper\ndef t(): return helper.kept")
    module = bundle.module("helper", "kept = 1\nraise OSError\n", sliced="kept = 1\n")
    (run,) = bundle.trial("t", {}, modules=[module]).run_trial("t")
    assert run["result"] == 1


@pytest.mark.parametrize("edit", [lambda file: file.write_text("x = 2"), os.unlink])
def test_a_module_that_changed_since_fails_the_job(tmp_path, edit):
    bundle = Bundle(tmp_path, "import helper\ndef t(): return helper.x")
    bundle.trial("t", {}, modules=[bundle.module("helper", "x = 1")])
    edit(tmp_path / "helper.py")
    done = bundle.run(*bundle.trial_words("t", "0"), status=1)
    assert done.stderr == "mlx: helper.py changed since compile: run mlx compile again\n"


def test_processes_threads_and_loops_work(tmp_path):
    source = """
    import asyncio, concurrent.futures, multiprocessing, subprocess, sys, threading

    def double(n):
        return 2 * n

    async def later():
        await asyncio.sleep(0)
        return 4

    def t():
        with multiprocessing.get_context("fork").Pool(2) as pool:
            mapped = pool.map(double, [1, 2])
        with concurrent.futures.ThreadPoolExecutor() as threads:
            mapped += threads.map(double, [3])
        said = subprocess.run([sys.executable, "-c", "print(8)"], capture_output=True, text=True)
        return [mapped, asyncio.run(later()), int(said.stdout)]
    """
    assert result(tmp_path, source) == [[2, 4, 6], 4, 8]


def test_functions_reach_the_processes_of_joblib(tmp_path):
    pytest.importorskip("joblib")
    source = """
    from decorators import trial
    import joblib

    def double(n):
        return 2 * n

    @trial(1, {})
    def t():
        return joblib.Parallel(n_jobs=2)(joblib.delayed(double)(n) for n in (1, 2))
    """
    assert result(tmp_path, source) == [2, 4]


def test_environment_is_untouched(tmp_path):
    source = """
    import os, signal, warnings
    def t():
        signals = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP)]
        handler = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        fds = len(os.listdir("/proc/self/fd"))
        return [dict(os.environ), signals, handler, len(signal.pthread_sigmask(0, [])), fds]
    """
    environment, signals, handler, masked, descriptors = result(tmp_path, source)
    ours = {**os.environ}
    # The last two let other interpreters tell what they touch.
    for name in ("LC_CTYPE", "PWD", "OLDPWD", "_", "SHLVL", "PYTHONPATH", "MLX_OBSERVED"):
        environment.pop(name, None)
        ours.pop(name, None)
    assert environment == ours
    assert (signals, handler, masked) == ([0, 0], True, 0)
    assert descriptors < 12


def test_setup_that_fails(tmp_path):
    for body, said in {
        "raise ValueError('no')": "ValueError: no",
        "return 3": "TypeError: a setup returns a dict or nothing, not 'int'",
        "return {'a': {1}}": "TypeError: result is not JSON: result['a'] is of type 'set': return sorted(value)",
        "import sys; sys.exit(0)": "SystemExit: exit status 0",
        "import os; os._exit(3)": "ProcessExit: the process exited with status 3 before the setup",
    }.items():
        folder = tmp_path / said.replace(" ", "").replace("/", "")[:40]
        folder.mkdir()
        bundle = Bundle(folder, f"def init():\n    {body}").setup("init")
        done = bundle.run("setup", "init", "--output", "o.json", "--log", "o.log", status=1)
        assert f"setup 'init' failed: {said}" in done.stderr
        assert not (folder / "o.json").exists()


def test_setup_without_a_return(tmp_path):
    bundle = Bundle(tmp_path, "def init(): pass").setup("init")
    bundle.run("setup", "init", "--output", "o.json", "--log", "o.log")
    assert bundle.read("o.json")["returned"] == {}


@pytest.mark.parametrize("wanted", ["", "1"])
def test_the_worker_keeps_its_own_bytecode_and_tells_nobody(tmp_path, wanted):
    bundle = one_trial(tmp_path, "import sys\ndef t(): return sys.dont_write_bytecode")
    bundle.environment = {"PYTHONDONTWRITEBYTECODE": wanted}
    shutil.rmtree(tmp_path / "workflow/mlx/mlx_runtime/__pycache__")
    (run,) = bundle.run_trial("t")
    assert run["result"] is bool(wanted)
    kept = {path.name.split(".")[0] for path in tmp_path.glob("workflow/mlx/mlx_runtime/*/*.pyc")}
    assert {"__init__", "main", "trial", "jobs", "process", "world", "guards"} <= kept


@pytest.mark.parametrize("context", [{}, {"pythonhashseed": 5}])
def test_garbage_is_collected_as_ever(tmp_path, context):
    bundle = one_trial(tmp_path, "import gc\ndef t(): return gc.isenabled()")
    (run,) = bundle.run_trial("t", context=context)
    assert run["result"] is True


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_standard_streams_may_be_closed(tmp_path, closed):
    source = """
    import sys
    def t():
        print("said")
        print("warned", file=sys.stderr)
        return sys.stdin.read()
    """
    bundle = one_trial(tmp_path, source)
    command = shlex.join(bundle.words(*bundle.trial_words("t", "0")))
    subprocess.run(["sh", "-c", f"{command} {closed}"], cwd=tmp_path, check=True, timeout=60)
    (run,) = bundle.read("runs/t/0.json")["runs"]
    assert run["result"] == ""
    assert bundle.log("t") == "said\nwarned\n"
