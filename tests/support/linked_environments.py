"""Virtual environments that have packages of this one, made in a second by links."""

from __future__ import annotations

import sys
import venv
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def make_environment(folder: Path, names: set[str]) -> Path:
    """Make a virtual environment that has the packages with these names; return its Python."""
    venv.create(folder, symlinks=True)
    [target] = folder.glob("lib/python*/site-packages")
    python = folder / "bin" / "python"
    for name in sorted(names):
        for start, path in _top_level(distribution(name)):
            if start == "..":
                _copy_script(path, python)
            elif not (target / start).exists():
                (target / start).symlink_to(path)
    return python


def all_but(*names: str) -> set[str]:
    """Return the names of all packages of this environment except some."""
    left_out = {canonicalize_name(name) for name in names}
    return {canonicalize_name(each.name) for each in distributions()} - left_out


def needed_by(requirement: str) -> set[str]:
    """Return the names of what a package of this environment needs, with extras as in `name[extra]`."""
    found: set[tuple[str, str]] = set()
    unread = [Requirement(requirement)]
    while unread:
        asked = unread.pop()
        for extra in {"", *asked.extras}:
            key = (canonicalize_name(asked.name), extra)
            if key not in found:
                found.add(key)
                unread += _requirements(asked.name, extra)
    return {name for name, _ in found} - {canonicalize_name(Requirement(requirement).name)}


def _requirements(name: str, extra: str) -> list[Requirement]:
    all_of_it = map(Requirement, distribution(name).requires or ())
    return [one for one in all_of_it if not one.marker or one.marker.evaluate({"extra": extra})]


def _top_level(package: Distribution) -> set[tuple[str, Path]]:
    """Return the first part of each of a package's paths and what it leads to, of a script the script."""
    starts = set()
    for path in package.files or ():
        start = path.parts[0]
        whole = path if start == ".." else start
        starts.add((start, Path(str(package.locate_file(whole)))))
    return starts


def _copy_script(path: Path, python: Path) -> None:
    if path.parent.name == "bin":
        text = path.read_bytes().replace(sys.executable.encode(), bytes(python), 1)
        (python.parent / path.name).write_bytes(text)
        (python.parent / path.name).chmod(0o755)
