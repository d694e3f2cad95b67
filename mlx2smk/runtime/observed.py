"""Turns the events that the processes of a run recorded into an observation: what its result rests on.

An observation is JSON; empty entries are omitted:

- `files`: files that were read, with the digests of what was read (`CHANGED`: something else changed
  the file meanwhile; None: unknown, because the run itself changed the file afterwards);
- `kinds`: paths that were looked for or could not be opened, with what was there: `f`, `d` or None;
- `folders`: folders that were listed, with the names in them;
- `variables`: environment variables, with the digests of their values, or None if they are not set;
- `packages`: installed packages that the user's code imports, distribution and version;
- `missing`: modules that the user's code, or a failed import in a library, did not find;
- `made`: files that the run wrote completely, with the digests of what it left;
- `wrote`: files that the run appended to, or that existed and that it changed in place, with the
  digests of what it left;
- `found`: of these, the digests of what they held before, where that is known;
- `removed`: files that existed before the run and that it removed;
- `folders_made`: folders that it made;
- `programs`: other programs that it started, whose use of files Python cannot see.

Paths inside the experiment's folder are relative to it. Files that the run made before it read them,
and files that it made and removed again, are omitted.
"""

from __future__ import annotations

import os

from . import jsontext, layout, observing
from .followed_variables import is_followed
from .paths import signature as signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, ClassVar, TypeVar

    from .contents import Contents
    from .documents import Observation, Provenance

    Part = TypeVar("Part", Observation, Provenance)

CHANGED = "changed while it was read"

IN_PYTHON, BY_PROGRAM, BY_LIBRARY = "in Python", "by a program", "by a library"
"""How a file was read: Python sees whether it is also written, and not what others do with it."""

TOOLS = frozenset({"__pycache__", ".snakemake", *layout.OWN_FOLDERS})
"""Names of files that Python and this tool leave beside the experiment."""


