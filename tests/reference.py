"""The language of SPEC.md, interpreted as plainly as it can be: one thing after another.

This is what the compiled workflows are compared with, so it shares no code with mlx2smk. Every setup,
combination and verification runs in a Python process of its own, which executes the whole file.

    python tests/reference.py experiment.py

prints what `report.json` should hold. Where SPEC.md says nothing, DESIGN.md's decisions hold: they are
marked as "decided" below.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import importlib.util
import itertools
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import tokenize
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERDICTS = ("supports", "refutes", "inconclusive", "invalid", "continue")
KINDS = ("setup", "trial", "verify")
LIBRARIES = ("decorators", "mlx2smk", "mlx2smk.decorators")
INCIDENTAL = ("duration", "log", "traceback")


class ReferenceSetupError(Exception):
    """A setup did not give a JSON object, so nothing after it may run."""


# ---------------------------------------------------------------- what the file declares


def text_of(path: Path) -> str:
    """Return the text of a Python file, in the encoding that it declares."""
    with tokenize.open(path) as file:
        return file.read()


@dataclass(frozen=True)
class Declared:
    """One decorated function: its kind, its name and its decorator's arguments by name."""

    kind: str
    name: str
    arguments: dict


def declared(tree: ast.Module) -> list[Declared]:
    """Return the decorated functions at module level, in file order."""
    names = imported(tree)
    found = []
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call):
                kind = names.get(ast.unparse(decorator.func))
                if kind in KINDS:
                    found.append(Declared(kind, function.name, arguments(kind, decorator)))
    return found


def imported(tree: ast.Module) -> dict[str, str]:
    """Map each spelling of a decorator in this module to what it is: 'm.trial' -> 'trial'."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in LIBRARIES:
            for alias in node.names:
                if alias.name == "*":
                    names.update({kind: kind for kind in KINDS})
                elif f"{node.module}.{alias.name}" in LIBRARIES:
                    module = alias.asname or alias.name
                    names.update({f"{module}.{kind}": kind for kind in KINDS})
                else:
                    names[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in LIBRARIES:
                    names.update({f"{alias.asname or alias.name}.{kind}": kind for kind in KINDS})
    return names


def arguments(kind: str, call: ast.Call) -> dict:
    """Return the decorator's arguments as literals, by name."""
    order = {"setup": ["order"], "trial": ["order", "values"], "verify": ["trial_names"]}[kind]
    given = {name: ast.literal_eval(node) for name, node in zip(order, call.args, strict=False)}
    given.update({keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords})
    return given


def setups_in_order(functions: list[Declared]) -> list[Declared]:
    """Those with an order first, by it; then the others in file order (decided)."""
    setups = [function for function in functions if function.kind == "setup"]
    ordered = [setup for setup in setups if setup.arguments.get("order") is not None]
    unordered = [setup for setup in setups if setup.arguments.get("order") is None]
    return sorted(ordered, key=lambda setup: setup.arguments["order"]) + unordered


def combinations(values: dict[str, list]) -> list[dict]:
    """Return the cartesian product, in the order written, the last parameter fastest."""
    parameters = [name for name in values if name != "__parallel__"]
    product = itertools.product(*(values[name] for name in parameters))
    return [dict(zip(parameters, point, strict=False)) for point in product]


# ---------------------------------------------------------------- the run


def run_experiment(path: Path, directory: Path | None = None, parallel: int | None = None) -> dict:
    """Return what report.json holds after a run of the experiment at `path`.

    `directory` is where the report's `source` is counted from (default: the experiment's own folder);
    `parallel` is MLX_PARALLEL. Raises ReferenceSetupError, naming the setup, where one fails.
    """
    path = path.resolve()
    functions = declared(ast.parse(text_of(path)))
    setup: dict = {}
    for function in setups_in_order(functions):
        setup.update(run_setup(path, function, setup))
    trials = {}
    for function in sorted(
        (function for function in functions if function.kind == "trial"),
        key=lambda trial: trial.arguments["order"],
    ):
        trials[function.name] = run_trial(path, function, setup, parallel)
    verdicts = {
        function.name: run_verification(path, function, setup, trials)
        for function in functions
        if function.kind == "verify"
    }
    source = os.path.relpath(path, (directory or path.parent).resolve())
    return {
        "experiment": path.stem,
        "source": Path(source).as_posix(),
        "status": status([verdict["verdict"] for verdict in verdicts.values()]),
        "context": setup,
        "trials": trials,
        "verifications": verdicts,
    }


