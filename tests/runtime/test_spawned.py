"""Functions of the experiment in processes that start with a fresh interpreter.

`multiprocessing` with spawn and forkserver, and joblib's `loky`. What they should return is what Python
returns where the functions run in one process, and arithmetic.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.support.handmade_bundles import Bundle, one_trial

FRESH = ["spawn", "forkserver"]

FUNCTIONS = """
import multiprocessing, random, sys
import helper

UNUSED = 1

class Point:
    def __init__(self, x):
        self.x = x * SETUP["lr"]

def scaled(n):
    return n * SETUP["lr"] + helper.offset()

def read(name):
    with open(name) as file:
        return file.read()

def drawn(_):
    return random.random()

def seen(_):
    return [__name__, __file__, sys.path[0], sys.argv, "hidden" in vars(sys.modules["exp"])]
"""

CONTEXT = {"lr": 3, "seed": 11, "other": 5}


def bundle(folder, body, **changes):
    """Return a trial `t` of these functions; `hidden` is in the file, but not in its slice."""
    text = f"{FUNCTIONS}\n{body}\n"
    made = Bundle(folder, f"{text}hidden = 1\n")
    module = made.module("helper", "hidden = 1\ndef offset(): return 10\n", removed=["hidden"])
    given = {"text": text, "reads": ["lr", "seed"], "removed": ["hidden"], "modules": [module]}
    return made.trial("t", {}, **given, **changes)


POOL = """
def t():
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        return [
            pool.map(scaled, range(3)), pool.map(read, ["data.txt"]),
            [point.x for point in pool.map(Point, range(3))], pool.apply(seen, [0]),
        ]
"""


@pytest.mark.parametrize("method", FRESH)
def test_a_pool(tmp_path, method):
    made = bundle(tmp_path, POOL.format(method=method))
    (tmp_path / "data.txt").write_text("some data")
    (run,) = made.run_trial("t", context=CONTEXT)
    file = str(tmp_path / "exp.py")
    seen = ["exp", file, str(tmp_path), [file], False]
    assert run["result"] == [[10, 13, 16], ["some data"], [0, 3, 6], seen]
    (observed,) = made.read("runs/t/0.json")["observed"]
    assert list(observed[0]["files"]) == ["data.txt"]
    assert made.log("t") == ""


PROCESS = """
def put(queue):
    queue.put([drawn(0), scaled(1)])

def t():
    context = multiprocessing.get_context({method!r})
    queue = context.SimpleQueue()
    process = context.Process(target=put, args=[queue])
    process.start()
    found = queue.get()
    process.join()
    return [found, process.exitcode]
"""


@pytest.mark.parametrize("method", FRESH)
@pytest.mark.parametrize("hash_seed", [{}, {"pythonhashseed": 3}])
def test_every_process_starts_with_the_seeds(tmp_path, method, hash_seed):
    made = bundle(tmp_path, PROCESS.format(method=method))
    (run,) = made.run_trial("t", context={**CONTEXT, **hash_seed})
    assert run["result"] == [[random.Random(11).random(), 13], 0]  # noqa: S311


LOKY = """
def t():
    from joblib import Parallel, delayed
    inner = 2
    pool = Parallel(n_jobs=2)
    return [
        pool(delayed(scaled)(n) for n in range(3)),
        pool(delayed(lambda n: n * inner + SETUP.get("lr"))(n) for n in range(2)),
        pool(delayed(read)(name) for name in ["data.txt"]),
    ]
"""


@pytest.mark.skipif("MLX_WORKER_PYTHON" in os.environ, reason="it has no joblib")
def test_joblib(tmp_path):
    made = bundle(tmp_path, LOKY)
    (tmp_path / "data.txt").write_text("some data")
    (run,) = made.run_trial("t", context=CONTEXT)
    assert run["result"] == [[10, 13, 16], [3, 5], ["some data"]]
    (observed,) = made.read("runs/t/0.json")["observed"]
    assert "data.txt" in observed[0]["files"]
    assert "helper.py" not in observed[0]["files"]


SNEAKY = """
def sneaky(_):
    return globals()["SETUP"]["other"]

