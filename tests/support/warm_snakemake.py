"""Runs Snakemake without importing it again: in forks of a process that has imported it.

Importing Snakemake takes two seconds, most of what a small run takes. A fork is the real Snakemake in all
else: it gets the arguments, the folder, the variables and the streams, and begins at ``snakemake.__main__``.
What is settled before that (variables that the interpreter or an import may read, another interpreter)
is left to ``subprocess``. Tests of signals start Snakemake by themselves.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import select
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
START = [sys.executable, "-m", "snakemake"]
EARLY = ("PYTHON", "LC_", "LANG", "SNAKEMAKE", "XDG_", "HOME", "VIRTUAL_ENV")
"""How the variables begin that count before Snakemake's own code does."""


def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[Any]:
    """Do what `subprocess.run` does; faster if the command is Snakemake and its output is captured."""
    options = dict(given)
    captured = options.pop("capture_output", False)
    options.pop("stdin", None)  # nothing, either way
    cwd, env = options.pop("cwd", None), dict(options.pop("env", None) or os.environ)
    timeout, check = options.pop("timeout", None), options.pop("check", False)
    text, encoding = options.pop("text", False), options.pop("encoding", None)
    errors = options.pop("errors", None)
    words = [os.fspath(word) for word in command]
    if options or not captured or words[: len(START)] != START or not _server().fits(env):
        return subprocess.run(command, **given)  # noqa: PLW1510 - `check` is among the options
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        place = os.path.abspath(os.fspath(cwd or os.curdir))  # noqa: PTH100 - as text
        status = _server().status(words, place, env, (stdout, stderr), timeout)
        output: list[Any] = [_content(stdout), _content(stderr)]
    if text or encoding:
        output = [part.decode(encoding or "utf-8", errors or "strict") for part in output]
    done = subprocess.CompletedProcess(command, status, *output)
    if check:
        done.check_returncode()
    return done


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


class _Server:
    """The process that has imported Snakemake, as its user sees it."""

    def __init__(self) -> None:
        self._environment = dict(os.environ)
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def fits(self, environment: dict[str, str]) -> bool:
        """Tell whether the variables that count before Snakemake does are those of the process."""
        names = environment.keys() | self._environment.keys()
        early = {name for name in names if name.startswith(EARLY)}
        early -= {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
        return all(environment.get(n) == self._environment.get(n) for n in early) and _is_here(
            environment.get("PYTHONPATH", "")
        )

    def status(
        self,
        words: list[str],
        folder: str,
        environment: dict[str, str],
        streams: tuple[IO[bytes], IO[bytes]],
        timeout: float | None,
    ) -> int:
        """Run Snakemake to its end and return its status."""
        request = json.dumps([words[len(START) :], folder, environment]).encode()
        length = len(request).to_bytes(8, "big")
        numbers = [stream.fileno() for stream in streams]
        socket.send_fds(self._socket, [length], numbers)
        self._socket.sendall(request)
        pid = self._number()
        if not select.select([self._socket], [], [], timeout)[0]:
            os.kill(pid, 9)
            self._number()
            raise subprocess.TimeoutExpired(words, timeout or 0)
        return self._number()

    def _number(self) -> int:
        return int.from_bytes(_received(self._socket, 8), "big", signed=True)

    def close(self) -> None:
        """Let the process end."""
        self._socket.close()
        self._process.wait()


def _is_here(path: str) -> bool:
    """Tell whether a PYTHONPATH adds nothing to what the tests find: it is empty, or the checkout."""
    return {item for item in path.split(os.pathsep) if item} <= {str(ROOT)}


@functools.cache
def _server() -> _Server:
    return _Server()


def _received(connection: socket.socket, count: int) -> bytes:
    parts = b""
    while len(parts) < count:
        part = connection.recv(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return parts


# ---------------------------------------------------------------- the process


def _serve(connection: socket.socket) -> list[str] | None:
    """Fork for each request, until there are no more; in a fork, return Snakemake's arguments."""
    while True:
        length, numbers, _, _ = socket.recv_fds(connection, 8, 2)
        if not length:
            return None
        request = _received(connection, int.from_bytes(length, "big"))
        pid = os.fork()
        if not pid:
            connection.close()
            arguments, folder, environment = json.loads(request)
            _settle(folder, environment, numbers)
            return arguments
        for number in numbers:
            os.close(number)
        connection.sendall(pid.to_bytes(8, "big", signed=True))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        connection.sendall(status.to_bytes(8, "big", signed=True))


def _settle(folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """Have what a new process would have: folder, variables, streams, first place of imports."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
        os.close(stream)
    sys.path[0] = folder


IMPORTED = (
    *("snakemake.cli", "snakemake.profiles", "snakemake.assets", "snakemake.storage"),
    *("snakemake.report.html_reporter", "yte", "dpath"),
)
"""What every run imports, though some of it late."""


def main() -> None:
    """Serve; each fork leaves by Python's own end, after which nothing of the process is left to do."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    arguments = _serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        sys.argv = ["snakemake", *arguments]
        runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
