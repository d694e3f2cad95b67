"""Local modules: those that Python would find beside the experiment, and their texts.

The experiment's folder is the first entry of ``sys.path``, so a file there hides an installed module
of the same name; only what is built into the interpreter comes first. Folders that the program itself
adds to ``sys.path`` are searched as well (`search`), and so are the sources of packages of the same project
that are installed in editable form (`editable`). Compiled extensions count as installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from mlx2smk.analysis.editable import (
    Editable,
    editable_in,
    from_folder,
    project_of,
)
from mlx2smk.analysis.search import OWN_FOLDER, PYTHONS, is_of_packages
from mlx2smk.language.origins import MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDARD_LIBRARY = sys.stdlib_module_names | {
    # Gone in Python 3.13; listed so that every version of Python compiles alike.
    *("aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt", "distutils"),
    *("imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes"),
    *("smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),
}

_NEVER_LOCAL = frozenset(sys.builtin_module_names) | {
    "zipimport",
    "runpy",
    "os",
    "io",
    "abc",
    "codecs",
    "site",
    "stat",
}

_ENDINGS = frozenset({".py", ".pyc", ".so", ".pyd"})

_NOT_SOURCES = frozenset({"workflow", "results", "logs", "node_modules", "__pycache__"})


class Files(Protocol):
    """The files beside the experiment; paths are posix and relative to its folder."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, None if there is no such file."""

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this name."""

    def python_files(self) -> tuple[str, ...]:
        """Return the paths of all Python files, sorted."""

    def python_path(self) -> tuple[str, ...]:
        """Return the folders of the project that ``PYTHONPATH`` names."""

    @property
    def editable(self) -> Editable:
        """What is installed in editable form, out of the project."""

    def is_installed(self, name: str) -> bool:
        """Whether there is a package or module of this first name among the installed ones."""


@dataclass(frozen=True)
class FolderFiles:
    """The files of a real folder; ``places`` are those of installed packages."""

    folder: Path
    places: tuple[Path, ...] = ()

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, None if it cannot be read."""
        try:
            return (self.folder / path).read_bytes()
        except OSError:
            return None

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this name."""
        return (self.folder / path).is_dir()

    def python_files(self) -> tuple[str, ...]:
        """Return the paths of all Python files that a module's name can reach, sorted."""
        return tuple(sorted(_python_files(self.folder, PurePosixPath())))

    def python_path(self) -> tuple[str, ...]:
        """Return the folders of the project that ``PYTHONPATH`` names, without those of packages."""
        whole = self.folder.resolve()
        entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        paths = [from_folder(entry, whole, project_of(whole)) for entry in entries if entry]
        names = dict.fromkeys(path for path in paths if path not in {None, OWN_FOLDER})
        return tuple(name for name in names if name and not is_of_packages(name))

    @cached_property
    def editable(self) -> Editable:
        """What is installed in editable form, out of the project that the folder belongs to."""
        return editable_in(self.places, self.folder)

    def is_installed(self, name: str) -> bool:
        """Whether there is a package or module of this first name among the installed ones."""
        return name not in self.editable.packages and any(
            (place / name / "__init__.py").is_file()
            or any(path.suffix in _ENDINGS for path in place.glob(f"{name}.*"))
            for place in self.places
        )


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """Files given as texts by their paths."""

    texts: Mapping[str, str | bytes]
    editable: Editable = field(default_factory=Editable)
    installed: frozenset[str] = frozenset()

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, None if it was not given."""
        text = self.texts.get(path)
        return text.encode() if isinstance(text, str) else text

    def is_folder(self, path: str) -> bool:
        """Whether any file given lies in a folder of this name."""
        return any(name.startswith(f"{path}/") for name in self.texts)

    def python_files(self) -> tuple[str, ...]:
        """Return the paths of all Python files given, sorted."""
        return tuple(sorted(name for name in self.texts if name.endswith(".py")))

    def python_path(self) -> tuple[str, ...]:
        """Return nothing: there is no environment."""
        return ()

    def is_installed(self, name: str) -> bool:
        """Whether it was given as the name of something installed."""
        return name in self.installed


@dataclass(frozen=True, slots=True)
class LocalModule:
    """Where a local module lies; ``path`` is None for a namespace package, which has no file."""

    name: str
    path: str | None
    package: bool


def find(name: str, files: Files, roots: tuple[str, ...] = (OWN_FOLDER,)) -> LocalModule | None:
    """Find the module of a dotted name in some folders; None: not there, so installed or missing.

    A folder without `__init__.py` is a package only if no folder has a module of that name.
    """
    parts = name.split(".")
    if not all(parts) or parts[0] in _NEVER_LOCAL:
        return None
    spaces: list[LocalModule] = []
    for root in roots:
        if root == PYTHONS:
            if parts[0] in STANDARD_LIBRARY or files.is_installed(parts[0]):
                return None
            if (found := _installed_in_editable_form(parts, files)) is not None:
                return found
            continue
        top = None if _is_ours(parts[0], root) else _here(_below(root, parts[0]), parts[0], files)
        if top is None:
            continue
        if top.path is not None:
            return _inside(_below(root, parts[0]), parts, files)
        # Beside the experiment's folder there is anything: only what is a package for certain counts.
        found = None if root.startswith("..") else _inside(_below(root, parts[0]), parts, files)
        if found is not None:
            spaces.append(found)
    found = next((each for each in spaces if each.path is not None), spaces[0] if spaces else None)
    shadowed = found is not None and found.path is None and parts[0] in STANDARD_LIBRARY
    return None if shadowed else found


def _is_ours(name: str, root: str) -> bool:
    """Whether a job provides this module itself, unless it lies beside the experiment."""
    return root != OWN_FOLDER and name in MODULES


def _installed_in_editable_form(parts: list[str], files: Files) -> LocalModule | None:
    """Find a module among what is installed in editable form."""
    if parts[0] in MODULES:
        return None
    for folder in files.editable.folders:
        base = _below(folder, parts[0])
        top = _here(base, parts[0], files)
        if top is not None and top.path is not None:
            return _inside(base, parts, files)
    place = files.editable.place(parts)
    return None if place is None else _inside(*place[:1], parts, files, place[1])


def _inside(base: str, parts: list[str], files: Files, start: int = 1) -> LocalModule | None:
    """Find a module in the package at ``base``, which has the first parts of its name, if all are there."""
    for depth in range(start, len(parts)):
        parent = _here("/".join((base, *parts[start:depth])), ".".join(parts[:depth]), files)
        if parent is None or not parent.package:
            return None
    return _here("/".join((base, *parts[start:])), ".".join(parts), files)


def _below(root: str, *parts: str) -> str:
    return "/".join(parts if root == OWN_FOLDER else (root, *parts))


def all_modules(
    files: Files, prefix: str = "", roots: tuple[str, ...] = (OWN_FOLDER,)
) -> tuple[str, ...]:
    """Return the names of all local modules whose dotted name starts with ``prefix``, sorted."""
    inside = [f"{root}/" for root in roots if root not in {OWN_FOLDER, PYTHONS}]
    paths = files.python_files()
    below = [
        path.removeprefix(start) for start in inside for path in paths if path.startswith(start)
    ]
    names = {_module_name(path) for path in (*paths, *below)}
    return tuple(sorted(name for name in names if name and name.startswith(prefix)))


def decoded(data: bytes) -> str:
    """Return a source file's text as Python reads it.

    Raises UnicodeDecodeError or SyntaxError where Python would.
    """
    return importlib.util.decode_source(data)


def bytes_digest(data: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(data).hexdigest()


def absolute(module: str, level: int, package: str) -> str | None:
    """Resolve a relative import made inside ``package``; None where Python raises ImportError."""
    if level == 0:
        return module
    parts = package.split(".") if package else []
    if len(parts) < level:
        return None
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, module] if module else base)


def _here(path: str, name: str, files: Files) -> LocalModule | None:
    """Look for a package, a module and a namespace package, in Python's order."""
    if files.read(f"{path}/__init__.py") is not None:
        return LocalModule(name, f"{path}/__init__.py", package=True)
    if files.read(f"{path}.py") is not None:
        return LocalModule(name, f"{path}.py", package=False)
    return LocalModule(name, None, package=True) if files.is_folder(path) else None


def _module_name(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def _python_files(folder: Path, inside: PurePosixPath) -> list[str]:
    """List Python files below a folder, without hidden folders, environments and a bundle's own."""
    found: list[str] = []
    try:
        entries = sorted((folder / inside).iterdir())
    except OSError:
        return found
    for entry in entries:
        skipped = entry.name in _NOT_SOURCES or not entry.stem.isidentifier()
        if entry.is_dir() and not skipped and not (entry / "pyvenv.cfg").exists():
            found.extend(_python_files(folder, inside / entry.name))
        elif entry.suffix == ".py":
            found.append(str(inside / entry.name))
    return found