def t():
    try:
        with multiprocessing.get_context({method!r}).Pool(1) as pool:
            return pool.map(sneaky, [0])
    except BaseException:
        return "caught"
"""


@pytest.mark.parametrize("method", ["fork", *FRESH])
def test_the_guards_are_there_and_no_pool_waits_for_ever(tmp_path, method):
    made = bundle(tmp_path, SNEAKY.format(method=method))
    done = made.run(*made.trial_words("t", "0", CONTEXT), status=1)
    assert done.stderr.count("t read SETUP['other'], which the analysis did not foresee") == 1
    assert list((tmp_path / ".mlx" / "unforeseen" / "exp").iterdir())


@pytest.mark.skipif("MLX_WORKER_PYTHON" in os.environ, reason="it has none")
def test_the_guards_are_sent_to_programs_as_well(tmp_path):
    body = """
def t():
    import subprocess
    import cloudpickle
    text = cloudpickle.dumps(lambda: SETUP["other"])
    code = f"import pickle; print(pickle.loads({text!r})())"
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE)
    return done.returncode
"""
    made = bundle(tmp_path, body)
    done = made.run(*made.trial_words("t", "0", CONTEXT), status=1)
    assert "t read SETUP['other'], which the analysis did not foresee" in done.stderr


def test_a_process_that_starts_after_the_plan_has_changed(tmp_path):
    made = bundle(
        tmp_path,
        "def t():\n"
        "    import json, os\n"
        "    path = 'workflow/experiments/exp/plan.json'\n"
        "    plan = json.load(open(path))\n"
        "    plan['trials'][0]['digest'] = 'another'\n"
        "    open(path, 'w').write(json.dumps(plan))\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        return pool.map(scaled, [1])\n",
    )
    done = made.run(*made.trial_words("t", "0", CONTEXT), status=1)
    assert "t was compiled again while it was to start: run snakemake again" in done.stderr


def test_other_programs_do_not_find_the_experiment_as_a_job_does(tmp_path):
    body = """
    import subprocess, sys
    def t():
        code = "import exp; print(exp.left_out, 'SETUP' in vars(exp))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        return [done.stdout, done.stderr]
    """
    made = one_trial(tmp_path, body)
    (tmp_path / "exp.py").write_text("left_out = 1\n")
    (run,) = made.run_trial("t", context=CONTEXT)
    assert run["result"] == ["1 False\n", ""]


LEFT_OUT = {
    "a module's": "import helper; return getattr(helper, 'hid' + 'den') + 40",
    "the experiment's": "return getattr(sys.modules['exp'], 'hid' + 'den') + 40",
    "in a text": "return eval('hid' + 'den') + 40",
    "a module": "import other; return other.hidden + 40",
}


@pytest.mark.parametrize("method", ["fork", *FRESH])
@pytest.mark.parametrize("body", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_slices_leave_out_is_there_on_demand(tmp_path, method, body):
    pool = f"""
def needy(_):
    {body}

def t():
    open("made.txt", "w").close()
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        return pool.map(needy, range(4))
"""
    made = bundle(tmp_path, pool)
    text = f"{FUNCTIONS}\n{pool}\nhidden = 1\n"
    (tmp_path / "exp.py").write_text(text)
    (tmp_path / "other.py").write_text("hidden = 1\n")
    helper = made.plan["trials"][0]["modules"][0]["slice"]
    (made.base / helper).write_text("def offset(): return 10\n")
    (run,) = made.run_trial("t", context=CONTEXT)
    assert run["result"] == [41] * 4
    (observed,) = made.read("runs/t/0.json")["observed"]
    files = {"a module's": "helper.py", "a module": "other.py"}
    name = next(key for key, value in LEFT_OUT.items() if value == body)
    assert list(observed[0]["files"]) == [files.get(name, "exp.py")]
    assert list((tmp_path / ".mlx" / "unforeseen" / "exp").iterdir())
