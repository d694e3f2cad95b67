"""Runs the tests that reach a changed line, for each mutant of ``mutants.py``, and says whether one notices it.

python benchmarks/mutation_run.py mutants.jsonl results.jsonl TEST …

The tests are collected once. They run once as they are, to learn which test reaches which line. Then each mutant
gets a fork of this process, in which the code of the module's functions is replaced; the tests that reach the
changed line run there, the quick ones first, until one fails or $MUTATION_SECONDS are over. A line of the results has ``killed`` (the test,
"time", "no test" or null for a survivor) and the change. Going on with the same results skips what they have.
"""
# ruff: noqa: INP001 -- a script that prints

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import itertools
import json
import os
import pickle
import random
import signal
import sys
import time
import types
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 90
"""Seconds that the tests of a mutant may take before it counts as one that does not end, beside three times the usual."""


SECONDS = float(os.environ.get("MUTATION_SECONDS", "60"))
"""Seconds that the tests of a mutant may have taken in the first run, which is several times slower."""


def functions_of(holder: Any, module: str) -> Iterator[tuple[str, types.FunctionType]]:
    """Yield the functions of a module or class that are written in it, by qualified name."""
    for name, value in list(vars(holder).items()):
        if isinstance(value, type):
            if value.__module__ == module and not isinstance(holder, type):
                yield from functions_of(value, module)
            continue
        inner = value
        if isinstance(value, property):
            inner = value.fget
        elif isinstance(value, functools.cached_property):
            inner = value.func
        inner = getattr(inner, "__func__", inner)
        inner = getattr(inner, "__wrapped__", inner)
        written = isinstance(inner, types.FunctionType) and inner.__module__ == module
        if written and inner.__code__.co_filename != "<string>":
            yield f"{getattr(holder, '__qualname__', '')}.{name}", inner


def replace(path: str, text: str) -> None:
    """Give the functions of a module that is loaded the code that they have in another text."""
    dotted = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    module = importlib.import_module(dotted)
    other = types.ModuleType(dotted)
    other.__dict__.update(__file__=module.__file__, __package__=module.__package__, __path__=[])
    here = sys.modules[dotted]
    sys.modules[dotted] = other
    try:
        exec(compile(text, str(module.__file__), "exec", dont_inherit=True), other.__dict__)  # noqa: S102
    finally:
        sys.modules[dotted] = here
    new = dict(functions_of(other, dotted))
    for name, function in functions_of(module, dotted):
        function.__code__ = new[name].__code__
        function.__defaults__ = new[name].__defaults__
        function.__kwdefaults__ = new[name].__kwdefaults__


def in_a_fork(do: Callable[[int], None], seconds: float) -> tuple[bytes, int]:
    """Do something in a fork that writes to a pipe; return that and the exit status."""
    out, into = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
        os.close(out)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(seconds))
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        try:
            do(into)
        except BaseException as error:  # noqa: BLE001 -- whatever it is, the fork ends here
            os.write(into, f"!{error!r}"[:2000].encode())
        os._exit(0)
    os.close(into)
    with open(out, "rb") as file:  # noqa: PTH123
        said = file.read()
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    return said, status


def in_turns(
    tests: list[tuple[float, int]], session: pytest.Session
) -> Iterator[tuple[float, int]]:
    """Yield tests of each file in turn, the quick ones of each first, as long as they may take."""
    of_files = defaultdict(list)
    for seconds, index in sorted(tests):
        of_files[session.items[index].path].append((seconds, index))
    left = SECONDS
    for turn in itertools.zip_longest(*of_files.values()):
        for each in turn:
            left -= each[0] if each else 0
            if each and left > 0:
                yield each


