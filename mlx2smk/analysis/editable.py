"""Packages that are installed in editable form: where their sources lie, read without running any code.

Installers leave a ``.pth`` file beside the installed packages. Its lines name folders to search, or import a
module that knows the place of each package: with a dict ``MAPPING`` (setuptools) or with calls of
``map_module`` (hatchling, pdm).
"""

from __future__ import annotations

import ast
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.runtime.paths import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Editable:
    """The folders to search for packages, and the places of single ones by their dotted names.

    The place of a package is its folder, that of a module its file without ``.py``. All paths are posix
    and relative to the experiment's folder.
    """

    folders: tuple[str, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)

    def place(self, parts: Sequence[str]) -> tuple[str, int] | None:
        """Return the place of the first parts of a dotted name, and how many these are."""
        for depth in range(len(parts), 0, -1):
            name = ".".join(parts[:depth])
            if name in self.packages:
                return self.packages[name], depth
        return None


def project_of(folder: Path) -> Path:
    """Return the folder of the project that a folder belongs to: a repository, or what can be installed.

    It is the folder itself if there is none around it.
    """
    around = [folder, *folder.parents]
    repository = next((each for each in around if _has(each, _REPOSITORIES)), None)
    installable = [each for each in around if _has(each, _DESCRIPTIONS)]
    return repository or (installable[-1] if installable else folder)


def _has(folder: Path, names: Iterable[str]) -> bool:
    return any((folder / name).exists() for name in names)


_REPOSITORIES = (".git", ".hg", ".svn", ".jj")
_DESCRIPTIONS = ("pyproject.toml", "setup.py", "setup.cfg")


def from_folder(path: str, folder: Path, project: Path) -> str | None:
    """Return a path relative to a folder, None if it is not in the folder's project."""
    found = Path(path).resolve()
    if found != project and project not in found.parents:
        return None
    return Path(os.path.relpath(found, folder)).as_posix()


def package_places(python: str | None, directory: Path) -> list[Path]:
    """Return the folders of installed packages of an interpreter, None: of this one.

    ``python`` is a name to look for or a path relative to ``directory``.
    """
    if python is None:
        return [Path(entry) for entry in sys.path if entry.endswith(PLACES)]
    found = shutil.which(python) if "/" not in python else str(directory / python)
    # The program itself is often a link out of the environment.
    prefix = Path(found).absolute().parent.parent if found else None
    return sorted(prefix.glob("lib*/python3*/site-packages")) if prefix else []


def editable_in(places: Iterable[Path], folder: Path) -> Editable:
    """Find what is installed in editable form in some places, out of the project that a folder belongs to."""
    whole = folder.resolve()
    project = project_of(whole)
    folders: list[str | None] = []
    packages: dict[str, str] = {}
    for place in places:
        folders += [
            from_folder(str(place / line), whole, project)
            for line in _lines(place)
            if not line.startswith(_IMPORT)
        ]
        for name, path in (*_mapped(place), *_linked(place)):
            known = from_folder(_without_ending(path), whole, project)
            if known is not None:
                packages.setdefault(name, known)
    return Editable(tuple(folder for folder in dict.fromkeys(folders) if folder), packages)


def _lines(place: Path) -> Iterator[str]:
    """Yield the lines of all ``.pth`` files in a place."""
    for path in sorted(place.glob("*.pth")):
        text = path.read_text(encoding="utf-8", errors="replace").lstrip("\ufeff")
        yield from (line.strip() for line in text.splitlines() if line.strip() and line[0] != "#")


def _linked(place: Path) -> Iterator[tuple[str, str]]:
    """Yield the packages and modules that are links in a place."""
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.is_symlink():
            yield path.name.removesuffix(".py"), str(path.resolve())


def _mapped(place: Path) -> Iterator[tuple[str, str]]:
    """Yield the packages that modules know which the ``.pth`` files in a place import."""
    for line in _lines(place):
        if line.startswith(_IMPORT):
            (module, *_) = line.removeprefix("import").replace(";", " ").split()
            yield from _known_to(place / f"{module}.py")


def _known_to(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the packages that a module knows, with the paths that it has for them."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if [getattr(target, "id", "") for target in targets] == ["MAPPING"]:
                pairs = node.value
                if isinstance(pairs, ast.Dict):
                    yield from _texts(zip(pairs.keys, pairs.values, strict=True))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "map_module":
            yield from _texts([node.args[:2]])


def _texts(pairs: Iterable[Sequence[ast.expr | None]]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        texts = [item.value for item in pair if isinstance(item, ast.Constant)]
        if len(texts) == 2 and isinstance(texts[0], str) and isinstance(texts[1], str):
            yield texts[0], texts[1]


_IMPORT = ("import ", "import\t")


def _without_ending(path: str) -> str:
    return path.removesuffix("/__init__.py").removesuffix(".py")
