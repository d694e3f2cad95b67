"""The folder that `mlx compile` wrote, as the workflow in it reads it."""

from __future__ import annotations

import json
import os
import shlex
from functools import cached_property
from pathlib import Path

from .. import digests, layout, tails
from ..plan import Job, jobs_of
from .snakemake_api import fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..documents import PlanDocument


class CompiledFolder:
    """The files below the folder `workflow` of a compiled experiment, each read once."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self._plans: dict[str, PlanDocument] = {}
        self._jobs: dict[tuple[str, str], dict[str, str]] = {}
        self._tails: dict[tuple[str, str], tuple[list[Job] | None, dict[str, Job]]] = {}
        self._names: dict[tuple[str, str], frozenset[str]] = {}

    def manifest(self) -> dict[str, Any]:
        """Return what `mlx compile` says that it wrote; nothing if that file did not come along."""
        try:
            found: dict[str, Any] = json.loads(self._path(layout.MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def check_bundle(self, digest: str) -> None:
        """Refuse a Snakefile that does not belong to the files beside it."""
        if self.manifest().get("bundle", digest) != digest:
            fail(
                f"The files in {self.bundle} are of more than one mlx compile: run mlx compile again"
            )

    def _path(self, path: str) -> Path:
        return self.bundle.parent / path

    @property
    def worker(self) -> Path:
        """The script that jobs run."""
        return self._path(layout.WORKER)

    def files(self) -> list[Path]:
        """Return all files of the workflow."""
        return [path for path in self.bundle.rglob("*") if path.is_file()]

    def stems(self) -> list[str]:
        """Return the names of the experiments that were compiled together."""
        return sorted(path.parent.name for path in self.bundle.parent.glob(layout.plan_path("*")))

    def plan_path(self, stem: str) -> str:
        """Return the path of the plan of an experiment."""
        return str(self._path(layout.plan_path(stem)))

    def plan(self, stem: str) -> PlanDocument:
        """Return the plan of an experiment."""
        if stem not in self._plans:
            self._plans[stem] = json.loads(Path(self.plan_path(stem)).read_text("utf-8"))
        return self._plans[stem]

    def trial(self, stem: str, name: str) -> Any:
        """Return a trial's part of the plan."""
        return next(trial for trial in self.plan(stem)["trials"] if trial["name"] == name)

    def jobs(self, stem: str, trial: str) -> dict[str, str]:
        """Return the digests of a trial's planned jobs by name, in the order of their combinations."""
        if (stem, trial) not in self._jobs:
            jobs = jobs_of(self.trial(stem, trial))
            self._jobs[stem, trial] = {job.name: job.digest for job in jobs}
        return self._jobs[stem, trial]

    def names(self, stem: str, trial: str) -> frozenset[str]:
        """Return the names of all jobs in a trial's part of the plan, whether or not they are to run."""
        if (stem, trial) not in self._names:
            entry = self.trial(stem, trial)
            lines = (*entry["jobs"], *entry.get("alone", ()))
            self._names[stem, trial] = frozenset(Job(line).name for line in lines)
        return self._names[stem, trial]

    def tail(self, stem: str, trial: str, path: str | None) -> dict[str, Job]:
        """Return the jobs of a trial's tail by name, in the order in which they should start.

        `path` is that of the file of the decision about them; None if it cannot be seen from here.
        """
        entry, (jobs, found) = self.trial(stem, trial), self._tails.get((stem, trial), (None, {}))
        if path is not None:
            now = tails.decision(entry, path)  # the same object as long as the file is the same
        else:
            now = jobs or [Job(line) for line in tails.unseen(entry)]
        if now is not jobs:
            found = {job.name: job for job in now or ()}
            self._tails[stem, trial] = now, found
        return found

    def gpus(self, stem: str, trial: str) -> int:
        """Return how many GPUs each combination of a trial runs on."""
        asked = dict(self.trial(stem, trial)["resources"])
        count = asked.get("gpus", asked.get("gpu", 0))
        return count if isinstance(count, int) else 0

    def code_digest(self, stem: str, kind: str, name: str) -> str:
        """Return the digest of the code of a setup or verification, and of where its file is.

        Code sees the name of its file and finds others beside it.
        """
        plan: Any = self.plan(stem)
        found = next(each["digest"] for each in plan[kind] if each["name"] == name)
        source = digests.of_bytes(os.fsencode(plan["source"]))[:16]
        return f"{found} {source}"

    @cached_property
    def needed_methods(self) -> list[str]:
        """The methods of `--sdm` that the environments of user code need."""
        named = {"conda": "conda", "container": "apptainer"}
        plans: list[Any] = [self.plan(stem) for stem in self.stems()]
        return [named[key] for key in named if any(plan.get(key) for plan in plans)]

    # The experiments' own files

    def folder(self, stem: str) -> Path:
        """Return the folder of an experiment's file."""
        return Path(self.plan_path(stem)).parent / self.plan(stem)["folder"]

    def _digests(self, stem: str) -> dict[str, str]:
        """Return the digests of an experiment's file and local modules when they were compiled."""
        plan: Any = self.plan(stem)
        functions = [*plan["setups"], *plan["trials"], *plan["verifications"]]
        modules = (module for function in functions for module in function["modules"])
        own = {plan["file"]: plan["file_digest"]}
        return {**own, **{module["path"]: module["file_digest"] for module in modules}}

    def code_files(self, stem: str) -> list[Path]:
        """Return the files of code that jobs of an experiment read beside the workflow's."""
        return [self.folder(stem) / path for path in sorted(self._digests(stem))]

    def changed_files(self, stem: str) -> list[str]:
        """Return the files of code that were edited since they were compiled.

        Nothing has changed where only the workflow was copied to this machine.
        """
        folder, plan = self.folder(stem), self.plan(stem)
        if not (folder / plan["file"]).is_file():
            return []
        compiled = self._digests(stem)
        paths = [path for path in compiled if _has_changed(folder / path, compiled[path])]
        return [os.path.relpath(folder / path) for path in sorted(paths)]

    def compile_command(self, stem: str, *, with_python: bool) -> str:
        """Return the command that compiles an experiment again, with the options that it had."""
        plan: Any = self.plan(stem)
        base = Path(self.plan_path(stem)).parent
        words = ["mlx", "compile", os.path.relpath(base / plan["folder"] / plan["file"])]
        directory = os.path.relpath(self.bundle.parent)
        options = {
            "directory": "" if directory == "." else directory,
            "parallel": plan["parallel"],
            "batch": plan["batch"],
            "conda": plan["conda"] and os.path.relpath(base / plan["conda"]),
            "container": plan["container"],
            "python": with_python and plan["python"],
        }
        for name, value in options.items():
            words += [f"--{name}", str(value)] if value else []
        return shlex.join(words + ["--stream-all"] * plan["stream_all"])


def _has_changed(path: Path, digest: str) -> bool:
    try:
        return digests.of_file(str(path)) != digest
    except OSError:
        return True
