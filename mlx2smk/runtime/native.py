"""Follows files that well-known libraries open in C, C++ or Rust, where Python reports nothing.

Their functions are wrapped when their module has been imported. Every argument that names a file, a folder
or a pattern counts as read, or as written if the function or its mode says so. What has changed since the run
began does not count as read: the run itself may have made it.
"""

from __future__ import annotations

import os
import sys
import time

from .attached_databases import OPENING, RUNNING_SQL, follow_databases
from .hdf5_links import OPENING_OBJECTS, Hdf5Links
from .importing import call_after, found_by_others
from .native_functions import (
    FROM_START,
    KEEPING,
    READERS,
    STORAGES,
    STORES,
    TELLING,
    TRAINERS,
    VISITED,
    WRITERS,
)
from .paths import folder_of, has_pattern_signs, path_of_url, signature
from .wrapping import put_around
from .xml_files import PARSERS, XmlDocuments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from typing import Any, Callable

    from .observing import Observer
    from .wrapping import Around

    Places = dict[str, dict[str, str]]
    Before = Callable[[tuple[Any, ...], dict[str, Any]], Places]

OTHERS = (*PARSERS, *RUNNING_SQL, *OPENING, *OPENING_OBJECTS)
LIBRARIES = frozenset(
    (*READERS, *WRITERS, *VISITED, *STORAGES, *STORES, *TELLING, *TRAINERS, *KEEPING, *OTHERS)
)
"""The modules that have such functions."""

SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg")
"""The endings of files that are read with one that ends with `.shp`."""

INDEXES = {
    ".bam": (".bai", ".csi"),
    ".bed.gz": (".tbi", ".csi"),
    ".cram": (".crai",),
    ".fa": (".fai",),
    ".fa.gz": (".fai", ".gzi"),
    ".fasta": (".fai",),
    ".gff.gz": (".tbi", ".csi"),
    ".vcf.gz": (".tbi", ".csi"),
}
"""By the ending of a file, what is added to its name for those of its indexes, which are read or made with it."""

MOST_LETTERS = 1 << 14
"""The length of an argument that may name files."""

OBJECT = " object at 0x"
"""What is in the names that libraries give to files in memory, which differ from run to run."""

TEXT_SIGNS = frozenset(" \t\n+\\^$|(){}%")
"""Characters that hardly a pattern of files has, but SQL and patterns of texts."""

LOCKS = ("lock.mdb",)
"""Files in folders that whoever reads them changes."""


