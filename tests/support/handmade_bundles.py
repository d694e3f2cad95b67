"""Hand-written bundles: a plan, whole experiments as slices, and the worker copied beside them."""

from __future__ import annotations

import compileall
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PYTHON = os.environ.get("MLX_WORKER_PYTHON", sys.executable)
RUNTIME = ROOT / "mlx2smk" / "runtime"


class Bundle:
    """A compiled experiment named `exp` in a folder, which is also the experiment's."""

    def __init__(self, folder: Path, source: str, python: str = PYTHON) -> None:
        self.folder = folder
        self.python = python
        self.environment: dict[str, str] = {}
        self.source = textwrap.dedent(source)
        self.base = folder / "workflow" / "experiments" / "exp"
        self.plan: dict[str, Any] = {
            "format": "mlx2smk-plan",
            "version": 1,
            "experiment": "exp",
            "source": "exp.py",
            "folder": "../../..",
            "file": "exp.py",
            "stream_all": False,
            "setups": [],
            "trials": [],
            "verifications": [],
        }
        copy_worker(folder)
        (self.base / "slices").mkdir(parents=True)
        (self.base / "modules").mkdir()
        (folder / "exp.py").write_text(self.source, encoding="utf-8")

    def _function(self, kind: str, name: str, changes: dict[str, Any]) -> dict[str, Any]:
        text = changes.pop("text", self.source)
        path = f"slices/{kind}_{name}.py"
        (self.base / path).write_text(text, encoding="utf-8")
        plain = {
            "name": name,
            "rule": f"{kind}_{name}",
            "line": 1,
            "slice": path,
            "digest": f"{kind} {name}",
        }
        return {**plain, "reads": None, "removed": [], "modules": [], **changes}

    def setup(self, name: str, **changes: Any) -> Bundle:
        """Add a setup, last in the order in which they run."""
        self.plan["setups"].append({**self._function("setup", name, changes), "order": None})
        return self

    def trial(
        self, name: str, parameters: dict[str, list[Any]], *, batch: int = 1, **changes: Any
    ) -> Bundle:
        """Add a trial with so many combinations a job; the jobs are named after the first one."""
        total = 1
        for values in parameters.values():
            total *= len(values)
        jobs = [
            f"{first} {first} {min(batch, total - first)} {name}-{first}"
            for first in range(0, total, batch)
        ]
        plain = {
            "order": 1,
            "parameters": [
                [key, [repr(value) for value in values]] for key, values in parameters.items()
            ],
            "chained": False,
            "parallel": None,
            "writes": None,
            "after": [],
            "inputs": [],
            "stream": False,
            "jobs": jobs,
        }
        self.plan["trials"].append({**plain, **self._function("trial", name, changes)})
        return self

    def verification(self, name: str, **changes: Any) -> Bundle:
        """Add a verification of all trials."""
        plain = {"trial_names": [], "depends": [], "all_trials": True}
        made = self._function("verify", name, changes)
        self.plan["verifications"].append({**plain, **made})
        return self

    def module(self, name: str, text: str, **changes: Any) -> dict[str, Any]:
        """Write a local module, whole as its own slice, and return its entry for `modules`."""
        package = changes.get("package", False)
        path = name.replace(".", "/") + ("/__init__.py" if package else ".py")
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        sliced = textwrap.dedent(changes.pop("sliced", text))
        (self.base / "modules" / f"{name}.py").write_text(sliced, encoding="utf-8")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        plain = {"name": name, "path": path, "slice": f"modules/{name}.py", "file_digest": digest}
        return {**plain, "package": False, "removed": [], **changes}

    def write(self) -> Bundle:
        """Write the plan."""
        (self.base / "plan.json").write_text(json.dumps(self.plan), encoding="utf-8")
        return self

    def words(self, command: str, *words: str) -> list[str]:
        """Return the command line of a worker's command."""
        self.write()
        worker = str(self.folder / "workflow" / "mlx" / "worker.py")
        plan = "workflow/experiments/exp/plan.json"
        return [self.python, worker, command, *words, "--plan", plan]

    def run(self, command: str, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a worker's command; it must exit with `status`."""
        done = self.run_after(None, command, *words)
        assert done.returncode == status, done.stderr
        return done

    def run_after(
        self, prepare: Callable[[], None] | None, command: str, *words: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a worker's command in a process that calls `prepare` first; it may exit with any status."""
        return subprocess.run(
            self.words(command, *words),
            cwd=self.folder,
            env={**os.environ, **self.environment},
            preexec_fn=prepare,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=120,
            check=False,
        )

    def read(self, path: str) -> Any:
        """Return the JSON value of a file of the bundle."""
        return json.loads((self.folder / path).read_text(encoding="utf-8"))

    def context(self, values: dict[str, Any]) -> str:
        """Write a context and return its path."""
        (self.folder / "context.json").write_text(json.dumps(values), encoding="utf-8")
        return "context.json"

    def trial_words(self, name: str, job: str, context: dict[str, Any] | None = None) -> list[str]:
        """Return the words of the command that runs a trial's job."""
        return [
            *("trial", name, "--job", job, "--context", self.context(context or {})),
            *("--output", f"runs/{name}/{job}.json", "--log", f"logs/{name}/{job}.log"),
        ]

    def run_trial(
        self, name: str, job: str = "0", context: dict[str, Any] | None = None, status: int = 0
    ) -> list[dict[str, Any]]:
        """Run a trial's job and return its run dicts, none if it fails."""
        self.run(*self.trial_words(name, job, context), status=status)
        if status:
            assert not (self.folder / f"runs/{name}/{job}.json").exists()
            return []
        runs: list[dict[str, Any]] = self.read(f"runs/{name}/{job}.json")["runs"]
        return runs

    def log(self, name: str, job: str = "0") -> str:
        """Return the log of a trial's job."""
        path = self.folder / f"logs/{name}/{job}.log"
        return path.read_bytes().decode("utf-8", "backslashreplace")


def copy_worker(folder: Path) -> None:
    """Lay the worker out in the folder as the compiler does."""
    target = folder / "workflow" / "mlx" / "mlx_runtime"
    target.mkdir(parents=True)
    for file in RUNTIME.glob("*.py"):
        shutil.copy2(file, target)
    shutil.copytree(RUNTIME / "follow", target / "follow")
    shutil.copy(RUNTIME / "worker.py", target.parent)
    # As after the first job, which would compile it.
    shutil.copytree(_compiled_worker(), target / "__pycache__")


@functools.cache
def _compiled_worker() -> Path:
    compileall.compile_dir(RUNTIME, quiet=1)
    return RUNTIME / "__pycache__"


def one_trial(folder: Path, body: str, **changes: Any) -> Bundle:
    """Return a bundle with one trial `t`, of one combination without parameters."""
    bundle = Bundle(folder, body)
    return bundle.trial("t", {}, **changes)
