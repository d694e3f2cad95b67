"""Records, as it happens, what a process of a job uses: files, folders, variables, programs.

Python reports most of it with audit events. Lookups of paths and reads of environment variables have no
audit events, so the functions for them are wrapped. Each event is written once, as a line of fields, to
the file that the worker reads when the process has ended (`observed` interprets them).

Other interpreters that a job starts load this module as well (`follow/sitecustomize.py`), whatever
their version of Python. It therefore imports as little as possible.
"""

from __future__ import annotations

import os
import sys

from . import digests, errors, watching
from .importing import Imports
from .native import NativeFiles
from .paths import (
    INSTALLED,
    MOST_OF_LOG,
    NO_FILE,
    NO_FOLDER,
    PASSING,
    SYSTEM,
    folder_of,
    installation,
    path_of_database,
    signature,
    size_in,
    source_of,
)
from .private import get_ident
from .programs import Programs, is_pool_worker, words_of_command
from .windows import Windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Mapping
    from importlib.machinery import ModuleSpec
    from typing import Any, Callable

    from .paths import Name

    Handler = Callable[[tuple[Any, ...]], None]

_write = os.write
END = b"\0\n"
CONFIGURATION = "MLX_OBSERVED"
"""The variable that tells other interpreters of the job the path of the event file, and what to ignore."""

SEARCHING = ("/importlib/", "/pkg_resources/", os.path.join(os.path.dirname(__file__), ""))
"""Code that searches the folders of modules for installed packages, and this one, which guards them."""

PKGUTIL = "/pkgutil.py"
"""Code that does so, and that user code calls to find the modules of a package."""


