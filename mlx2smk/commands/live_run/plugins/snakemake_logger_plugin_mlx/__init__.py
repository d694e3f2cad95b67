"""A logger for Snakemake that writes its events, one line of JSON each, to a pipe.

Snakemake finds it by its name. Only `mlx run` asks for it (`launcher.py` puts it on `sys.path`), so plain
`snakemake` needs no part of mlx2smk.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

if TYPE_CHECKING:
    from collections.abc import Callable

    Fields = dict[str, Any]


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """The options of the logger."""

    fd: int | None = field(
        default=None, metadata={"help": "Descriptor to write events to", "type": int}
    )


class LogHandler(LogHandlerBase):
    """Writes what `mlx run` needs to know; with --verbose or in a dry run, all that Snakemake says."""

    def __post_init__(self) -> None:
        """Keep the pipe from the jobs, which would hold it open."""
        fd = getattr(self.settings, "fd", None)
        if fd is None:
            raise ValueError("this logger is for mlx run, which gives it a descriptor")
        os.set_inheritable(fd, False)
        self._fd = fd
        self._says_all = self.common_settings.verbose or self.common_settings.dryrun

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event; do without it if nobody reads any more."""
        event = getattr(record, "event", None)
        try:
            if event in FIELDS_OF:
                self._write(FIELDS_OF[event](record))
            if self._says_all or (event not in FIELDS_OF and _is_worth_saying(record)):
                self._write({"event": "message", "text": self.format(record)})
        except OSError:
            pass
        except Exception:  # noqa: BLE001 - as every handler of Python's logging does
            self.handleError(record)

    def _write(self, fields: Fields) -> None:
        data = (json.dumps(fields) + "\n").encode()
        while data:
            data = data[os.write(self._fd, data) :]

    @property
    def writes_to_stream(self) -> bool:
        """Whether Snakemake's own messages on the terminal are replaced."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Whether there is a log file; Snakemake's own stays beside this."""
        return False

    @property
    def has_filter(self) -> bool:
        """Whether records are chosen here."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Whether records are formatted here."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Whether Snakemake has to draw its graph of rules."""
        return False


def _is_worth_saying(record: Any) -> bool:
    """Tell whether a record is a warning or an error that the events do not tell already."""
    if record.levelno < logging.WARNING:
        return False
    return not any(text in str(record.msg) for text in TOLD_ALREADY)


TOLD_ALREADY = (
    "CalledProcessError in file",
    "At least one job did not complete successfully",
    "Exiting because a job execution failed",
)
"""What Snakemake says of jobs that fail, and of a run with such jobs."""


def _job(record: Any) -> Fields:
    return {
        "event": "job",
        "id": record.jobid,
        "rule": record.rule_name,
        "output": list(map(str, record.output)),
    }


def _started(record: Any) -> Fields:
    return {"event": "started", "ids": list(record.jobs)}


def _finished(record: Any) -> Fields:
    return {"event": "finished", "id": record.job_id}


def _failed(record: Any) -> Fields:
    return {
        "event": "failed",
        "id": record.jobid,
        "rule": record.rule_name,
        "logs": list(map(str, record.log or ())),
    }


FIELDS_OF: dict[Any, Callable[[Any], Fields]] = {
    LogEvent.JOB_INFO: _job,
    LogEvent.JOB_STARTED: _started,
    LogEvent.JOB_FINISHED: _finished,
    LogEvent.JOB_ERROR: _failed,
}
