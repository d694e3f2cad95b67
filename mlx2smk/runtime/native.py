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

DUCKDB = "sql query execute from_query read_csv read_parquet read_json from_csv_auto from_parquet"

READERS = {
    "av": "open",
    "cv2": "imread imreadmulti",
    "duckdb": " ".join(("connect", DUCKDB, *(f"DuckDBPyConnection.{n}" for n in DUCKDB.split()))),
    "faiss": "read_index read_index_binary read_VectorTransform",
    "fiona": "open",
    "geopandas": "read_file",
    "h5py.h5f": "open",
    "lightgbm": "Dataset.__init__ Booster.__init__",
    "lmdb": "open Environment",
    "netCDF4": "Dataset MFDataset",
    "onnxruntime": "InferenceSession.__init__",
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
    "pyogrio": "read_dataframe read_arrow open_arrow read_info read_bounds list_layers",
    "rasterio": "open",
    "safetensors": "safe_open",
    "soundfile": "read info blocks SoundFile.__init__",
    "tables": "open_file",
    "torch": "from_file",
    "torch.jit": "load",
    "xgboost": "DMatrix.__init__ Booster.__init__ Booster.load_model",
}
"""The functions and classes of each module that open files themselves."""

SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg")
"""The endings of files that are read with one that ends with `.shp`."""

MOST_LETTERS = 1 << 16
"""The length of an argument that may name files."""


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

    def _wrapped(self, function: Callable[..., Any]) -> Any:
        from functools import wraps

        def follow(given: Iterable[Any]) -> None:
            try:
                for name in _names(given):
                    self._follow(name)
            except Exception as error:  # noqa: BLE001 - the user's code must not notice
                self._observer.tell("!", getattr(function, "__qualname__", ""), repr(error))

        if isinstance(function, type):
            return _class_that_follows(function, follow)

        @wraps(function)
        def reading(*given: Any, **named: Any) -> Any:
            follow((*given, *named.values()))
            return function(*given, **named)

        reading.__wrapped_by_mlx__ = True  # type: ignore[attr-defined]
        return reading

    def _follow(self, name: str) -> None:
        """Follow a file, all files of a folder, those that a pattern names, or a file that is missing."""
        kind = signature(name)
        if kind == "-" and os.path.isfile(name.partition("?")[0]):
            self._reads_all(
                [name.partition("?")[0]]
            )  # options follow, as in `data.txt?format=libsvm`
        elif kind == "d":
            for at, _, files in os.walk(name):  # which is observed by itself
                self._reads_all(os.path.join(at, file) for file in files)
        elif kind == "-" and any(sign in name for sign in "*?["):
            self._reads_all(_matches(name))
        elif kind != "-" or "." in name or os.sep in name:  # not just a word
            beside = SHAPEFILE if name.endswith(".shp") else ()
            self._reads_all([name, *(f"{name[:-4]}{suffix}" for suffix in beside)])

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
            yield from _names_in(os.fsdecode(each))


def _names_in(text: str) -> Iterable[str]:
    """Return a text as a name, or the names of files that are quoted in it, as in SQL."""
    if not text or len(text) > MOST_LETTERS or "\0" in text or "://" in text:
        return ()
    if "'" in text or "\n" in text:  # few of these are names, so they must be there
        quoted = (each for each in text.split("'")[1::2] if each and " " not in each)
        return [each for each in (text, *quoted) if signature(each) != "-" or _matches(each)]
    return (text,)


def _matches(name: str) -> list[str]:
    """Return the paths that a pattern names; none if it is not a pattern."""
    from glob import glob

    return glob(name, recursive=True) if any(sign in name for sign in "*?[") else []


def _class_that_follows(original: type, follow: Callable[[Iterable[Any]], None]) -> Any:
    """Return a class that stands for one in C: it follows what it is given and makes objects of that one."""

    class Standing(type(original)):  # type: ignore[misc]
        def __call__(cls, *given: Any, **named: Any) -> Any:
            follow((*given, *named.values()))
            make = original if cls is stand else super().__call__
            return make(*given, **named)

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
