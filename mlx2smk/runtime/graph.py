"""What the Snakefile asks while Snakemake builds its graph: what each job is scheduled for.

The value is compared with the one of the last run. It starts with the digest of the job's code, and
changes when what the last run touched is not as it was. It is kept in the record that the job leaves: as
long as all is as it was then, it stays what it was, whatever it has been.
"""

from __future__ import annotations

import os
import subprocess

from . import digests, makers, observing, origin, packages
from .contents import Contents
from .currency import Change, Surroundings
from .plan import Plan, job_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

ASK_PATH = "import sys; print('\\n'.join(sys.path))"


class Graph:
    """The jobs of one experiment, and what there is around them.

    `results` is the folder of its results, `python` the interpreter of its jobs (None: nobody knows what
    is installed there), `large` the size from which on files go by parts, `skipped` starts of paths
    that other machines have for themselves.
    """

    def __init__(
        self,
        plan_path: str,
        results: str,
        python: str | None,
        large: int | None = None,
        skipped: Iterable[str] = (),
    ) -> None:
        self.plan = Plan(plan_path)
        self._results = results
        self._python = python
        self._at = makers.positions(self.plan)
        self._heads: dict[str, tuple[str, dict[str, Any]]] = {}
        self._contents = Contents(self.plan.digests_folder, large)
        self._made: tuple[list[str], makers.Makers] | None = None
        self._places: list[str] | None = None
        self._surroundings = Surroundings(
            self.plan.folder, self._contents, self._makers, self._versions, skipped
        )

    def scheduled(self, kind: str, name: str, job: str, code: str) -> str:
        """Return what a job is scheduled for; `code` stands for its code, `job` is empty but for trials."""
        head = self._head(self._record(kind, name, job))
        was = head.get("scheduled")
        if not isinstance(was, str):
            return code
        if was.partition(" again ")[0] == code and not any(self.changes(kind, name, job)):
            return was
        return f"{code} again {digests.of_bytes(was.encode())[:16]}"

    def changes(self, kind: str, name: str, job: str) -> Iterator[Change]:
        """Yield what is not as it was when the job left its record."""
        head = self._head(self._record(kind, name, job))
        function = self.plan.function(name, kind)
        first = makers.first_number(self.plan, kind, name)
        if kind == "trials":
            first = job_named(function, job).first
            yield from self._declared(head, function)
        at = self._at[kind, name]
        for observation, numbers in head.get("observed", ()):
            for number in numbers:
                yield from self._surroundings.changes(observation, (at, first + number))

    def _declared(self, head: dict[str, Any], trial: dict[str, Any]) -> Iterator[Change]:
        """Yield the declared inputs whose content is another one."""
        was = head.get("made_from", {}).get("inputs", {})
        now = origin.contents(self.plan.folder, trial["inputs"], self._contents)
        for path, content in now:
            if path in was and was[path] != content:
                yield Change("files", path, was[path], content)

    def _record(self, kind: str, name: str, job: str) -> str:
        parts = {"setups": ("setup", name), "verifications": ("verify", name)}
        folders = parts.get(kind, ("runs", name, job))
        return os.path.join(self._results, *folders) + ".json"

    def _head(self, path: str) -> dict[str, Any]:
        now = observing.signature(path)
        known = self._heads.get(path)
        if known is None or known[0] != now:
            known = now, makers.read_head(path) if now != "-" else {}
            self._heads[path] = known
        return known[1]

    def _makers(self) -> makers.Makers:
        """Return who made what; read anew when any record has changed."""
        paths = (path for _, _, path in makers.records_of(self.plan, self._results))
        now = [observing.signature(path) for path in paths]
        if self._made is None or self._made[0] != now:
            self._made = now, makers.makers_of(self.plan, self._results, self._head)
        return self._made[1]

    def _versions(self) -> dict[str, str] | None:
        if self._python is None:
            return None
        if self._places is None:
            command = [self._python, "-c", ASK_PATH]
            asked = subprocess.run(command, capture_output=True, text=True, check=False)
            self._places = [p for p in asked.stdout.split("\n") if p.endswith(packages.PLACES)]
        return packages.all_versions(self._places)
