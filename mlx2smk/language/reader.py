"""Path -> Source: reads an experiment's file as Python would."""

from __future__ import annotations

import difflib
import hashlib
import io
import os
import tokenize
from pathlib import Path

from mlx2smk.diagnostics.about_files import (
    FolderGiven,
    MissingFile,
    UndecodableFile,
    UnknownEncoding,
    UnreadableFile,
)
from mlx2smk.diagnostics.diagnostic import Diagnostic
from mlx2smk.diagnostics.source import Source, Span


def read_source(path: str) -> Source | Diagnostic:
    """Return a file's text, decoded by its BOM, its PEP 263 declaration or as UTF-8, or an error."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        return MissingFile.about(path, near=_near(path))
    except IsADirectoryError:
        return FolderGiven.about(path)
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        return UnreadableFile.about(path, reason=getattr(error, "strerror", None) or error)
    text = _decode(path, data)
    if isinstance(text, Diagnostic):
        return text
    return Source(path, text, _own_decorators(path), hashlib.sha256(data).hexdigest())


def _decode(path: str, data: bytes) -> str | Diagnostic:
    encoding = "utf-8"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(path, data, encoding, error.start)
    except SyntaxError as error:
        # Also raised for bytes of the first two lines that are no UTF-8 where none is declared.
        offset = _first_bad_byte(data)
        if offset is not None and b"coding" not in b"".join(data.splitlines()[:2]):
            return _undecodable(path, data, encoding, offset)
        return UnknownEncoding.about(path, reason=error.msg)
    except (LookupError, UnicodeError) as error:  # codecs of Python that are not for text
        return UnknownEncoding.about(path, reason=error)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first_bad_byte(data: bytes) -> int | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _undecodable(path: str, data: bytes, encoding: str, offset: int) -> Diagnostic:
    """Point at the first byte that does not belong; what is before it is fine."""
    line = data.count(b"\n", 0, offset) + 1
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode(encoding, "replace")) + 1
    source = Source(path, data.decode(encoding, "replace"))
    span = Span(line, column, line, column + 1)
    return UndecodableFile.at(source, span, encoding=encoding, byte=data[offset])


def _own_decorators(path: str) -> bool:
    folder = Path(path).parent
    return any((folder / name).is_file() for name in ("decorators.py", "decorators/__init__.py"))


def _near(path: str) -> str:
    """Return a hint for a missing file: one beside it with a similar name, if there is one."""
    folder = Path(path).parent
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))  # noqa: PTH208
    except OSError:
        return f"there is no folder {str(folder)!r} either"
    near = difflib.get_close_matches(Path(path).name, names, n=1)
    return f"did you mean {str(folder / near[0])!r}?" if near else "check the path"
