"""Runs Snakemake and mlx without importing them again: in forks of a process that has imported them.

Importing Snakemake takes two seconds, most of what a small run takes, and the modules of mlx take most of
what compiling a small experiment takes. A fork is the real program in all else: it gets the arguments, the
folder, the variables and the streams, and begins where ``python -m`` does. What is settled before that
(variables that the interpreter or an import may read, another interpreter) is left to ``subprocess``, and
so are tests of what is imported and when.
Each of the two has a process of its own: to Snakemake, mlx2smk is not imported.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import importlib.util
import json
import os
import pkgutil
import re
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

if __name__ != "__main__":  # the process does without
    from tests.support.worker_bytecode import lay_bytecode

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
    place = os.path.abspath(os.fspath(cwd or os.curdir))  # noqa: PTH100 - as text
    lay_bytecode(Path(place))
    if options or not captured or not known or not _server(words[len(START)]).fits(env):
        return subprocess.run(command, **given)  # noqa: PLW1510 - `check` is among the options
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        server = _server(words[len(START)])
        pid = server.fork(words, place, env, (stdout, stderr))
        status = server.status(pid, timeout)
        if status is None:
            os.kill(pid, signal.SIGKILL)
            server.answer()
            raise subprocess.TimeoutExpired(command, timeout or 0)
        output: list[Any] = [_content(stdout), _content(stderr)]
    if text or encoding:
        output = [part.decode(encoding or "utf-8", errors or "strict") for part in output]
    done = subprocess.CompletedProcess(command, status, *output)
    if check:
        done.check_returncode()
    return done


class Started:
    """Snakemake in a session of its own; it has what tests use of a `subprocess.Popen`."""

    def __init__(self, words: list[str], cwd: Path, env: dict[str, str]) -> None:
        self.args = [*START, "snakemake", *words]
        self.returncode: int | None = None
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        self._server = _server("snakemake")
        if not self._server.fits(env):
            raise ValueError(env)
        lay_bytecode(cwd)
        streams = (self._output, self._output)
        self.pid = self._server.fork(self.args, str(cwd), env, streams, session=True)

    def send_signal(self, signum: int) -> None:
        os.kill(self.pid, signum)  # it is nobody else's: who has ended is not yet waited for

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Wait for its end; return what it said on both streams, and nothing. Call it once."""
        with self._output:
            self.returncode = self._server.status(self.pid, timeout)
            if self.returncode is None:
                self.send_signal(signal.SIGKILL)
                self.returncode = self._server.answer()
                raise subprocess.TimeoutExpired(self.args, timeout)
            return _content(self._output).decode(), ""


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
        return all(environment.get(n) == self._environment.get(n) for n in early) and all(
            map(_adds_names_only, _places(environment))
        )

    def fork(
        self,
        words: list[str],
        folder: str,
        environment: dict[str, str],
        streams: tuple[IO[bytes], IO[bytes]],
        *,
        session: bool = False,
    ) -> int:
        """Begin to run the program; return its process."""
        request = [words[len(START) + 1 :], folder, environment, session]
        self._ask(request, [stream.fileno() for stream in streams])
        return self.answer()

    def status(self, pid: int, timeout: float | None) -> int | None:
        """Return the status that a process ended with; None if it has not ended in time."""
        self._ask(pid, [])
        return self.answer() if select.select([self._socket], [], [], timeout)[0] else None

    def _ask(self, request: Any, numbers: list[int]) -> None:
        text = json.dumps(request).encode()
        socket.send_fds(self._socket, [len(text).to_bytes(8, "big")], numbers)
        self._socket.sendall(text)

    def answer(self) -> int:
        return int.from_bytes(_received(self._socket, 8), "big", signed=True)

    def close(self) -> None:
        """Let the process end."""
        self._socket.close()
        self._process.wait()


def _places(environment: dict[str, str]) -> list[str]:
    """Return the folders of PYTHONPATH."""
    return [place for place in environment.get("PYTHONPATH", "").split(os.pathsep) if place]


def _adds_names_only(place: str) -> bool:
    """Tell whether modules in a folder are neither in the way of others nor plugins of Snakemake."""
    if place == str(ROOT):
        return True
    names = {re.split(r"\W", path.name)[0] for path in Path(place).glob("*")}
    return not any(name.startswith("snakemake") or _is_elsewhere(name) for name in names)


def _is_elsewhere(name: str) -> bool:
    return bool(name) and importlib.util.find_spec(name) is not None


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
    """Answer requests, until there are no more; in a fork, return the program's arguments.

    A request is a process to wait for, or what a fork needs.
    """
    while True:
        length, numbers, _, _ = socket.recv_fds(connection, 8, 2)
        if not length:
            return None
        request = json.loads(_received(connection, int.from_bytes(length, "big")))
        if isinstance(request, int):
            answer = os.waitstatus_to_exitcode(os.waitpid(request, 0)[1])
        else:
            answer = os.fork()
            if not answer:
                connection.close()
                arguments, *rest = request
                _settle(*rest, numbers)
                return arguments
            for number in numbers:
                os.close(number)
        connection.sendall(answer.to_bytes(8, "big", signed=True))


def _settle(folder: str, environment: dict[str, str], session: bool, streams: list[int]) -> None:
    """Have what a new process would have: folder, variables, streams, first place of imports."""
    if session:
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
        os.close(stream)
    sys.path[:1] = [folder, *_places(environment)]


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
        sys.path.insert(0, str(ROOT))
        _import_mlx()
        sys.path.pop(0)
    gc.collect()
    gc.freeze()
    arguments = _serve(socket.socket(fileno=int(number)))
    if arguments is not None:
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