class Touched:
    """Processes the events in order and keeps those that matter in the end."""

    def __init__(self, folder: str, contents: Contents) -> None:
        self._folder = folder
        self._contents = contents
        self.read: dict[str, tuple[str, str]] = {}
        self.before: dict[tuple[str, str], str] = {}
        self.signatures: dict[str, str] = {}
        self.made: dict[str, None] = {}
        self.wrote: dict[str, None] = {}
        self.removed: set[str] = set()
        self.folders_made: dict[str, None] = {}
        self.listed: dict[str, None] = {}
        self.looked: dict[str, str] = {}
        self.variables: dict[str, str | None] = {}
        self.own_variables: set[str] = set()
        self.temporary: set[str] = set()
        self.possible: dict[str, None] = {}
        self.packages: dict[str, str] = {}
        self.missing: set[str] = set()
        self.programs: dict[str, None] = {}
        self.failures: dict[str, None] = {}
        self.unforeseen: dict[str, str] = {}
        self.asked: dict[str, set[str]] = {}

    def add(self, kind: str, fields: list[str]) -> None:
        """Add one event."""
        self._takers[kind](self, *fields)

    def _take_read(self, path: str, signature: str) -> None:
        if signature == "-":
            self._take_look(path, "-")
        elif not self._is_own(path):
            self.read.setdefault(path, (signature, IN_PYTHON))

    def _take_word(self, path: str, signature: str) -> None:
        """Add a file that a program was given on its command line, to read or to write."""
        if signature == "-":
            self._take_possible(path)
        elif not self._is_own(path):
            signature, _ = self.read.get(path, (signature, BY_PROGRAM))
            self.read[path] = signature, BY_PROGRAM

    def _take_native(self, path: str, signature: str) -> None:
        """Add a file that a library in C was given, usually to read."""
        if signature == "-":
            self._take_possible(path)
        elif not self._is_own(path):
            self._take_look(path, "f")  # the run may change it
            self.read.setdefault(path, (signature, BY_LIBRARY))

    def _take_possible(self, path: str) -> None:
        """Add a missing file that was handed over to code which may make it, or do without."""
        self._take_look(path, "-")
        if not self._is_own(path):
            self.possible[path] = None

    def _take_before(self, path: str, signature: str, digest: str) -> None:
        self.before.setdefault((path, signature), digest)

    def _take_write(self, path: str, _before: str) -> None:
        if not self._is_temporary(path):
            self.wrote.pop(path, None)
            self.made[path] = None

    def _take_append(self, path: str, before: str) -> None:
        """Add a file that was appended to; it is not an output, whoever wrote its beginning."""
        if not self._is_own(path) and not self._is_temporary(path):
            self.wrote[path] = None
            self.signatures.setdefault(path, before)

    def _take_change(self, path: str, before: str) -> None:
        if before == "-":
            self._take_write(path, before)
        elif not self._is_own(path):
            self.wrote[path] = None
            self.signatures.setdefault(path, before)

    def _take_remove(self, path: str) -> None:
        is_own = path in self.made or path in self.folders_made or path in self.possible
        self.made.pop(path, None)
        self.folders_made.pop(path, None)
        if not is_own:
            self.removed.add(path)
        self.wrote.pop(path, None)

    def _take_rename(self, old: str, new: str) -> None:
        inside = os.path.join(old, "")
        own = (*self.made, *self.folders_made, *self.possible)
        moved = [path for path in own if path.startswith(inside)]
        for path in moved:
            self._move(path, os.path.join(new, path[len(inside) :]))
        self._move(old, new)

    def _move(self, old: str, new: str) -> None:
        if old in self.folders_made:
            del self.folders_made[old]
            self.folders_made[new] = None
        elif old in self.possible and old not in self.made:
            self.possible[new] = None
        elif not self._is_temporary(new):
            if self.made.pop(old, "") == "" and not self._is_temporary(old):
                self.removed.add(old)
            self.made[new] = None

    def _take_folder(self, path: str) -> None:
        self.folders_made[path] = None

    def _take_listing(self, path: str) -> None:
        if not self._is_own(path) and not self._is_temporary(path):
            self.listed[path] = None

    def _take_look(self, path: str, kind: str) -> None:
        if not self._is_own(path) and not self._is_temporary(path):
            self.looked.setdefault(path, kind)

    def _take_variable(self, name: str, digest: str, local: str = "") -> None:
        if name not in self.own_variables and is_followed(name, by_user=bool(local)):
            self.variables.setdefault(name, None if digest == "-" else digest)

    def _take_own_variable(self, name: str) -> None:
        self.own_variables.add(name)

    def _take_temporary(self, path: str) -> None:
        self.temporary.add(path)

    def _take_package(self, name: str, place: str) -> None:
        self.packages[name] = place

    def _take_missing(self, name: str) -> None:
        self.missing.add(name)

    def _take_program(self, name: str) -> None:
        self.programs[name] = None

    def _take_unforeseen(self, name: str, path: str) -> None:
        self.unforeseen[path] = name

    def _take_asked(self, module: str, name: str) -> None:
        self.asked.setdefault(module, set()).update([name] if name else [])

    def _take_failure(self, event: str, error: str) -> None:
        self.failures[f"{event}: {error}"] = None

    def _take_complaint(self, text: str, surprise: str) -> None:
        """Take a complaint, after which the run has started again."""

    def _is_own(self, path: str) -> bool:
        own = (self.made, self.removed, self.folders_made, self.possible)
        return any(path in each for each in own)

    def _is_temporary(self, path: str) -> bool:
        return any(path == start or path.startswith(start + os.sep) for start in self.temporary)

    _takers: ClassVar[dict[str, Any]] = {
        "r": _take_read,
        "s": _take_word,
        "R": _take_word,
        "c": _take_native,
        "b": _take_before,
        "w": _take_write,
        "a": _take_append,
        "u": _take_change,
        "d": _take_remove,
        "n": _take_rename,
        "m": _take_folder,
        "l": _take_listing,
        "k": _take_look,
        "e": _take_variable,
        "E": _take_own_variable,
        "t": _take_temporary,
        "p": _take_package,
        "P": _take_missing,
        "x": _take_program,
        "!": _take_failure,
        "U": _take_unforeseen,
        "N": _take_asked,
        "C": _take_complaint,
    }

    # The result

    def observation(self) -> Observation:
        """Return what the run's result rests on, and the files that it left."""
        self._find_made()
        files = {self._name(path): digest for path, digest in self._files()}
        wrote = dict(self._wrote())
        parts: Observation = {
            "files": files,
            "kinds": {self._name(path): kind for path, kind in self._kinds(files)},
            "folders": {self._name(path): names for path, names in self._listings()},
            "variables": dict(sorted(self.variables.items())),
            "packages": dict(self._versions()),
            "missing": list(self._missing()),
            "made": {self._name(path): digest for path, digest in self._made()},
            "wrote": {self._name(path): digest for path, digest in wrote.items()},
            "found": {self._name(path): digest for path, digest in self._found(wrote)},
            "removed": [
                self._name(path) for path in sorted(self.removed) if not os.path.lexists(path)
            ],
            "folders_made": [self._name(path) for path in self.folders_made],
            "programs": list(self.programs),
        }
        kept: Any = {key: value for key, value in parts.items() if value}
        found: Observation = kept
        return found

    def _find_made(self) -> None:
        """Count what was missing when it was handed over, and is there now, as made by the run."""
        for path in self.possible:
            if os.path.isfile(path):
                self.made[path] = None
            elif os.path.isdir(path) and not self._is_temporary(path):
                self.folders_made[path] = None
        self.possible.clear()

    def _files(self) -> Iterator[tuple[str, str | None]]:
        for path, (signature, how) in self.read.items():
            now = signature_of(path)
            if self._is_temporary(path):
                continue
            if _is_same(now, signature):
                yield path, self._contents.digest(path, now)
            elif (path, signature) in self.before:
                yield path, self.before[path, signature]
            elif how == BY_LIBRARY:  # then the run has changed it in place
                continue
            elif how == BY_PROGRAM or path in self.made or path in self.wrote:
                yield path, None
            elif path not in self.removed:
                yield path, CHANGED

    def _wrote(self) -> Iterator[tuple[str, str]]:
        """Yield files that were changed in place, also by a program or as a database."""
        words = (
            path
            for path, (signature, how) in self.read.items()
            if how != IN_PYTHON and signature_of(path) != signature
        )
        for path in dict.fromkeys((*self.wrote, *words)):
            digest = self._contents.digest(path)
            if digest is not None and path not in self.made:
                yield path, digest

    def _found(self, wrote: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield files that were changed in place, with what they held before, where that is known."""
        for path in wrote:
            signature = self.signatures.get(path) or self.read.get(path, ("", ""))[0]
            if (path, signature) in self.before:
                yield path, self.before[path, signature]

    def _kinds(self, files: dict[str, str | None]) -> Iterator[tuple[str, str | None]]:
        for path, kind in self.looked.items():
            if self._is_own(path) or path in self.wrote or self._name(path) in files:
                continue
            yield path, None if kind == "-" else kind

    def _listings(self) -> Iterator[tuple[str, list[str]]]:
        for path in self.listed:
            names = names_in(path)
            if names is not None:
                own = self._own_names(path)
                yield path, [name for name in names if name not in own]

    def _own_names(self, folder: str) -> set[str]:
        inside = os.path.join(folder, "")
        own = (*self.made, *self.wrote, *self.folders_made)
        return {path[len(inside) :].split(os.sep)[0] for path in own if path.startswith(inside)}

    def _made(self) -> Iterator[tuple[str, str]]:
        for path in self.made:
            digest = self._contents.digest(path)
            if digest is not None and not self._is_temporary(path):
                yield path, digest

    def _versions(self) -> Iterator[tuple[str, list[str]]]:
        from . import packages

        for name, place in sorted(self.packages.items()):
            found = packages.distribution_of(name, place)
            if found is not None:
                yield name, list(found)

    def _missing(self) -> Iterator[str]:
        from . import packages

        installed = packages.here()
        for name in sorted(self.missing):
            if not installed.has_module(name) and not packages.is_beside(self._folder, name):
                yield name

    def _name(self, path: str) -> str:
        return name_of(path, self._folder)


def _is_same(now: str, before: str) -> bool:
    """Tell whether a file was not written; links and permissions change only a signature's third part."""
    one, other = now.split(":"), before.split(":")
    return now == before or (
        len(one) == len(other) == 4 and one[:2] + one[3:] == other[:2] + other[3:]
    )


def names_in(folder: str) -> list[str] | None:
    """Return the names in a folder except the tool's own; None if there is no folder."""
    try:
        return sorted(name for name in os.listdir(folder) if name not in TOOLS)
    except OSError:
        return None


def name_of(path: str, folder: str) -> str:
    """Return a path as observations have it: relative to the experiment's folder if it is inside."""
    inside = os.path.join(folder, "")
    return os.curdir if path == folder else path.removeprefix(inside)


def grouped(observations: Iterable[Part]) -> list[tuple[Part, list[int]]]:
    """Return parts of records with the numbers of the runs that have each of them; empty ones are omitted."""
    numbers: dict[str, list[int]] = {}
    for number, observation in enumerate(observations):
        if observation:
            numbers.setdefault(jsontext.dumps(observation), []).append(number)
    return [(jsontext.loads(text), runs) for text, runs in numbers.items()]


def of_number(groups: list[tuple[Part, list[int]]], number: int) -> Part:
    """Return the part of one run from those of all; empty if it has none."""
    for observation, numbers in groups:
        if number in numbers:
            return observation
    nothing: Part = {}
    return nothing


def touched(data: bytes, folder: str, contents: Contents) -> Touched:
    """Return the state after all events that the processes of a run recorded."""
    found = Touched(folder, contents)
    for line in data.split(observing.END)[:-1]:
        kind, *fields = map(os.fsdecode, line.split(b"\0"))
        try:
            found.add(kind, fields)
        except (KeyError, TypeError):  # the program has written there
            found.failures[f"event {line[:40]!r}"] = None
    return found
