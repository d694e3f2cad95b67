"""The output of a job: always to its log, and also to this process's own streams if it streams."""

from __future__ import annotations

import os
import select

from . import os_errors

STDOUT = 1
STDERR = 2
MOST_KEPT = 1 << 20
LEFT_OUT = b"mlx: what came before is not kept\n"


class Log:
    """The log file of a job, in the order in which output arrives; `length` is in bytes."""

    __slots__ = ("at_line_start", "fd", "length", "path")

    def __init__(self, path: str) -> None:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
        self.length = 0
        self.at_line_start = True

    def write(self, data: bytes) -> None:
        """Append output of the job."""
        try:
            write_all(self.fd, data)
        except OSError as error:
            os_errors.name_file(error, self.path)
            raise
        self.length += len(data)
        self.at_line_start = data.endswith(b"\n")

    def since(self, start: int) -> bytes:
        """Return the output after the first `start` bytes; if it is very long, only its end."""
        size = self.length - start
        if size <= MOST_KEPT:
            return os.pread(self.fd, size, start)
        return LEFT_OUT + os.pread(self.fd, MOST_KEPT, self.length - MOST_KEPT)

    def note(self, text: str) -> None:
        """Append a line from the worker."""
        start = "" if self.at_line_start else "\n"
        self.write(f"{start}mlx: {text}\n".encode("utf-8", "backslashreplace"))


class Echo:
    """One of this process's own streams, which repeats a job's output with a prefix on every line."""

    __slots__ = ("_fd", "_pending", "_prefix", "_within_line")

    def __init__(self, fd: int, prefix: str = "") -> None:
        self._fd = fd
        self._prefix = prefix.encode("utf-8", "backslashreplace")
        self._pending = b""
        self._within_line = False

    def write(self, data: bytes) -> None:
        """Repeat the data; an unfinished line is held back until it ends, or until `flush`."""
        if not self._prefix:
            self._send(data)
            return
        whole, newline, rest = (self._pending + data).rpartition(b"\n")
        self._pending = rest
        if newline:
            self._send_lines(whole.split(b"\n"), b"\n")

    def flush(self) -> None:
        """Write the unfinished line that was held back."""
        if self._pending:
            self._send_lines([self._pending], b"")
            self._pending = b""

    def end(self) -> None:
        """Finish the line, so that further output starts on a new one."""
        self.flush()
        if self._within_line:
            self._send(b"\n")
            self._within_line = False

    def _send_lines(self, lines: list[bytes], end: bytes) -> None:
        first = b"" if self._within_line else self._prefix
        self._send(first + (b"\n" + self._prefix).join(lines) + end)
        self._within_line = not end

    def _send(self, data: bytes) -> None:
        """Write the data; a closed stream does not stop the job."""
        try:
            write_all(self._fd, data)
        except OSError:
            return


def write_all(fd: int, data: bytes) -> None:
    """Write all of the data, even if another process made the file non-blocking."""
    while data:
        data = data[_write_some(fd, data) :]


def _write_some(fd: int, data: bytes) -> int:
    try:
        return os.write(fd, data)
    except BlockingIOError:
        select.select([], [fd], [])
        return 0
