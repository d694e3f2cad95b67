"""Follows files that well-known libraries open in C, C++ or Rust, where Python reports nothing.

Their functions are wrapped when their module has been imported. Every argument that names a file, a folder
or a pattern counts as read. What has changed since the run began does not: the run itself may have made it.
"""

from __future__ import annotations

import os
import sys
import time

from .importing import call_after, found_by_others
from .paths import signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.machinery import ModuleSpec
    from typing import Any, Callable

    from .observing import Observer

READERS = {
    "cv2": "imread imreadmulti",
    "h5py.h5f": "open",
    "polars": (
        "read_csv read_csv_batched scan_csv read_parquet read_parquet_schema scan_parquet read_ipc "
        "read_ipc_stream scan_ipc read_json read_ndjson scan_ndjson read_avro read_excel"
    ),
    "pyarrow.csv": "read_csv open_csv",
    "pyarrow.dataset": "dataset",
    "pyarrow.feather": "read_feather read_table",
    "pyarrow.json": "read_json open_json",
    "pyarrow.orc": "read_table ORCFile.__init__",
    "pyarrow.parquet": (
        "read_table read_pandas read_schema read_metadata ParquetFile.__init__ ParquetDataset.__init__"
    ),
    "soundfile": "read info blocks SoundFile.__init__",
    "tables": "open_file",
}
"""The functions of each module that open files themselves."""


class NativeReaders:
    """Stands in `sys.meta_path`, to wrap these functions when their module is imported."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._began = 0.0
        self._searched: set[str] = set()

    def start(self) -> None:
        """Start to follow what is read from now on."""
        self._began = time.time()
        for name in READERS:
            if name in sys.modules:
                self._wrap_all(sys.modules[name])
        sys.meta_path.insert(0, self)  # type: ignore[arg-type,unused-ignore]

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return what the other finders find, for modules with such functions."""
        if name not in READERS or name in self._searched:
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
        for dotted in READERS.get(module.__name__, "").split():
            *owners, name = dotted.split(".")
            owner = getattr(module, owners[0], None) if owners else module
            function = getattr(owner, name, None)
            if not callable(function) or hasattr(function, "__wrapped_by_mlx__"):
                continue
            try:
                setattr(owner, name, self._wrapped(function))
            except (AttributeError, TypeError):  # a class of another version, which is in C
                continue

    def _wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from functools import wraps

        name_of_function = getattr(function, "__qualname__", "")

        @wraps(function)
        def reading(*given: Any, **named: Any) -> Any:
            try:
                for name in _names((*given, *named.values())):
                    self._follow(name)
            except Exception as error:  # noqa: BLE001 - the user's code must not notice
                self._observer.tell("!", name_of_function, repr(error))
            return function(*given, **named)

        reading.__wrapped_by_mlx__ = True  # type: ignore[attr-defined]
        return reading

    def _follow(self, name: str) -> None:
        """Follow a file, all files of a folder, those that a pattern names, or a file that is missing."""
        kind = signature(name)
        if kind == "d":
            for at, _, files in os.walk(name):  # which is observed by itself
                self._reads_all(os.path.join(at, file) for file in files)
        elif kind == "-" and any(sign in name for sign in "*?["):
            from glob import glob

            self._reads_all(glob(name, recursive=True))
        elif kind != "-" or "." in name or os.sep in name:  # not just a word
            self._reads_all([name])

    def _reads_all(self, names: Iterable[str]) -> None:
        for name in names:
            path = self._observer.path(name)
            if path is not None and not self._is_new(path):
                self._observer.reads(path, "c")

    def _is_new(self, path: str) -> bool:
        """Tell whether a file was made or changed since the run began."""
        try:
            return os.stat(path).st_ctime >= self._began
        except OSError:
            return False


def _names(given: Iterable[Any]) -> Iterator[str]:
    """Yield what may be paths among arguments, also in lists."""
    for each in given:
        if isinstance(each, (list, tuple)):
            yield from _names(each)
        elif isinstance(each, (str, bytes, os.PathLike)):
            name = os.fsdecode(each)
            if name and "\0" not in name and "://" not in name:
                yield name