class Run:
    """The plugin of pytest that runs mutants in place of the tests."""

    def __init__(self, mutants: list[dict[str, Any]], results: Path) -> None:
        self.mutants = mutants
        self.results = results
        self.failed: Callable[[str], None] | None = None

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say which test has failed."""
        if report.failed and self.failed:
            self.failed(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once, then those of each mutant."""
        there = self.results.read_text().splitlines() if self.results.exists() else []
        done = {(line["module"], line["number"]) for line in map(json.loads, there)}
        cover = self.results.with_suffix(".cover")
        if cover.exists():
            self.reached = pickle.loads(cover.read_bytes())  # noqa: S301
        else:
            said, _ = in_a_fork(lambda into: self.learn(session, into), 3600)
            cover.write_bytes(said)
            self.reached = pickle.loads(said)  # noqa: S301
        for mutant in self.mutants:
            if (mutant["module"], mutant["number"]) not in done:
                line = self.judged(session, mutant)
                with self.results.open("a") as file:
                    file.write(json.dumps(line) + "\n")
        return True

    def learn(self, session: pytest.Session, into: int) -> None:
        """Run all tests and write how long each took and which lines it reached."""
        here = f"{Path.cwd()}/mlx2smk/"
        found: dict[str, tuple[float, dict[str, set[int]]]] = {}
        failed: list[str] = []
        self.failed = failed.append
        for index, item in enumerate(session.items):
            lines: dict[str, set[int]] = defaultdict(set)

            def local(frame: Any, _event: str, _: Any, lines: Any = lines) -> Any:
                lines[frame.f_code.co_filename].add(frame.f_lineno)
                return local

            def called(frame: Any, _event: str, _: Any, local: Any = local) -> Any:
                return local if frame.f_code.co_filename.startswith(here) else None

            began = time.monotonic()
            sys.settrace(called)
            run_one(session, index)
            sys.settrace(None)
            found[item.nodeid] = time.monotonic() - began, dict(lines)
        for nodeid in failed:
            found.pop(nodeid, None)
        with open(into, "wb") as file:
            pickle.dump(found, file)

    def judged(self, session: pytest.Session, mutant: dict[str, Any]) -> dict[str, Any]:
        """Return what the tests say of a mutant."""
        path = Path(mutant["module"]).absolute()
        old = path.read_text().splitlines()
        new = mutant["text"].splitlines()
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        changed = {
            n + 1
            for tag, first, last, *_ in matcher.get_opcodes()
            if tag != "equal"
            for n in range(first, max(last, first + 1))
        }
        numbers = {item.nodeid: index for index, item in enumerate(session.items)}
        reaching = [
            (seconds, numbers[nodeid])
            for nodeid, (seconds, lines) in self.reached.items()
            if nodeid in numbers and self.close(changed, lines.get(str(path), set()))
        ]
        reaching = list(in_turns(reaching, session))
        diff = list(difflib.unified_diff(old, new, lineterm="", n=0))[2:]
        line = {key: mutant[key] for key in ("module", "number", "of")} | {
            "diff": diff,
            "tests": len(reaching),
        }
        if not reaching:
            return line | {"killed": "no test"}

        def work(into: int) -> None:
            def failed(nodeid: str) -> None:
                os.write(into, nodeid.encode("utf-8", "replace"))
                os._exit(0)

            self.failed = failed
            replace(mutant["module"], mutant["text"])
            for _, index in reaching:
                run_one(session, index)

        usual = sum(seconds for seconds, _ in reaching)
        said, status = in_a_fork(work, LONGEST + 3 * usual)
        killed = said.decode() if said else ("time" if status else None)
        return line | {"killed": killed}

    @staticmethod
    def close(changed: set[int], lines: set[int]) -> bool:
        """Whether lines were reached of which one may be the start of what has changed."""
        return any(number - before in lines for number in changed for before in range(4))


def run_one(session: pytest.Session, index: int) -> None:
    """Run one of the tests; its fixtures end with it."""
    item = session.items[index]
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


if __name__ == "__main__":
    source, results, *tests = sys.argv[1:]
    sys.path.insert(0, str(Path.cwd()))
    listed = [json.loads(line) for line in Path(source).read_text().splitlines()]
    # So that a run that is cut off has seen something of each module.
    random.Random(0).shuffle(listed)  # noqa: S311
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", "-p", "no:terminal"]
    sys.exit(
        pytest.main([*options, "-m", "not slow", *tests], plugins=[Run(listed, Path(results))])
    )
