"""Jobs whose files later ones have changed in place, and which other jobs need again as they were.

A run that reads what one run made and another one changed must find it as it was when it runs again. So the
jobs that made it run again as well, from the first on.
"""

from __future__ import annotations

import os

from .plan import job_named
from .replay import folder_of, left_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .graph import Graph
    from .makers import Makers, Run

    Named = tuple[str, str, str]


def undone(graph: Graph, makers: Makers) -> dict[Named, str]:
    """Return the jobs, each by kind, name and job, that have to make a file again, with its path."""
    search = _Search(graph, makers)
    for job in reversed(list(_jobs(graph))) if search.changed else ():
        search.look_at(job)
    return search.found


class _Search:
    """Goes from the last job to the first, and finds who made what the later ones need.

    `needed` has the runs that go on from a file, with what the last run before them left in it; None if
    that is nothing of what the current runs leave, so that all of them have to make it again.
    """

    def __init__(self, graph: Graph, makers: Makers) -> None:
        self._graph = graph
        self._makers = makers
        changed = dict(_changed(graph, makers))
        orphaned = {path for path, now in changed.items() if self._is_of_no_run(path, now)}
        # What one run alone made it makes again in any case.
        shared = {path for path in changed if len(makers.made[path]) > 1} | orphaned
        self._orphaned = orphaned
        self.changed = {path: changed[path] for path in shared}
        self._needed: dict[str, list[tuple[Run, str | None]]] = {}
        self._touched: dict[str, set[str]] = {}
        self.found: dict[Named, str] = {}

    def look_at(self, job: Named) -> None:
        """Find out whether a job has to make a file again, and what it needs itself."""
        kind, name, part = job
        runs = list(self._graph.observations(*job))
        path = next(self._to_make_again(runs), None)
        if path is not None:
            self.found[job] = path
        if path is not None or (runs and self._graph.is_due(*job)):
            for seen, run in runs:
                self._need(run, seen)
        touched = self._touched.setdefault(name, set())
        if kind == "trials" and self._graph.last_scheduled(*job) is None:
            self._add_new(name, part, touched)
        for seen, _ in runs:
            touched.update(_paths(seen) & self.changed.keys())

    def _to_make_again(self, runs: Iterable[tuple[dict[str, Any], Run]]) -> Iterator[str]:
        for seen, run in runs:
            for path, left in _left(seen):
                readers = self._needed.get(path, ()) if left != self.changed.get(path, left) else ()
                later = (c for reader, c in readers if self._makers.is_before(run, reader))
                if path in self._orphaned or any(content in (None, left) for content in later):
                    yield path

    def _need(self, run: Run, seen: dict[str, Any]) -> None:
        for path, content in _needs(seen):
            if path in self.changed:
                needed = content if content in self._makers.left_before(path, run) else None
                self._needed.setdefault(path, []).append((run, needed))

    def _add_new(self, name: str, part: str, touched: Iterable[str]) -> None:
        """Take it that a new link of a chain goes on from what the later ones touch."""
        trial = self._graph.plan.function(name, "trials")
        if trial["chained"]:
            run = self._graph.run_of(name, job_named(trial, part).first)
            for path in touched:
                self._needed.setdefault(path, []).append((run, None))

    def _is_of_no_run(self, path: str, now: str | None) -> bool:
        """Tell whether a file holds what a run left that is no more: of a grid that was larger, say."""
        if now is None or now in self._makers.made[path].values():
            return False
        return now in left_in(folder_of(self._graph.plan)).get(path, ())


def _jobs(graph: Graph) -> Iterator[Named]:
    """Yield the jobs that make files for others, in the order in which they run."""
    for setup in graph.plan.functions("setups"):
        yield "setups", setup["name"], ""
    for trial in graph.plan.functions("trials"):
        for line in trial["jobs"]:
            yield "trials", trial["name"], line.partition(" ")[0]


def _changed(graph: Graph, makers: Makers) -> Iterator[tuple[str, str | None]]:
    """Yield the files that are not as each of their makers left them, with what they hold."""
    for path, left in makers.made.items():
        now = graph.contents.digest(os.path.join(graph.plan.folder, path))
        if any(digest != now for digest in left.values()):
            yield path, now


def _left(seen: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for how in ("made", "wrote"):
        yield from seen.get(how, {}).items()


def _needs(seen: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield the files that a run goes on from, with what they held; None if it did not look."""
    files = seen.get("files", {})
    yield from files.items()
    for path in seen.get("wrote", {}):
        if path not in files and path not in seen.get("begun", ()):
            yield path, None


def _paths(seen: dict[str, Any]) -> set[str]:
    return {path for part in ("files", "made", "wrote") for path in seen.get(part, ())}
