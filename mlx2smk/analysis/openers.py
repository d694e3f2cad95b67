"""Tables of calls that read or write files, and of the arguments that are the paths.

Each entry lists arguments as ``position/keyword:how``, where how is ``r``, ``w``, ``rw``, or ``mode`` if
another argument decides. ``self`` is the path whose method is called. An ending after ``w`` is appended to
paths that lack it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PathArgument:
    """An argument that is a path; ``position`` -1 denotes the object whose method is called."""

    position: int | None
    keyword: str
    how: str
    ending: str = ""


@dataclass(frozen=True, slots=True)
class ModeArgument:
    """The argument with a file's mode, and its default."""

    position: int
    default: str


def _arguments(text: str) -> tuple[PathArgument, ...]:
    return tuple(map(_argument, text.split()))


def _argument(text: str) -> PathArgument:
    where, _, how = text.partition(":")
    number, _, keyword = where.partition("/")
    position = -1 if number == "self" else int(number) if number else None
    way, dot, ending = how.partition(".")
    return PathArgument(position, keyword, way, dot + ending)


def _table(entries: dict[str, str]) -> dict[str, tuple[PathArgument, ...]]:
    """Parse entries in which several names share the same arguments."""
    return {name: _arguments(text) for names, text in entries.items() for name in names.split()}


MODES = {
    **dict.fromkeys(("open", "io.open", "codecs.open", "h5py.File"), ModeArgument(1, "r")),
    **dict.fromkeys(("gzip.open", "bz2.open", "lzma.open"), ModeArgument(1, "r")),
    **dict.fromkeys(("tarfile.open", "zipfile.ZipFile"), ModeArgument(1, "r")),
    "numpy.memmap": ModeArgument(2, "r+"),
    "numpy.lib.format.open_memmap": ModeArgument(1, "r+"),
    "pandas.HDFStore": ModeArgument(1, "a"),
}
"""Calls that open a file for reading or writing according to their mode."""

OPEN_METHOD = ModeArgument(0, "r")
"""The mode of ``Path.open``."""

LIBRARY_CALLS = _table(
    {
        "open io.open": "0/file:mode",
        "codecs.open gzip.open bz2.open lzma.open": "0/filename:mode",
        "h5py.File tarfile.open": "0/name:mode",
        "zipfile.ZipFile": "0/file:mode",
        "numpy.memmap numpy.lib.format.open_memmap": "0/filename:mode",
        "pandas.HDFStore": "0/path:mode",
        "os.open shelve.open dbm.open": "0/path:rw",
        "sqlite3.connect": "0/database:rw",
        "os.remove os.unlink os.truncate shutil.rmtree": "0/path:rw",
        "os.rename os.replace": "0/src:rw 1/dst:w",
        "os.link os.symlink": "1/dst:w",
        "shutil.copyfile": "0/src:r 1/dst:w",
        "shutil.copy shutil.copy2": "0/src:r 1/dst:file",
        "shutil.move": "0/src:rw 1/dst:file",
        "os.stat os.path.exists os.path.isfile os.path.getsize os.path.getmtime": "0/path:r",
        "logging.basicConfig": "/filename:w",
        "logging.FileHandler logging.handlers.RotatingFileHandler": "0/filename:w",
        "logging.handlers.TimedRotatingFileHandler logging.handlers.WatchedFileHandler": "0/filename:w",
        "numpy.save": "0/file:w.npy",
        "numpy.savez numpy.savez_compressed": "0/file:w.npz",
        "numpy.savetxt": "0/fname:w",
        "numpy.load numpy.fromfile": "0/file:r",
        "numpy.loadtxt numpy.genfromtxt": "0/fname:r",
        "scipy.io.savemat": "0/file_name:w",
        "scipy.io.loadmat": "0/file_name:r",
        "scipy.sparse.save_npz": "0/file:w",
        "scipy.sparse.load_npz": "0/file:r",
        "torch.save torch.jit.save onnx.save": "1/f:w",
        "torch.load torch.jit.load": "0/f:r",
        "safetensors.torch.save_file safetensors.numpy.save_file": "1/filename:w",
        "safetensors.torch.load_file safetensors.numpy.load_file": "0/filename:r",
        "joblib.dump": "1/filename:w",
        "joblib.load": "0/filename:r",
        "matplotlib.pyplot.savefig matplotlib.pyplot.imsave": "0/fname:w",
        "cv2.imwrite imageio.imwrite": "0/uri:w",
        "urllib.request.urlretrieve": "1/filename:w",
        "pandas.ExcelWriter": "0/path:w",
        "pandas.read_csv pandas.read_table": "0/filepath_or_buffer:r",
        "pandas.read_pickle pandas.read_json": "0/filepath_or_buffer:r",
        "pandas.read_parquet pandas.read_feather": "0/path:r",
        "pandas.read_excel": "0/io:r",
        "pandas.read_hdf": "0/path_or_buf:r",
        "polars.read_csv polars.read_parquet polars.read_json polars.scan_csv": "0/source:r",
    }
)
"""Functions and classes, by dotted name."""

METHODS = _table(
    {
        "to_csv to_json to_hdf": "0/path_or_buf:w",
        "to_parquet to_pickle to_feather to_stata to_orc to_netcdf": "0/path:w",
        "to_excel": "0/excel_writer:w",
        "to_html to_latex to_markdown to_string": "0/buf:w",
        "to_xml": "0/path_or_buffer:w",
        "to_zarr": "0/store:w",
        "savefig": "0/fname:w",
        "tofile": "0/fid:w",
        "save": "0/fp:w",
        "save_model save_weights save_pretrained": "0/filepath:w",
        "load_model load_weights": "0/filepath:r",
        "write_csv write_parquet write_json write_html write_image": "0/file:w",
    }
)
"""Methods of library objects, by name only."""

PATH_METHODS = _table(
    {
        "open": "self:mode",
        "write_text write_bytes touch": "self:w",
        "unlink": "self:rw",
        "rename replace": "self:rw 0/target:w",
        "symlink_to hardlink_to": "self:w",
        "read_text read_bytes exists is_file stat": "self:r",
    }
)
"""Methods of objects that are certainly a ``pathlib.Path``."""
