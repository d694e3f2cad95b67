"""Decides whether everything that a run used is unchanged, so that its result is current.

A file is compared by its content, a folder by the names in it, a variable by its value, a package by
its version. A file that only this run makes must exist as the run left it. A file that several runs
write is valid as long as it has the content that one of them left. Changes made by functions that come
later in the order of the experiment (see `makers`) do not count, so that after a run from scratch
everything is current.
"""

from __future__ import annotations

import os

from . import digests
from .observed import names_in
from .packages import is_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Callable

    from .contents import Contents
    from .documents import Observation
    from .makers import Makers, Run
    from .packages import Installed


class Change:
    """Something that has changed: its kind (that of the observation), its name, and both states."""

    __slots__ = ("kind", "name", "now", "was")

    def __init__(self, kind: str, name: str, was: Any, now: Any) -> None:
        self.kind = kind
        self.name = name
        self.was = was
        self.now = now


class Surroundings:
    """The current state: files relative to a folder, variables, packages, and the makers of files.

    `makers` is called only if something has changed, which is rare. `installed` are the packages that
    jobs find, or None if they are unknown. `skipped` are prefixes of paths
    that are ignored.
    """

    def __init__(
        self,
        folder: str,
        contents: Contents,
        makers: Callable[[], Makers],
        installed: Callable[[], Installed | None],
        skipped: Iterable[str] = (),
    ) -> None:
        self.folder = folder
        self.contents = contents
        self._makers = makers
        self._installed = installed
        self._skipped = tuple(skipped)
        self.variables: Mapping[str, str] = os.environ

    def changes(self, observation: Observation, run: Run) -> Iterator[Change]:
        """Yield everything that has changed since the end of the run."""
        for path, left in observation.get("made", {}).items():
            yield from self._made(path, left, run)
        for path, read in observation.get("files", {}).items():
            yield from self._read(path, read, run, observation)
        for path, left in observation.get("wrote", {}).items():
            yield from self._undone(path, left, run, observation)
        for path, kind in observation.get("kinds", {}).items():
            yield from self._kind(path, kind, run)
        for path, names in observation.get("folders", {}).items():
            yield from self._listing(path, names, run)
        yield from self._values(observation.get("variables", {}))
        yield from self._packages(observation.get("packages", {}))
        yield from self._missing(observation.get("missing", ()))

    def _looks_at(self, path: str) -> bool:
        return not (self._skipped and path.startswith(self._skipped))

    def _digest(self, path: str) -> str | None:
        return self.contents.digest(os.path.join(self.folder, path))

    def _made(self, path: str, digest: str, run: Run) -> Iterator[Change]:
        now = self._digest(path)
        if now != digest and self._looks_at(path):
            others = self._makers().made.get(path, {}).keys() - {run}
            if not others:
                yield Change("made", path, digest, now)

    def _read(
        self, path: str, digest: str | None, run: Run, observation: Observation
    ) -> Iterator[Change]:
        now = self._digest(path)
        if now == digest or not self._looks_at(path):
            return
        if path in observation.get("made", {}):  # reported by `_made`
            return
        makers = self._makers()
        left = makers.made.get(path, {})
        before = [maker for maker in left if makers.is_before(maker, run)]
        same = not before or left[max(before)] == digest
        others = len(before) < len(left)
        if not (same and others and now in left.values()):
            yield Change("files", path, digest, now)

    def _undone(self, path: str, left: str, run: Run, observation: Observation) -> Iterator[Change]:
        """Yield a file that the run changed in place, if that is not in what the file holds now."""
        now = self._digest(path)
        if now is None or now == left or not self._looks_at(path):
            return
        makers = self._makers()
        before = observation.get("files", {}).get(path)  # what is only appended to was not read
        others = (maker for maker, digest in makers.made.get(path, {}).items() if digest == now)
        is_as_before = now == before and all(
            makers.is_before(maker, run) for maker in others if maker != run
        )
        if is_as_before or makers.lost(path, left, run, now):
            yield Change("files", path, left, now)

    def _kind(self, path: str, kind: str | None, run: Run) -> Iterator[Change]:
        now = kind_of(os.path.join(self.folder, path))
        if now != kind and self._looks_at(path):
            folder, name = os.path.split(path)
            if kind is not None or not self._made_later(folder, name, run):
                yield Change("kinds", path, kind, now)

    def _made_later(self, folder: str, name: str, run: Run) -> bool:
        """Tell whether a name is in a folder only because later runs, or this one, made it."""
        makers = self._makers()
        found = makers.names.get(folder, {}).get(name, set())
        return bool(found) and not any(makers.is_before(maker, run) for maker in found)

    def _listing(self, path: str, names: list[str], run: Run) -> Iterator[Change]:
        now = names_in(os.path.join(self.folder, path))
        if now == names or not self._looks_at(path):
            return
        folder = "" if path == os.curdir else path
        unlike = set(names).symmetric_difference(now or ())
        if now is None or not all(self._made_later(folder, name, run) for name in unlike):
            yield Change("folders", path, names, now)

    def _values(self, variables: dict[str, str | None]) -> Iterator[Change]:
        for name, digest in variables.items():
            value = self.variables.get(name)
            now = None if value is None else digests.of_bytes(os.fsencode(value))
            if now != digest:
                yield Change("variables", name, digest, now)

    def _packages(self, packages: dict[str, list[str]]) -> Iterator[Change]:
        installed = self._installed() if packages else None
        if installed is not None:
            now = installed.versions()
            for name, version in dict(packages.values()).items():
                if now.get(name) != version:
                    yield Change("packages", name, version, now.get(name))

    def _missing(self, modules: Iterable[str]) -> Iterator[Change]:
        installed = self._installed() if modules else None
        for name in modules:
            if is_beside(self.folder, name) or (installed and installed.has_module(name)):
                yield Change("missing", name, None, name)


def kind_of(path: str) -> str | None:
    """Return the kind of a path: `f` for a file or similar, `d` for a folder, None if it does not exist."""
    if os.path.isdir(path):
        return "d"
    return "f" if os.path.lexists(path) else None
