"""Runs Snakemake and mlx without importing them again: in forks of a process that has imported them.

Importing Snakemake takes two seconds, most of what a small run takes, and the modules of mlx take most of
what compiling a small experiment takes. A fork is the real program in all else: it gets the arguments, the
folder, the variables and the streams, and begins where ``python -m`` does. What is settled before that
(variables that the interpreter or an import may read, another interpreter) is left to ``subprocess``. Tests
of signals start Snakemake by themselves, and tests of what is imported and when start mlx by themselves.
Each of the two has a process of its own: to Snakemake, mlx2smk is not imported.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
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
START = [sys.executable, "-m"]
PROGRAMS = ("snakemake", "mlx2smk.cli")
EARLY = ("PYTHON", "LC_", "LANG", "SNAKEMAKE", "XDG_", "HOME", "VIRTUAL_ENV")
"""How the variables begin that count before Snakemake's own code does."""


def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[Any]:
    """Do what `subprocess.run` does; faster if it is Snakemake or mlx and its output is captured."""
    options = dict(given)
    captured = options.pop("capture_output", False)
    options.pop("stdin", None)  # nothing, either way
    cwd, env = options.pop("cwd", None), dict(options.pop("env", None) or os.environ)
    timeout, check = options.pop("timeout", None), options.pop("check", False)
    text, encoding = options.pop("text", False), options.pop("encoding", None)
    errors = options.pop("errors", None)
    words = [os.fspath(word) for word in command]
    known = words[: len(START)] == START and words[len(START)] in PROGRAMS
    if options or not captured or not known or not _server(words[len(START)]).fits(env):
        return subprocess.run(command, **given)  # noqa: PLW1510 - `check` is among the options
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        place = os.path.abspath(os.fspath(cwd or os.curdir))  # noqa: PTH100 - as text
        server = _server(words[len(START)])
        status = server.status(words, place, env, (stdout, stderr), timeout)
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
    """The process that has imported a program, as its user sees it."""

    def __init__(self, program: str) -> None:
        self._environment = dict(os.environ)
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, program, str(theirs.fileno())],
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
        """Run the program to its end and return its status."""
        request = json.dumps([words[len(START) + 1 :], folder, environment]).encode()
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
def _server(program: str) -> _Server:
    return _Server(program)


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
    """Fork for each request, until there are no more; in a fork, return the program's arguments."""
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


SNAKEMAKE = (
    *("snakemake.cli", "snakemake.profiles", "snakemake.assets", "snakemake.storage"),
    *("snakemake.report.html_reporter", "smart_open", "yte", "dpath"),
)
"""What every run of Snakemake imports, though some of it late."""


def _import_snakemake() -> None:
    for name in SNAKEMAKE:
        importlib.import_module(name)
    registries = vars(sys.modules["snakemake.cli"])
    for name in sorted(registries):
        if name.endswith("PluginRegistry"):
            registries[name]()  # it looks for plugins, once


def _import_mlx() -> None:
    package = importlib.import_module("mlx2smk")
    for module in pkgutil.walk_packages(package.__path__, "mlx2smk."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    del sys.modules["mlx2smk.cli"]  # it is what runs


def main() -> None:
    """Serve; each fork leaves by Python's own end, after which nothing of the process is left to do."""
    program, number = sys.argv[1:]
    if program == "snakemake":
        _import_snakemake()
    else:
        sys.path.insert(1, str(ROOT))
        _import_mlx()
    gc.collect()
    gc.freeze()
    arguments = _serve(socket.socket(fileno=int(number)))
    if arguments is not None:
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
