"""Reads files with runs, one on each line, without holding the whole text.

Files that were edited by hand, and have other lines, are read as a whole.
"""

from __future__ import annotations

from . import jsontext, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO, Any

    from .documents import JobRecord, RunDict

BLOCK = 1000
"""Runs that are parsed together, so that the names of their keys are in memory only once."""


def list_texts(path: str) -> Iterator[str]:
    """Yield the JSON text of each run of a trial; raise JobError if the file is missing or incomplete."""
    with _open(path) as file:
        if file.readline() == "[\n" and _is_run(first := file.readline()):
            yield from _texts(first, file, path, "]\n")
            return
    yield from map(jsontext.dumps, records.read(path))


def job_head(path: str) -> JobRecord:
    """Return the record of a job, perhaps without its runs; raise JobError if there is none."""
    with _open(path) as file:
        line = file.readline()
    if line.endswith(",\n"):
        try:
            head: JobRecord = jsontext.loads(f"{line[:-2]}}}")
        except ValueError:
            head = records.read(path)
        return head
    record: JobRecord = records.read(path)
    return record


def job_texts(path: str) -> Iterator[str]:
    """Yield the JSON text of each run of a job; raise JobError if the record is missing or incomplete."""
    with _open(path) as file:
        file.readline()
        if file.readline() == '"runs": [\n' and _is_run(first := file.readline()):
            yield from _texts(first, file, path, "]}\n")
            return
    yield from map(jsontext.dumps, records.read(path).get("runs", ()))


def run_of(text: str, path: str) -> RunDict:
    """Return the run with that text; raise JobError if the text is none, naming the file."""
    try:
        run: RunDict = jsontext.loads(text)
    except ValueError as error:
        raise JobError(f"{path} cannot be read: {error}") from None
    return run


def all_runs(path: str) -> list[RunDict]:
    """Return the runs of a trial, in as little memory as lists and dicts allow."""
    from .compact import CompactRuns

    compact = CompactRuns()
    found: list[RunDict] = []
    for block in _blocks(list_texts(path)):
        runs: Any = run_of(f"[{','.join(block)}]", path)
        found += compact.made(runs)
    return found


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for text in texts:
        block.append(text)
        if len(block) == BLOCK:
            yield block
            block = []
    yield block


def _is_run(line: str) -> bool:
    """Tell whether a line looks like a whole run."""
    return line.startswith("{") and line.endswith(("}\n", "},\n"))


def _texts(first: str, file: IO[str], path: str, end: str) -> Iterator[str]:
    """Yield the texts of the runs, of which the first one has been read; all but the last have a comma."""
    yield first.rstrip(",\n")
    more = first.endswith(",\n")
    for line in file:
        if line == end and not more and not file.read(1):
            return
        if not more:
            break
        more = line.endswith(",\n")
        yield line[:-2] if more else line.rstrip("\n")
    raise JobError(f"{path} cannot be read: it is incomplete")


def _open(path: str) -> IO[str]:
    try:
        return open(path, encoding="utf-8")
    except OSError as error:
        raise JobError(f"{path} cannot be read: {error}") from None