def run_setup(path: Path, function: Declared, setup: dict) -> dict:
    """Return what one setup contributes to the context."""
    outcome = in_process(path, function, setup, {})
    if not outcome["success"]:
        raise ReferenceSetupError(f"setup {function.name}: {outcome['type']}: {outcome['error']}")
    if outcome["result"] is None:
        return {}
    if not isinstance(outcome["result"], dict):
        raise ReferenceSetupError(f"setup {function.name}: it did not return a dict")
    return outcome["result"]


def run_trial(path: Path, function: Declared, setup: dict, parallel: int | None) -> list[dict]:
    """Run all combinations; `setup` is updated in place, at once or after the batch."""
    values = function.arguments["values"]
    together = values.get("__parallel__", parallel or 1) > 1
    seen = dict(setup)
    runs = []
    for parameters in combinations(values):
        outcome = in_process(path, function, seen if together else setup, parameters)
        runs.append({**outcome, "params": json.loads(json.dumps(parameters))})
        result = outcome.get("result")
        update = result.get("context_update") if isinstance(result, dict) else None
        if isinstance(update, dict):
            setup.update(update)
    return runs


def run_verification(path: Path, function: Declared, setup: dict, trials: dict) -> dict:
    """Return the verdict, with the error and its type where the verification failed."""
    outcome = in_process(path, function, setup, trials)
    if outcome["success"]:
        return outcome["result"]
    return {"verdict": "invalid", "error": outcome["error"], "type": outcome["type"]}


def status(verdicts: list[str]) -> str:
    """Return the experiment's status (decided)."""
    if not verdicts:
        return "inconclusive"
    if all(verdict == "supports" for verdict in verdicts):
        return "validated"
    if "refutes" in verdicts:
        return "invalidated"
    return "invalid" if "invalid" in verdicts else "inconclusive"


def normalise(report: dict) -> dict:
    """Return the report without what may differ between two right implementations."""
    trials = {
        name: [
            {key: _without_hint(run[key]) for key in run if key not in INCIDENTAL} for run in runs
        ]
        for name, runs in report["trials"].items()
    }
    verdicts = {
        name: {key: verdict[key] for key in verdict if key not in (*INCIDENTAL, "return_code")}
        for name, verdict in report["verifications"].items()
    }
    return {**report, "trials": trials, "verifications": verdicts}


def _without_hint(value: Any) -> Any:
    """Return an error about a result that is not JSON without what it says may be done instead."""
    if not isinstance(value, str) or not value.startswith("result is not JSON: "):
        return value
    return value.partition(": return ")[0]


# ---------------------------------------------------------------- one process