class Observer:
    """Records what this process and its forks use."""

    observes = True

    def __init__(self, fd: int, notes: int, folder: str, ignored: Iterable[str]) -> None:
        self.fd = fd
        self._notes = notes
        self.is_active = False
        self._inside = os.path.join(folder, "")
        home = os.path.expanduser("~")
        caches = [os.environ.get("XDG_CACHE_HOME"), os.path.join(home, ".cache")]
        named = [v for k, v in os.environ.items() if k.startswith("MLX_") and v.startswith("/")]
        within = [*installation(), *filter(None, caches), *ignored, *named]
        system = tuple(start for start in SYSTEM if not self._inside.startswith(start))
        self._ignored = (*(os.path.join(start, "") for start in within), *system)
        self._told: set[tuple[str, ...]] = set()
        self._written: set[str] = set()
        self._read: dict[str, str] = {}
        self._kept: set[tuple[str, str]] = set()
        self._busy: set[int] = set()
        self.windows = Windows()
        self.user_files: frozenset[str] = frozenset()
        self.opened_in: dict[int, str | None] = {}
        self.imports = Imports(self)
        self.native = NativeFiles(self)
        self._handlers: dict[str, Handler] = {
            "open": self._on_open,
            "os.listdir": self._on_listing,
            "os.scandir": self._on_listing,
            "os.rename": self._on_rename,
            "os.link": self._on_link,
            "os.symlink": self._on_symlink,
            "os.remove": self._on_remove,
            "os.rmdir": self._on_remove,
            "os.mkdir": self._on_mkdir,
            "os.truncate": self._on_truncate,
            "sqlite3.connect": self._on_sqlite,
            "tempfile.mkstemp": self._on_temporary,
            "tempfile.mkdtemp": self._on_temporary,
            "ctypes.dlopen": self._on_library,
            **self.imports.handlers(),
            **Programs(self).handlers(),
        }

    def prepare(self) -> None:
        """Do what takes time once, before processes are forked."""
        watching.watch_lookups(self)
        watching.watch_openings(self)
        watching.watch_variables(self)

    def start(self) -> None:
        """Start to observe, for the rest of the process's life."""
        self.is_active = True
        self.imports.start()
        self.native.start()
        sys.addaudithook(self._hook)

    def also_handle(self, handlers: Mapping[str, Handler]) -> None:
        """Pass audit events to these handlers too; a second hook would slow down every event again."""
        for event, handler in handlers.items():
            own = self._handlers.get(event)
            self._handlers[event] = handler if own is None else _both(own, handler)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        handler = self._handlers.get(event)
        if handler is None or get_ident() in self._busy:
            return
        try:
            handler(args)
        except Exception as error:  # noqa: BLE001 - the user's code must not notice
            self.tell("!", event, repr(error))

    # What somebody else keeps

    def look_away(self, away: bool) -> None:
        """Observe nothing of what this thread does, or everything again."""
        (self._busy.add if away else self._busy.discard)(get_ident())

    def ignore(self, folder: str) -> None:
        """Do not follow what is in a folder."""
        start = os.path.join(os.path.abspath(folder), "")
        if start not in self._ignored:
            self._ignored += (start,)

    def tell(self, *fields: str) -> None:
        """Write a line of these fields, once; fail the job if the system refuses that."""
        self.windows.add(fields)
        if fields not in self._told:
            self._told.add(fields)
            data = b"\0".join(map(os.fsencode, fields)) + END
            try:
                _write(self.fd, data)
            except OSError as error:
                errors.complain(f"what the run uses cannot be recorded: {error.strerror}")

    def finds(self, name: str, spec: ModuleSpec) -> None:
        """Record a package that is looked for."""
        self.imports.found(name, spec)

    def descriptors(self) -> tuple[int, int]:
        """Return the descriptors that the program must leave alone."""
        return self.fd, self._notes

    def leave_note(self, text: str) -> None:
        """Leave the job's task for other interpreters to read."""
        os.ftruncate(self._notes, 0)
        os.pwrite(self._notes, text.encode(), 0)

    def note(self) -> str:
        """Return what `leave_note` has left, which is empty if it was not called."""
        return os.pread(self._notes, os.fstat(self._notes).st_size, 0).decode()

    # Paths

    def path(self, name: Name, folder: Name = None) -> str | None:
        """Return the absolute path, or None if the path is ignored."""
        if isinstance(name, int):
            return None
        path = os.fsdecode(name) if name is not None else "."
        if not path or "\0" in path:
            return None
        if folder is not None:
            path = os.path.join(os.fsdecode(folder), path)
        path = os.path.abspath(path)
        if f"{path}/".startswith(self._ignored):
            return None
        if any(part in path for part in INSTALLED) or any(part in path for part in PASSING):
            return None
        return source_of(path) if "/__pycache__/" in path else path

    def _path_at(self, name: Name, descriptor: int) -> str | None:
        folder = folder_of(name, descriptor)
        return None if folder is None else self.path(name, folder)

    def _on_open(self, args: tuple[Any, ...]) -> None:
        name, _mode, flags = args
        folder = self.opened_in.get(get_ident(), os.curdir)
        path = None if folder is None else self.path(name, folder)
        if path is None or not isinstance(flags, int) or flags & os.O_DIRECTORY:
            return
        access = flags & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
        if access == os.O_RDONLY:
            self.reads(path)
        elif "/__pycache__/" not in os.fsdecode(name):
            whole = bool(flags & (os.O_TRUNC | os.O_EXCL))
            if access == os.O_RDWR and not whole:
                self.reads(path)
            self.writes(path, "w" if whole else "a" if flags & os.O_APPEND else "u")

    def reads(self, path: str, kind: str = "r") -> None:
        """Record that a file is read, with its signature."""
        self.windows.add((kind, path))
        if path in self._written:
            return
        if path not in self._read:
            self._read[path] = signature(path)
        if self._read[path] not in ("d", "o"):
            self.tell(kind, path, self._read[path])

    def hands_over(self, path: str, kind: str, most: int = sys.maxsize) -> int:
        """Record that a file is given to code that Python cannot see, which may change it, or make it.

        What it holds is recorded, too, unless it has more than `most` bytes. Returns how many were read.
        """
        self.reads(path, kind)
        before = self._read.get(path, "-")
        if before in NO_FILE or (path, before) in self._kept or size_in(before) > most:
            return 0
        if signature(path) == before:
            content = self.content(path)
            if signature(path) == before:
                self._kept.add((path, before))
                self.tell("b", path, before, content)
        return size_in(before)

    def writes(self, path: str, how: str) -> None:
        """Record that a file will be written, after its earlier content if it was read before."""
        if path in self._written:
            return
        before = signature(path)
        if before == "o":
            return
        was_read = self._read.get(path) == before
        if before != "-" and (was_read or (how == "a" and size_in(before) <= MOST_OF_LOG)):
            self.tell("b", path, before, self.content(path))
        self._written.add(path)
        self.tell(how, path, before)

    def content(self, path: str) -> str:
        """Return the digest of a file, which is not read by the run."""
        self.look_away(True)
        try:
            return digests.of_file(path)
        finally:
            self.look_away(False)

    def _on_listing(self, args: tuple[Any, ...]) -> None:
        asking = sys._getframe(2).f_code.co_filename  # noqa: SLF001 - its only name
        if asking.startswith("<frozen importlib") or any(part in asking for part in SEARCHING):
            return
        if asking.endswith(PKGUTIL) and not self.is_local_code():
            return
        name = args[0] if args else None
        path = self.path(folder_of(".", name) if isinstance(name, int) else name)
        if path is not None:
            self.tell("l", path)

    def _on_rename(self, args: tuple[Any, ...]) -> None:
        source, target = folder_of(args[0], args[2]), folder_of(args[1], args[3])
        if source is None or target is None:
            return
        old = os.path.abspath(os.path.join(source, os.fsdecode(args[0])))
        new = self.path(args[1], target)
        self._forget(old)
        if new is not None:
            self._forget(new)
            self._told.discard(("n", old, new))
            self.tell("n", old, new)
        elif self.path(old) is not None:
            self._on_remove((old, NO_FOLDER))

    def _on_link(self, args: tuple[Any, ...]) -> None:
        source = self._path_at(args[0], args[2])
        if source is not None:
            self.reads(source)
        self._on_symlink(args)

    def _on_symlink(self, args: tuple[Any, ...]) -> None:
        path = self._path_at(args[1], args[-1])
        if path is not None:
            self.writes(path, "w")

    def _on_remove(self, args: tuple[Any, ...]) -> None:
        path = self._path_at(args[0], args[1])
        if path is not None:
            self._forget(path)
            self._told.discard(("d", path))
            self.tell("d", path)

    def _forget(self, path: str) -> None:
        self._written.discard(path)
        self._read.pop(path, None)
        for start in ("w", "a", "u"):
            self._told.discard((start, path, "-"))

    def _on_mkdir(self, args: tuple[Any, ...]) -> None:
        path = self._path_at(args[0], args[2])
        if path is not None and signature(path) == "-":
            self.tell("m", path)

    def _on_truncate(self, args: tuple[Any, ...]) -> None:
        path = self.path(args[0])
        if path is not None:
            self.writes(path, "u")

    def _on_sqlite(self, args: tuple[Any, ...]) -> None:
        path = self.path(path_of_database(os.fsdecode(args[0])))
        if path is not None:
            self.hands_over(path, "s")

    def _on_temporary(self, args: tuple[Any, ...]) -> None:
        path = self.path(args[0])
        if path is not None:
            self.tell("t", path)

    def _on_library(self, args: tuple[Any, ...]) -> None:
        if args[0] and os.sep in os.fsdecode(args[0]) and (path := self.path(args[0])):
            self.reads(path)

    def is_local_code(self) -> bool:
        """Tell whether the user's code led here, and not a library by itself."""
        frame: types.FrameType | None = sys._getframe(1)  # noqa: SLF001 - its only name
        while frame is not None:
            name = frame.f_code.co_filename
            if self.is_local_file(name) or any(part in name for part in INSTALLED):
                return self.is_local_file(name)
            frame = frame.f_back
        return False

    def is_local_file(self, name: str) -> bool:
        """Tell whether a file of code belongs to the user."""
        return name in self.user_files or (
            name.startswith(self._inside)
            and not name.startswith(self._ignored)
            and not any(part in name for part in INSTALLED)
        )

    # What has no audit event

    def looks_for(self, name: Name) -> None:
        """Record the kind of a path, or that it does not exist."""
        seen = self.is_active and not (self._busy and get_ident() in self._busy)
        path = self.path(name) if seen else None
        if path is not None and path not in self._written and not self._inside.startswith(path):
            found = signature(path)
            self.tell("k", path, "-" if found == "-" else "d" if found == "d" else "f")

    def reads_variable(self, key: bytes, value: bytes | None) -> None:
        """Record that a variable is read, with the digest of its value and the reader."""
        name = os.fsdecode(key)
        if self.is_active and not name.startswith("MLX_"):
            digest = "-" if value is None else digests.of_bytes(value)
            self.tell("e", name, digest, "l" if self.is_local_code() else "")

    def sets_variable(self, key: bytes) -> None:
        """Record that the program itself sets a variable."""
        self.tell("E", os.fsdecode(key))


def _both(first: Handler, second: Handler) -> Handler:
    def handle(args: tuple[Any, ...]) -> None:
        first(args)
        second(args)

    return handle


def configured(text: str) -> Observer:
    """Return an observer for another interpreter of a job, configured by the value of `MLX_OBSERVED`."""
    path, notes, folder, *ignored = text.split("\n")
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    return Observer(fd, os.open(notes, os.O_RDWR), folder, ignored)


def follow() -> None:
    """Observe an interpreter that a job has started."""
    if os.environ.get(CONFIGURATION) and hasattr(sys, "addaudithook"):
        observer = configured(os.environ[CONFIGURATION])
        observer.prepare()
        observer.start()
        errors.complain_among_events(observer.fd)
        if is_pool_worker(words_of_command()):
            from . import spawned

            spawned.prepare(observer)
