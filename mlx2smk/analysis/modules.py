"""Local modules: those that Python would find beside the experiment, and their texts.

The experiment's folder is the first entry of ``sys.path``, so a file there hides an installed module
of the same name; only what is built into the interpreter comes first. Folders that the program itself
adds to ``sys.path`` are searched as well (`search`). Compiled extensions count as installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from mlx2smk.analysis.search import OWN_FOLDER, is_of_packages

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
        """Return the folders below that ``PYTHONPATH`` names."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a real folder."""

    folder: Path

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
        """Return the folders below that ``PYTHONPATH`` names, without those of installed packages."""
        whole = self.folder.resolve()
        entries = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        paths = [Path(entry).resolve() for entry in entries]
        below = (path for path in paths if whole in path.parents)
        names = (path.relative_to(whole).as_posix() for path in below)
        return tuple(name for name in names if not is_of_packages(name))


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """Files given as texts by their paths."""

    texts: Mapping[str, str | bytes]

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
        top = _here(_below(root, parts[0]), parts[0], files)
        if top is None:
            continue
        if top.path is not None:
            return _inside(root, parts, files)
        # Beside the experiment's folder there is anything: only what is a package for certain counts.
        if not root.startswith("..") and (found := _inside(root, parts, files)) is not None:
            spaces.append(found)
    found = next((each for each in spaces if each.path is not None), spaces[0] if spaces else None)
    shadowed = found is not None and found.path is None and parts[0] in STANDARD_LIBRARY
    return None if shadowed else found


def _inside(root: str, parts: list[str], files: Files) -> LocalModule | None:
    """Find a module in one folder, if all packages around it are there."""
    for depth in range(1, len(parts)):
        parent = _here(_below(root, *parts[:depth]), ".".join(parts[:depth]), files)
        if parent is None or not parent.package:
            return None
    return _here(_below(root, *parts), ".".join(parts), files)


def _below(root: str, *parts: str) -> str:
    return "/".join(parts if root == OWN_FOLDER else (root, *parts))


def all_modules(
    files: Files, prefix: str = "", roots: tuple[str, ...] = (OWN_FOLDER,)
) -> tuple[str, ...]:
    """Return the names of all local modules whose dotted name starts with ``prefix``, sorted."""
    inside = [f"{root}/" for root in roots if root != OWN_FOLDER]
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
