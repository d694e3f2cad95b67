"""Gives results times that say which of them are up to date.

Snakemake compares the content of an input with what a result was made from, but only if the input is newer
than the result. Copies, archives, checkouts and wrong clocks leave other times than runs do.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from .. import digests
from .snakemake_api import another_is_at_work, mark_incomplete, recorded_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CLOCKS_DIFFER = 60
"""Seconds by which the clocks of two machines may differ."""

FIRST = 4
"""Seconds; an earlier time is none: Snakemake takes 0 for the time of no file, and some disks round."""

SUFFIXES = {".json", ".html", ".svg"}


def settle_times(results: str) -> None:
    """Make results older than all others that were made from what is there no longer, or have no possible time.

    Times in the future, as after a copy or with a wrong clock, would be later than those of all that is made
    from now on. Those that are a little ahead, as of a machine whose clock is, keep their order.
    """
    if another_is_at_work():
        return  # another Snakemake is at work, and this one will stop, or only look
    now = time.time()
    files = [path for path in Path(results).rglob("*") if path.suffix in SUFFIXES]
    times = {path.as_posix(): path.stat().st_mtime for path in files}
    outdated = set(outdated_among(list(times)))
    possible = [modified for modified in times.values() if FIRST < modified <= now + CLOCKS_DIFFER]
    past = min([now, *possible]) / 2
    for path, modified in times.items():
        if path in outdated:
            _date(path, past / 2)
        elif not FIRST < modified <= now + CLOCKS_DIFFER:
            _date(path, past)
        elif modified > now:
            _date(path, now)


def _date(path: str, when: float) -> None:
    """Give a result a time; if it belongs to somebody else, have it made again.

    Who may do neither can run nothing here.
    """
    try:
        os.utime(path, (when, when))
    except OSError:
        with suppress(OSError):
            mark_incomplete(path)


def outdated_among(outputs: list[str]) -> Iterator[str]:
    """Yield the outputs that Snakemake has recorded as made from other inputs than are there now."""
    records = {path: recorded_job(path) for path in outputs}
    contents: dict[str, str | None] = {}
    for path, record in records.items():
        for name in record.get("input") or ():
            # What has no checksum is large, or is no file.
            if name not in contents and name in (record.get("input_checksums") or {}):
                contents[name] = _checksum(name)
            if _differs(contents.get(name), name, record, records):
                yield path
                break


def _checksum(path: str) -> str | None:
    """Return the checksum of a file as Snakemake records it; None if it is no file."""
    try:
        return f"sha256:{digests.of_file(path)}"
    except OSError:
        return None


def _differs(now: str | None, name: str, record: Any, records: dict[str, Any]) -> bool:
    """Tell whether an output's record is about another version of an input than the current one.

    Snakemake records no checksums of large inputs. Whether they were made again after the output is recorded.
    """
    then = (record.get("input_checksums") or {}).get(name)
    if then is not None:
        return now is not None and then.startswith("sha256:") and then != now
    made = records.get(name, {}).get("endtime")
    return made is not None and made > (record.get("endtime") or made)
