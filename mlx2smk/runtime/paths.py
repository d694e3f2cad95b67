"""Paths in audit events: which file is meant, whether it has changed, and which belong to Python."""

from __future__ import annotations

import os
import stat as modes
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Name = Union[str, bytes, os.PathLike[str], None]

PLACES = ("site-packages", "dist-packages")
"""The names of the folders that packages are installed in."""

INSTALLED = tuple(f"/{place}/" for place in PLACES)
"""What is in the paths of their files."""

SYSTEM = (
    *("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/bin/", "/sbin/", "/run/", "/boot/"),
    *("/lib/", "/lib32/", "/lib64/", "/var/lib/", "/var/cache/", "/System/", "/Library/"),
    *("/private/etc/", "/private/var/db/", "/nix/store/"),
)
"""Folders of the operating system: their contents belong to the machine, not to the experiment."""

PASSING = ("/joblib_memmapping_folder_", "/pymp-", "/torchinductor_")
"""Names that libraries give to files that they leave in the folder for temporary files."""

NO_FOLDER = -1
"""The values in audit events of a path that is not relative to a directory descriptor."""


MOST_OF_LOG = 1 << 24
"""The size of a file whose content is noted before something is appended to it."""

NO_FILE = ("-", "d", "o")
"""The signatures of what is no file: nothing, a folder, or something else, such as a device."""

_raw_stat = os.stat  # `watching` wraps it


def signature(path: Name) -> str:
    """Return a signature that changes with the file; `d` for a folder, `-` if nothing is there."""
    try:
        found = _raw_stat(path or ".")
    except (OSError, ValueError):
        return "-"
    if modes.S_ISREG(found.st_mode):
        times = f"{found.st_mtime_ns}:{found.st_ctime_ns}"
        return f"{found.st_size}:{times}:{found.st_ino}"
    return "d" if modes.S_ISDIR(found.st_mode) else "o"


def path_of_database(name: str) -> str:
    """Return the path in the name of a database of SQLite, which may be an address; empty if it has none."""
    if not name.startswith("file:"):
        return "" if name == ":memory:" else name
    path = name[5:].partition("?")[0].partition("#")[0]
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)


def size_in(found: str) -> int:
    """Return the size of a file from its signature; 0 if it is none."""
    return int(found.partition(":")[0]) if ":" in found else 0


def folder_of(name: Name, descriptor: int) -> str | None:
    """Return the folder to which a path is relative: that of a descriptor, as `shutil.rmtree` uses them.

    None if it is unknown, since using the working directory instead would give a wrong path.
    """
    if descriptor == NO_FOLDER or os.path.isabs(os.fsdecode(name or ".")):
        return os.curdir
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None


def source_of(path: str) -> str | None:
    """Return the source file of a compiled one in `__pycache__`; None for all other files there."""
    folder, _, name = path.rpartition("/__pycache__/")
    return os.path.join(folder, name.split(".")[0] + ".py") if name.endswith(".pyc") else None


def path_of_url(url: str) -> str:
    """Return the path that a URL means; empty if it is that of another machine."""
    if not url.startswith("file:"):
        return "" if "://" in url else url
    from urllib.parse import unquote

    return unquote(url[len("file:") :].replace("//localhost/", "///", 1).replace("//", "", 1))


def installation() -> list[str]:
    """Return the folders of this Python installation, which programs do not change."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.__file__)}
    return [path for path in prefixes if len(path) > 1]


def has_pattern_signs(name: str) -> bool:
    """Tell whether a name may be a pattern of files."""
    return any(sign in name for sign in "*?[")