class NativeFiles:
    """Stands in `sys.meta_path`, to wrap these functions when their module is imported."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._began = 0.0
        self._searched: set[str] = set()
        self._opened: set[str] = set()
        self._documents = XmlDocuments(self._reads_all)
        self._links = Hdf5Links(self._reads_all)

    def start(self) -> None:
        """Start to follow what is read from now on."""
        self._began = time.time()
        self._observer.also_handle({"os.rename": self._on_rename})
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
            (STORAGES, self._before_storing),
            (STORES, self._before_opening),
            (TRAINERS, self._before_training),
        )
        for table, before in tables:
            put_around(module, table.get(module.__name__, ""), self._calling(before))
        put_around(module, TELLING.get(module.__name__, ""), self._write_as_told)
        put_around(module, KEEPING.get(module.__name__, ""), self._keep_unseen)
        follow_databases(module)
        if module.__name__ in PARSERS:
            self._documents.wrap(module)
        if module.__name__ in OPENING_OBJECTS:
            self._links.wrap(module)

    def _calling(self, before: Before) -> Around:
        """Return what calls `before` with the arguments of a function, and then the function."""

        def call(make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
            places = self._unnoticed(make, before, given, named) or {}
            result = make(*given, **named)
            self._unnoticed(make, self._finds_made, places)
            return result

        return call

    def _unnoticed(self, around: Any, function: Callable[..., Any], *words: Any) -> Any:
        """Call a function; the user's code must not notice if that fails."""
        try:
            return function(*words)
        except Exception as error:  # noqa: BLE001 - see above
            self._observer.tell("!", getattr(around, "__qualname__", ""), repr(error))
        return None

    # Each returns the folders that the call may make or fill, with the files that are there before.

    def _before_reading(self, given: tuple[Any, ...], named: dict[str, Any]) -> Places:
        modes = (*given[1:], named.get("mode"))
        if any(isinstance(mode, str) and mode in FROM_START for mode in modes):
            return self._before_writing(given, named)
        found = {name: signature(name) for name in _names((*given, *named.values()))}
        for name, kind in found.items():
            self._follow(name, kind)
        places: Places = {name: {} for name, kind in found.items() if kind == "-"}
        copied = _copied_to(given)
        self._writes_all(copied)
        return {**places, **{name: self._files_in(name) for name in copied}}

    def _before_writing(self, given: tuple[Any, ...], named: dict[str, Any]) -> Places:
        values = [_base_of(each) for each in (*given, *named.values())]
        paths = (os.fspath(each) for each in values if isinstance(each, (str, bytes, os.PathLike)))
        names = [os.fsdecode(path) for path in paths if 0 < len(path) <= MOST_LETTERS]
        self._writes_all(names)
        return {name: self._files_in(name) for name in names}

    def _before_storing(self, given: tuple[Any, ...], named: dict[str, Any]) -> Places:
        flags = [each for each in (*given, *named.values()) if isinstance(each, int)]
        is_written = bool(flags) and flags[0] & 3 == 1
        return (self._before_writing if is_written else self._before_reading)(given, named)

    def _before_opening(self, given: tuple[Any, ...], named: dict[str, Any]) -> Places:
        for place in set(_places_in([*given, *named.values()])) - self._opened:
            self._opened.add(place)
            self._follow(place, signature(place))
        return {}

    def _before_training(self, given: tuple[Any, ...], named: dict[str, Any]) -> Places:
        options = {word.partition("=")[0]: word.partition("=")[2] for word in _words_in(given)}
        options.update({f"--{key}": value for key, value in named.items()})
        inputs = options.get("--input") or ""
        for name in inputs.split(",") if isinstance(inputs, str) else _names(inputs):
            self._follow(name, signature(name))
        prefix = options.get("--model_prefix")
        self._writes_all(f"{prefix}{suffix}" for suffix in (".model", ".vocab") if prefix)
        return {}

    def _before_visiting(self, _given: tuple[Any, ...], named: dict[str, Any]) -> Places:
        theirs = named.get("file_visitor")

        def visit(written: Any) -> None:
            self._writes_all([written.path])
            if theirs is not None:
                theirs(written)

        named["file_visitor"] = visit
        return {}

    def _write_as_told(
        self, make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Call a function that returns the names of the files that it has written."""
        result = make(*given, **named)
        self._unnoticed(make, self._writes_all, _with_indexes(_names([result])))
        return result

    def _keep_unseen(
        self, make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        self._observer.look_away(True)
        try:
            return make(*given, **named)
        finally:
            self._observer.look_away(False)

    def _writes_all(self, names: Iterable[str]) -> None:
        for name in _with_parts(names):
            path = self._observer.path(name)
            if path is not None and signature(name) != "d":
                self._observer.writes(path, "w")

    def _on_rename(self, args: tuple[Any, ...]) -> None:
        """Record the files of a folder under its new name, as libraries fill folders before they rename them."""
        source, target = folder_of(args[0], args[2]), folder_of(args[1], args[3])
        if source is not None and target is not None:
            old = os.path.join(source, os.fsdecode(args[0]))
            new = os.path.join(target, os.fsdecode(args[1]))
            self._writes_all(new + path[len(old) :] for path in self._files_in(old))

    def _finds_made(self, places: Places) -> None:
        """Record the files in folders that were not there, or were other files, before."""
        for place, before in places.items():
            now = self._files_in(place)
            self._writes_all(path for path in now if before.get(path) != now[path])

    def _files_in(self, folder: str) -> dict[str, str]:
        """Return the files in a folder with their signatures; none in one where the run is, as do others."""
        inside = os.path.join(os.path.abspath(folder), "")
        if signature(folder) != "d" or os.path.join(os.getcwd(), "").startswith(inside):
            return {}
        self._observer.look_away(True)  # the run itself does not list them
        try:
            paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
        finally:
            self._observer.look_away(False)
        return {path: signature(path) for path in paths}

    def _follow(self, name: str, kind: str) -> None:
        """Follow a file, all files of a folder, those that a pattern names, or a file that is missing."""
        plain = name.partition("?")[0]  # options may follow, as in `data.txt?format=libsvm`
        if kind == "-" and os.path.isfile(plain):
            self._reads_all([plain])
        elif kind == "d":
            for at, _, files in os.walk(name):  # which is observed by itself
                self._reads_all(os.path.join(at, file) for file in files if file not in LOCKS)
        elif kind == "-" and has_pattern_signs(name):
            self._reads_all(_matches(name))
        elif kind != "-" or "." in name or os.sep in name:  # not just a word
            self._reads_all(_with_indexes(_with_parts([name])))

    def _reads_all(self, names: Iterable[str]) -> None:
        for name in names:
            path = self._observer.path(name)
            # What has changed since, the run itself may have made.
            if path is not None and OBJECT not in path and _changed_at(path) < self._began:
                self._observer.reads(path, "c")


def _changed_at(path: str) -> float:
    found = signature(path).split(":")
    return int(found[2]) / 1e9 if len(found) > 2 else 0.0


def _names(given: Iterable[Any]) -> Iterator[str]:
    """Yield what may be paths among arguments, also in lists."""
    for each in given:
        if isinstance(each, (list, tuple)):
            yield from () if _is_data(each) else _names(each)
        elif isinstance(each, (str, bytes, os.PathLike)):
            yield from _names_in(os.fspath(each))


def _is_data(items: Sequence[Any]) -> bool:
    """Tell whether a list has words, such as labels, instead of names; there may be millions."""
    first = items[0] if items else None
    return isinstance(first, str) and not (
        "." in first or os.sep in first or signature(first) != "-"
    )


def _names_in(given: str | bytes) -> Iterable[str]:
    """Return a text as a name, or the names of files that are quoted in it, as in SQL."""
    text = os.fsdecode(given) if len(given) <= MOST_LETTERS else ""  # what is longer is the content
    text = path_of_url(text) if text.startswith("file://") else text
    if not text or "\0" in text or "://" in text or OBJECT in text:
        return ()
    if "'" in text or "\n" in text:  # few of these are names, so they must be there, or look so
        quoted = (each for each in text.split("'")[1::2] if each and " " not in each)
        found = (each for each in quoted if _is_path(each) or _matches(each))
        return [*found, *([text] if signature(text) != "-" else ())]
    return (text,)


def _places_in(described: Any) -> Iterator[str]:
    """Yield the folders of files that descriptions of arrays name, for tensorstore."""
    if hasattr(described, "to_json"):
        described = described.to_json()
    if isinstance(described, str) and described.startswith("file://"):
        yield path_of_url(described.partition("|")[0])
    if isinstance(described, dict) and described.get("driver") == "file":
        yield str(described.get("path", ""))
    if isinstance(described, (dict, list)):
        for each in described.values() if isinstance(described, dict) else described:
            yield from _places_in(each)


def _words_in(given: Iterable[Any]) -> list[str]:
    return [word for each in given if isinstance(each, str) for word in each.split()]


def _base_of(given: Any) -> Any:
    """Return the folder that an argument of polars stands for, which holds a table in parts."""
    inner = getattr(given, "_pl_partition_by", given)
    return getattr(inner, "base_path", given)


def _is_path(text: str) -> bool:
    """Tell whether something has this path, or the text ends as the names of files do."""
    suffix = text[1:].rpartition(".")[2]
    return signature(text) != "-" or ("." in text[1:] and suffix.isalnum() and suffix[0].isalpha())


def _matches(name: str) -> list[str]:
    """Return the paths that a pattern names, whose folder is listed for that; none if it is not a pattern."""
    if not has_pattern_signs(name) or _is_of_texts(name):
        return []
    from glob import glob

    return glob(name, recursive=True)


def _is_of_texts(pattern: str) -> bool:
    """Tell whether a pattern is SQL, as `select *`, or one of texts, as `[a-z]+`, and names no folder or ending."""
    has_ending = pattern.rpartition(".")[2].isalnum()
    is_text = pattern.startswith(".*") or not TEXT_SIGNS.isdisjoint(pattern)
    return is_text and not has_ending and os.sep not in pattern


def _with_parts(names: Iterable[str]) -> Iterator[str]:
    """Yield names, and those of the files that belong to a shapefile."""
    for name in names:
        yield name
        if name.endswith(".shp"):
            yield from (f"{name[:-4]}{suffix}" for suffix in SHAPEFILE)


def _with_indexes(names: Iterable[str]) -> Iterator[str]:
    """Yield names, and those of the indexes that files of the kind have."""
    for name in names:
        yield name
        for ending, added in INDEXES.items():
            if name.endswith(ending):
                yield from (name + suffix for suffix in added)


def _copied_to(given: Iterable[Any]) -> list[str]:
    """Return the names of files that SQL among the arguments writes: COPY … TO 'name', EXPORT DATABASE 'name'."""
    texts = [each[:MOST_LETTERS].lower() for each in given if isinstance(each, str)]
    if not any("copy" in text or "export" in text for text in texts):
        return []
    import re

    pattern = r"(?i)\b(?:to|export\s+database)\s+'([^'\n]+)'"
    return [name for text in given if isinstance(text, str) for name in re.findall(pattern, text)]