def in_process(path: Path, function: Declared, setup: dict, given: dict) -> dict:
    """Run one function in a process of its own and return its outcome."""
    environment = dict(os.environ)
    if function.kind != "setup" and "pythonhashseed" in setup:
        environment["PYTHONHASHSEED"] = str(setup["pythonhashseed"])
    with tempfile.TemporaryDirectory() as folder:
        job = {"path": str(path), "kind": function.kind, "name": function.name}
        job.update(setup=setup, given=given)
        (Path(folder) / "job.pickle").write_bytes(pickle.dumps(job))
        done = subprocess.run(
            [sys.executable, __file__, "--child", folder],
            cwd=path.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        answer = Path(folder) / "answer.json"
        if answer.exists():
            return json.loads(answer.read_text(encoding="utf-8"))
    return ended(done.returncode)


def ended(code: int) -> dict:
    """Return the failure of a process that ended before its function returned."""
    if code < 0:
        name = signal.Signals(-code).name
        return failure(code, f"killed by {name}", name)
    return failure(
        code, f"the process exited with status {code} before the trial returned", "ProcessExit"
    )


def failure(code: int, error: str, kind: str) -> dict:
    """Return SPEC's run dict of a failure."""
    return {"success": False, "return_code": code, "error": error, "type": kind}


def child(folder: Path) -> None:
    """Run the job in `folder` and leave its outcome there."""
    job = pickle.loads((folder / "job.pickle").read_bytes())  # noqa: S301 - written by in_process
    path = Path(job["path"])
    sys.path[0] = str(path.parent)
    sys.argv = [str(path)]
    provide_decorators(path.parent, job["setup"])
    try:
        outcome = {"success": True, "result": call(job, path)}
    except SystemExit as exit_:
        outcome = exited(exit_.code)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is a result
        outcome = failure(1, str(error), type(error).__name__)
    (folder / "answer.json").write_text(json.dumps(outcome), encoding="utf-8")


def exited(code: Any) -> dict:
    """Return the failure that `sys.exit(code)` is, with the status a process would have."""
    number = 0 if code is None else code & 0xFF if isinstance(code, int) else 1
    plain = code is None or isinstance(code, int)
    return failure(number, f"exit status {number}" if plain else str(code), "SystemExit")


def call(job: dict, path: Path) -> Any:
    """Execute the file and call the job's function."""
    text = text_of(path)
    if job["kind"] != "setup":
        seed(job["setup"], text)
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    module.SETUP = job["setup"]
    sys.modules[path.stem] = module
    exec(compile(text, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    function = getattr(module, job["name"])
    if job["kind"] == "verify":
        return verdict_of(function(job["given"]))
    return to_json(function(**job["given"]), "result", ())


def seed(setup: dict, text: str) -> None:
    """Seed random, numpy and torch, the latter two where the file imports them."""
    default = setup.get("seed")
    seed_one("random", "random", default)
    if "import numpy" in text or "from numpy" in text:
        seed_one("numpy", "numpy.random", setup.get("numpy_seed", default))
    if "import torch" in text or "from torch" in text:
        seed_one("torch", "torch", setup.get("torch_seed", default))


def seed_one(library: str, module: str, value: Any) -> None:
    """Seed one library as SPEC says, if it is there and takes the value."""
    if value is None or importlib.util.find_spec(library) is None:
        return
    generator = importlib.import_module(module)
    with contextlib.suppress(Exception):
        if library != "torch":
            generator.seed(value)
            return
        generator.manual_seed(value)
        if generator.cuda.is_available():
            generator.cuda.manual_seed_all(value)
        generator.backends.cudnn.deterministic = True
        generator.backends.cudnn.benchmark = False


class VerificationResult(enum.Enum):
    """SPEC's verdicts."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    CONTINUE = "continue"


def provide_decorators(folder: Path, context: dict) -> None:
    """Let `decorators` and `mlx2smk` be imported; the user's own decorators.py wins."""
    for name in LIBRARIES:
        if (folder / f"{name}.py").exists():
            continue
        module = types.ModuleType(name)
        module.VerificationResult = VerificationResult
        for kind in KINDS:
            setattr(module, kind, lambda *_args, **_keywords: lambda function: function)
        module.SETUP = context
        sys.modules[name] = module
    sys.modules["mlx2smk"].__path__ = []
    sys.modules["mlx2smk"].decorators = sys.modules["mlx2smk.decorators"]


def verdict_of(value: Any) -> dict:
    """Return the verdict that a verification's return value means."""
    if value is None:
        return {"verdict": "inconclusive"}
    if type(value).__name__ in ("bool", "bool_"):  # numpy's too, whichever its version calls it
        return {"verdict": "supports" if value else "refutes"}
    if isinstance(value, enum.Enum) and type(value).__name__ == "VerificationResult":
        value = value.value
    if not isinstance(value, str):
        return unsupported(value, "TypeError", f", of type {type(value).__name__!r}")
    if value.lower() in VERDICTS:
        return {"verdict": value.lower()}
    return unsupported(value, "ValueError", "")


def unsupported(value: Any, kind: str, more: str) -> dict:
    """Return the verdict on a return value that SPEC does not list."""
    error = f"the verification returned {value!r}{more}, which is not a verdict"
    return {"verdict": "invalid", "error": error, "type": kind}


# ---------------------------------------------------------------- JSON


def to_json(value: Any, path: str, around: tuple) -> Any:
    """Return `value` as JSON would give it back; TypeError names the place that JSON cannot carry."""
    if type(value).__module__.split(".")[0] in ("numpy", "torch") and hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, (str, int, float)):
        return json.loads(json.dumps(value))
    if not isinstance(value, (list, tuple, dict)):
        raise TypeError(f"result is not JSON: {path} is of type {type(value).__name__!r}")
    if id(value) in around:
        raise TypeError(f"result is not JSON: {path} contains itself")
    around = (*around, id(value))
    if not isinstance(value, dict):
        return [to_json(item, f"{path}[{i}]", around) for i, item in enumerate(value)]
    found: dict[str, Any] = {}
    originals: dict[str, Any] = {}
    for key, item in value.items():
        text = text_of_key(key, path)
        if text in found:
            twins = f"{originals[text]!r} and {key!r}"
            raise TypeError(
                f"result is not JSON: {path} has the keys {twins}, which are the same in JSON"
            )
        found[text] = to_json(item, f"{path}[{key!r}]", around)
        originals[text] = key
    return found


def text_of_key(key: Any, path: str) -> str:
    """Return a key of a dict as JSON has it."""
    plain = key
    if type(key).__module__.split(".")[0] in ("numpy", "torch") and hasattr(key, "tolist"):
        plain = key.tolist()
    if plain is not None and not isinstance(plain, (str, int, float)):
        raise TypeError(f"result is not JSON: {path} has a key of type {type(key).__name__!r}")
    return next(iter(json.loads(json.dumps({plain: 0}))))


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        child(Path(sys.argv[2]))
    else:
        print(json.dumps(run_experiment(Path(sys.argv[1])), indent=2))  # noqa: T201
