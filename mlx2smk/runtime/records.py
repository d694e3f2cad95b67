"""The JSON files that jobs write; they are written atomically."""

from __future__ import annotations

import os

from . import jsontext, os_errors
from .errors import JobError
from .private import signal
from .signals import STOPPING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .documents import JobHead, RunDict

RECORD_VERSION = 1
"""Of the records that jobs leave."""


def read(path: str) -> Any:
    """Return the JSON value in the file; raise JobError if it is missing or incomplete."""
    try:
        with open(path, encoding="utf-8") as file:
            return jsontext.loads(file.read())
    except (OSError, ValueError) as error:
        raise JobError(f"{path} cannot be read: {error}") from None


def write(path: str, value: Any, *, sort_keys: bool = False) -> None:
    """Write the JSON value, atomically."""
    write_text(path, [jsontext.dumps(value, sort_keys=sort_keys), "\n"])


def write_text(path: str, pieces: Iterable[str]) -> None:
    """Write the pieces into a new file, which then replaces `path` atomically.

    Signals to stop are blocked meanwhile, since they would leave the new file behind.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        replace(path, "w", lambda file: file.writelines(pieces))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def replace(path: str, mode: str, write: Callable[[Any], None]) -> None:
    """Have a new file written, `w` or `wb`, that takes the place of `path` whole or not at all."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with _new(temporary, mode) as file:
            write(file)
        os.replace(temporary, path)
    except BaseException as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError):
            os_errors.name_file(error, path, temporary)
        raise


def _new(path: str, mode: str) -> Any:
    """Open a new file, in a folder that is made where it is missing, which is seldom."""
    encoding = None if "b" in mode else "utf-8"
    try:
        return open(path, mode, encoding=encoding)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, mode, encoding=encoding)


def one_per_line(values: Iterable[Any]) -> Iterable[str]:
    """Yield the text of a JSON list with each element on its own line."""
    return texts_per_line(map(jsontext.dumps, values))


def texts_per_line(texts: Iterable[str]) -> Iterable[str]:
    """Yield the same, given the texts of the elements."""
    separator = "[\n"
    for text in texts:
        yield separator + text
        separator = ",\n"
    yield "[]" if separator == "[\n" else "\n]"


def check_digest(record: Any, digest: str, path: str, rule: str) -> None:
    """Raise JobError unless the record has this digest, that is, was made by the current plan."""
    if isinstance(record, dict) and record.get("version", RECORD_VERSION) != RECORD_VERSION:
        raise JobError(
            f"{path} was made by another version of mlx2smk (its records are of version "
            f"{record['version']!r}): compile with that version, or delete {path}"
        )
    if not isinstance(record, dict) or record.get("digest") != digest:
        raise JobError(
            f"stale result {path}, made by another version of the experiment: "
            f"run snakemake --forcerun {rule} or delete {path}"
        )


def write_job(path: str, record: JobHead, runs: list[RunDict]) -> None:
    """Write a job's record with its runs, one on each line."""
    head = jsontext.dumps(record)[:-1]
    write_text(path, [head, ',\n"runs": ', *one_per_line(runs), "}\n"])
