"""Follows files that well-known libraries open in C, C++ or Rust, where Python reports nothing.

Their functions are wrapped when their module has been imported. Every argument that names a file, a folder
or a pattern counts as read, or as written if the function or its mode says so. What has changed since the run
began does not count as read: the run itself may have made it.
"""

from __future__ import annotations

import os
import sys
import time

from .importing import call_after, found_by_others
from .native_functions import FROM_START, READERS, VISITED, WRITERS
from .paths import signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.machinery import ModuleSpec
    from typing import Any, Callable

    from .observing import Observer

    Before = Callable[[tuple[Any, ...], dict[str, Any]], list[str]]

LIBRARIES = frozenset((*READERS, *WRITERS, *VISITED))
"""The modules that have such functions."""

SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg")
"""The endings of files that are read with one that ends with `.shp`."""

MOST_LETTERS = 1 << 14
"""The length of an argument that may name files."""

LOCKS = ("lock.mdb",)
"""Files in folders that whoever reads them changes."""


class NativeFiles:
    """Stands in `sys.meta_path`, to wrap these functions when their module is imported."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._began = 0.0
        self._searched: set[str] = set()

    def start(self) -> None:
        """Start to follow what is read from now on."""
        self._began = time.time()
        for name in LIBRARIES:
            if name in sys.modules:
                self._wrap_all(sys.modules[name])
        sys.meta_path.insert(0, self)  # type: ignore[arg-type,unused-ignore]

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return what the other finders find, for modules with such functions."""
        if name not in LIBRARIES or name in self._searched:
            return None
        self._searched.add(name)  # other finders ask all of them, too
        try:
            spec = found_by_others(self, name, path, target)
        finally:
            self._searched.discard(name)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            self._wrap_after_loading(name, spec)
        return spec

    def _wrap_after_loading(self, name: str, spec: ModuleSpec) -> None:
        try:
            call_after(spec, lambda module: self._wrap_all(sys.modules.get(name, module)))
        except AttributeError:  # a loader that is not Python's
            return

    def _wrap_all(self, module: Any) -> None:
        tables = (
            (READERS, self._before_reading),
            (WRITERS, self._before_writing),
            (VISITED, self._before_visiting),
        )
        for table, before in tables:
            for dotted in table.get(module.__name__, "").split():
                self._wrap(module, dotted, before)

    def _wrap(self, module: Any, dotted: str, before: Before) -> None:
        *owners, name = dotted.split(".")
        owner = getattr(module, owners[0], None) if owners else module
        function = getattr(owner, name, None)
        if callable(function) and not hasattr(function, "__wrapped_by_mlx__"):
            try:
                setattr(owner, name, self._wrapped(function, before))
            except (AttributeError, TypeError):  # a class of another version, which is in C
                return

    def _wrapped(self, function: Callable[..., Any], before: Before) -> Any:
        """Return a function, or a class, that calls `before` with its arguments, and then the other one."""
        from functools import wraps

        def calls(make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
            places: list[str] = []
            try:
                places = before(given, named)
            except Exception as error:  # noqa: BLE001 - the user's code must not notice
                self._observer.tell("!", getattr(function, "__qualname__", ""), repr(error))
            result = make(*given, **named)
            self._finds_made(places)
            return result

        if isinstance(function, type):
            return _class_that_calls(calls, function)

        @wraps(function)
        def wrapped(*given: Any, **named: Any) -> Any:
            return calls(function, given, named)

        wrapped.__wrapped_by_mlx__ = True  # type: ignore[attr-defined]
        return wrapped

    # Each returns what the call may make as a folder.

    def _before_reading(self, given: tuple[Any, ...], named: dict[str, Any]) -> list[str]:
        modes = (*given[1:], named.get("mode"))
        if any(isinstance(mode, str) and mode in FROM_START for mode in modes):
            return self._before_writing(given, named)
        found = {name: signature(name) for name in _names((*given, *named.values()))}
        for name, kind in found.items():
            self._follow(name, kind)
        self._writes_all(_copied_to(given))
        return [name for name, kind in found.items() if kind == "-"]

    def _before_writing(self, given: tuple[Any, ...], named: dict[str, Any]) -> list[str]:
        values = (*given, *named.values())
        paths = (os.fspath(each) for each in values if isinstance(each, (str, bytes, os.PathLike)))
        self._writes_all(os.fsdecode(path) for path in paths if len(path) <= MOST_LETTERS)
        return []

    def _before_visiting(self, _given: tuple[Any, ...], named: dict[str, Any]) -> list[str]:
        theirs = named.get("file_visitor")

        def visit(written: Any) -> None:
            self._writes_all([written.path])
            if theirs is not None:
                theirs(written)

        named["file_visitor"] = visit
        return []

    def _writes_all(self, names: Iterable[str]) -> None:
        for name in _with_parts(names):
            path = self._observer.path(name)
            if path is not None and signature(name) != "d":
                self._observer.writes(path, "w")

    def _finds_made(self, places: list[str]) -> None:
        """Record the files in folders that did not exist before."""
        folders = [place for place in places if signature(place) == "d"]
        self._observer.look_away(True)  # the run itself does not list them
        try:
            found = [
                os.path.join(at, name)
                for each in folders
                for at, _, names in os.walk(each)
                for name in names
            ]
        finally:
            self._observer.look_away(False)
        self._writes_all(found)

    def _follow(self, name: str, kind: str) -> None:
        """Follow a file, all files of a folder, those that a pattern names, or a file that is missing."""
        plain = name.partition("?")[0]  # options may follow, as in `data.txt?format=libsvm`
        if kind == "-" and os.path.isfile(plain):
            self._reads_all([plain])
        elif kind == "d":
            for at, _, files in os.walk(name):  # which is observed by itself
                self._reads_all(os.path.join(at, file) for file in files if file not in LOCKS)
        elif kind == "-" and _is_pattern(name):
            self._reads_all(_matches(name))
        elif kind != "-" or "." in name or os.sep in name:  # not just a word
            self._reads_all(_with_parts([name]))

    def _reads_all(self, names: Iterable[str]) -> None:
        for name in names:
            path = self._observer.path(name)
            # What has changed since, the run itself may have made.
            if path is not None and _changed_at(path) < self._began:
                self._observer.reads(path, "c")


def _changed_at(path: str) -> float:
    found = signature(path).split(":")
    return int(found[2]) / 1e9 if len(found) > 2 else 0.0


def _names(given: Iterable[Any]) -> Iterator[str]:
    """Yield what may be paths among arguments, also in lists."""
    for each in given:
        if isinstance(each, (list, tuple)):
            yield from _names(each)
        elif isinstance(each, (str, bytes, os.PathLike)):
            yield from _names_in(os.fspath(each))


def _names_in(given: str | bytes) -> Iterable[str]:
    """Return a text as a name, or the names of files that are quoted in it, as in SQL."""
    text = os.fsdecode(given) if len(given) <= MOST_LETTERS else ""  # what is longer is the content
    if not text or "\0" in text or "://" in text:
        return ()
    if "'" in text or "\n" in text:  # few of these are names, so they must be there
        quoted = (each for each in text.split("'")[1::2] if each and " " not in each)
        found = (each for each in quoted if signature(each) != "-" or _matches(each))
        return [*found, *([text] if signature(text) != "-" else ())]
    return (text,)


def _is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def _matches(name: str) -> list[str]:
    """Return the paths that a pattern names; none if it is not a pattern."""
    from glob import glob

    return glob(name, recursive=True) if _is_pattern(name) else []


def _with_parts(names: Iterable[str]) -> Iterator[str]:
    """Yield names, and those of the files that belong to a shapefile."""
    for name in names:
        yield name
        if name.endswith(".shp"):
            yield from (f"{name[:-4]}{suffix}" for suffix in SHAPEFILE)


def _copied_to(given: Iterable[Any]) -> list[str]:
    """Return the names of files that SQL among the arguments writes: COPY … TO 'name'."""
    texts = [
        each for each in given if isinstance(each, str) and "copy" in each[:MOST_LETTERS].lower()
    ]
    if not texts:
        return []
    import re

    return [name for text in texts for name in re.findall(r"(?i)\bto\s+'([^'\n]+)'", text)]


def _class_that_calls(calls: Callable[..., Any], original: type) -> Any:
    """Return a class that stands for one in C, whose objects it makes by `calls`."""

    class Standing(type(original)):  # type: ignore[misc]
        def __call__(cls, *given: Any, **named: Any) -> Any:
            return calls(original if cls is stand else super().__call__, given, named)

        def __instancecheck__(cls, each: object) -> bool:
            return isinstance(each, original) if cls is stand else super().__instancecheck__(each)

        def __subclasscheck__(cls, each: type) -> bool:
            return issubclass(each, original) if cls is stand else super().__subclasscheck__(each)

        def __getattr__(cls, name: str) -> Any:
            return getattr(original, name)

    members = {
        "__doc__": original.__doc__,
        "__module__": original.__module__,
        "__wrapped_by_mlx__": True,
    }
    try:
        stand: Any = Standing(original.__name__, (original,), members)
    except TypeError:  # it allows no subclasses
        stand = Standing(original.__name__, (), members)
    return stand
