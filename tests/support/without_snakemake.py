"""Runs compiled experiments without Snakemake, and the reference without new interpreters: in milliseconds.

What Snakemake would do is imitated from plan.json: a step runs if a file that it makes is missing, or
if its command, its digest or the content of its inputs differ from those that the file was made with.
Contents, never times, so that nothing runs by chance.

Steps run in forks of one small process, ``python tests/support/without_snakemake.py``, which gets a JSON list of words
on each line of its standard input and answers each with one line.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class StepError(Exception):
    """A step failed; the text is what it said."""


class Server:
    """The small process, as its user sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def ask(self, *words: object) -> list:
        """Send the words, return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


class BundledWorker:
    """Runs each step as Snakemake does, by the bundle's own worker in a new process; used like a Server."""

    def ask(self, _step: str, folder: str, environment: dict[str, str], *words: str) -> list:
        """Run a command of the worker; return its status and what it said."""
        done = subprocess.run(
            [sys.executable, "workflow/mlx/worker.py", *words],
            cwd=folder,
            env=os.environ | environment | {"MLX_TEST_TRACE": str(Path(folder, "trace"))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return [done.returncode, done.stdout.decode(errors="replace")]


@dataclass
class Executor:
    """Runs the bundle in a folder as Snakemake would.

    ``made``: for each file, the digest of what it was made from; kept from one run to the next.
    ``started``: the trials of which the last run started jobs. ``ran``: the lines that the experiment
    left in the file that $MLX_TEST_TRACE names. ``environment``: variables of the jobs beside those of the
    tests. ``follows``: whether what runs have touched counts too.
    """

    folder: Path
    server: Server | BundledWorker
    made: dict[str, str] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)
    ran: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    follows: bool = False

    def run(self, stem: str = "exp") -> dict:
        """Run what has to be run and return the report."""
        trace = self.folder / "trace"
        trace.unlink(missing_ok=True)
        self.started = set()
        path = f"workflow/experiments/{stem}/plan.json"
        pack = ("pack-store", "--store", ".mlx/store")
        self.server.ask("step", str(self.folder), self.environment, *pack)
        steps = Steps(self, stem, path, json.loads((self.folder / path).read_text()))
        steps.all()
        self.ran = trace.read_text().splitlines() if trace.exists() else []
        return json.loads((self.folder / f"results/{stem}/report.json").read_text())

    def step(self, outputs: list[str], digest: str, words: list[str], inputs: list[str]) -> bool:
        """Make the outputs if they are not there, or were made from something else."""
        parts = [digest, *words, *(f"{path}={self.content(path)}" for path in inputs)]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        if all(self.made.get(path) == key and (self.folder / path).exists() for path in outputs):
            return False
        for path in outputs:
            self.made.pop(path, None)
            (self.folder / path).unlink(missing_ok=True)
        status, said = self.server.ask("step", str(self.folder), self.environment, *words)
        if status:
            raise StepError(said)
        self.made.update(dict.fromkeys(outputs, key))
        return True

    def content(self, path: str) -> str:
        return hashlib.sha256((self.folder / path).read_bytes()).hexdigest()


@dataclass
class Steps:
    """The steps of one experiment, as its plan has them."""

    executor: Executor
    stem: str
    path: str
    plan: dict

    def all(self) -> None:
        for setup in self.plan["setups"]:
            self.setup(setup)
        for trial in self.plan["trials"]:
            self.trial(trial)
        for verification in self.plan["verifications"]:
            self.verify(verification)
        self.report()

    def file(self, kind: str, name: str) -> str:
        return f"results/{self.stem}/{kind}/{name}.json"

    def log(self, name: str) -> str:
        return f"logs/{self.stem}/{name}.log"

    def do_scheduled(
        self, words: list[str], inputs: dict[str, list[str]], scheduled: str, **outputs: str
    ) -> bool:
        """Do a step that runs the user's code, and is told what it is scheduled for."""
        told = ["--digest", scheduled] if self.executor.follows else []
        return self.do([*words, *told], inputs, scheduled, **outputs)

    def do(
        self, words: list[str], inputs: dict[str, list[str]], digest: str, **outputs: str
    ) -> bool:
        """Do one step of the worker; options are named as its inputs and outputs are."""
        command = [*words, "--plan", self.path]
        for name, paths in (inputs | {key: [path] for key, path in outputs.items()}).items():
            command += [f"--{name.replace('_', '-')}", *paths]
        made = [path for name, path in outputs.items() if name != "log"]
        used = [path for paths in inputs.values() for path in paths]
        return self.executor.step(made, digest, command, used)

    def scheduled(self, kind: str, name: str, job: str, digest: str) -> str:
        """Return what the Snakefile would say that a job is scheduled for."""
        if not self.executor.follows:
            return digest
        from mlx2smk.runtime.graph import Graph  # noqa: PLC0415 - the small process does without
        from mlx2smk.runtime.layout import DIGESTS  # noqa: PLC0415
        from mlx2smk.runtime.plan import Plan  # noqa: PLC0415

        plan = Plan(str(self.executor.folder / self.path))
        plan.digests_folder = str(self.executor.folder / DIGESTS)
        graph = Graph(plan, str(self.executor.folder / f"results/{self.stem}"), None)
        graph.surroundings.variables = os.environ | self.executor.environment
        return graph.scheduled(kind, name, job, digest)

    def context(self, function: dict, setups: list[str], trials: list[str]) -> dict[str, list[str]]:
        inputs = {
            "setups": [self.file("setup", name) for name in setups],
            "updates": [self.file("updates", name) for name in trials],
        }
        output = self.file("context", function["name"])
        self.do(["context", function["name"]], inputs, str(function["reads"]), output=output)
        return {"context": [output]}

    def names(self, kind: str) -> list[str]:
        return [function["name"] for function in self.plan[kind]]

    def setup(self, setup: dict) -> None:
        name, after = setup["name"], setup["after"]
        inputs = self.context(setup, after, []) if after else {}
        output = self.file("setup", name)
        digest = self.scheduled("setups", name, "", setup["digest"])
        self.do_scheduled(["setup", name], inputs, digest, output=output, log=self.log(name))

    def trial(self, trial: dict) -> None:
        name = trial["name"]
        context = self.context(trial, self.names("setups"), trial["after"])
        previous: list[str] = []
        for job, _, _, code in map(str.split, trial["jobs"]):
            output = self.file(f"runs/{name}", job)
            words = ["trial", name, "--job", job, "--store", ".mlx/store"]
            inputs = context | ({"previous": previous} if trial["chained"] and previous else {})
            log = self.log(f"runs/{name}/{job}")
            digest = self.scheduled("trials", name, job, code)
            if self.do_scheduled(words, inputs, digest, output=output, log=log):
                self.executor.started.add(name)
            previous = [output]
        self.collect(trial)

    def collect(self, trial: dict) -> None:
        name = trial["name"]
        runs = [self.file(f"runs/{name}", job.split()[0]) for job in trial["jobs"]]
        contents = [self.executor.content(path) for path in runs]
        outputs = {
            "runs_output": self.file("trials", name),
            "updates_output": self.file("updates", name),
        }
        folder = f"results/{self.stem}/runs/{name}"
        self.do(["collect", name, "--runs", folder], {}, "".join(contents), **outputs)

    def verify(self, verification: dict) -> None:
        name, depends = verification["name"], verification["depends"]
        context = self.context(verification, self.names("setups"), self.names("trials"))
        contents = [self.executor.content(self.file("trials", trial)) for trial in depends]
        code = self.scheduled("verifications", name, "", verification["digest"])
        words = ["verify", name, "--trials", f"results/{self.stem}/trials"]
        digest = "".join([code, *depends, *contents])
        self.do(words, context, digest, output=self.file("verify", name), log=self.log(name))

    def report(self) -> None:
        inputs = {
            "setups": [self.file("setup", name) for name in self.names("setups")],
            "updates": [self.file("updates", name) for name in self.names("trials")],
        }
        used = [self.file("trials", name) for name in self.names("trials")]
        used += [self.file("verify", name) for name in self.names("verifications")]
        digest = "".join([*used, *map(self.executor.content, used)])
        folders = [f"results/{self.stem}/{kind}" for kind in ("trials", "verify")]
        words = ["report", "--trials", folders[0], "--verdicts", folders[1]]
        self.do(words, inputs, digest, output=f"results/{self.stem}/report.json")


# ---------------------------------------------------------------- the small process


def serve() -> None:
    """Answer each line until there are no more."""
    for line in sys.stdin:
        command, *words = json.loads(line)
        print(json.dumps(COMMANDS[command](*words)), flush=True)  # noqa: T201


def do_step(folder: str, environment: dict[str, str], *words: str) -> tuple[int, str]:
    """Run a command of the worker; return its status and what it said."""
    if words[0] in ("context", "collect", "report"):  # they only move data
        return _here(folder, words)
    with tempfile.TemporaryFile() as said:
        pid = os.fork()
        if not pid:
            os.environ.update(environment)
            _in_fork(lambda: _work(folder, words, said.fileno()))
        _, status = os.waitpid(pid, 0)
        said.seek(0)
        return status, said.read().decode(errors="replace")


def _here(folder: str, words: tuple[str, ...]) -> tuple[int, str]:
    from mlx2smk.runtime import main  # noqa: PLC0415

    os.chdir(folder)
    with contextlib.redirect_stderr(io.StringIO()) as said:
        status = main._status(list(words))
    os.chdir("/")
    return status, said.getvalue()


def _in_fork(action) -> None:
    try:
        action()
    except SystemExit as stop:
        os._exit(stop.code or 0)
    except BaseException as error:  # noqa: BLE001 - it must not come back to the server's loop
        os.write(2, f"{error!r}\n".encode())
        os._exit(70)
    os._exit(0)


def _work(folder: str, words: tuple[str, ...], output: int) -> None:
    from mlx2smk.runtime.main import main  # noqa: PLC0415

    os.chdir(folder)
    os.environ["MLX_TEST_TRACE"] = str(Path(folder, "trace"))
    os.dup2(output, 1)
    os.dup2(output, 2)
    _forget_mlx2smk()
    main(list(words))


def _forget_mlx2smk() -> None:
    """Let experiments import the worker's `mlx2smk`, as in jobs, and not the package that is loaded here."""
    from mlx2smk.runtime import world  # noqa: PLC0415

    install = world.install

    def forgetting(*given):
        finder = install(*given)
        for name in ("mlx2smk", "mlx2smk.decorators"):
            sys.modules.pop(name, None)
        return finder

    world.install = forgetting


def do_reference(
    path: str, environment: dict[str, str] | None = None, directory: str | None = None
) -> tuple[dict, list]:
    """Return the reference's report, and for each function that it ran: name, parameters, context.

    `directory` is where the report's `source` is counted from.
    """
    from tests import reference  # noqa: PLC0415

    seen: list[tuple[str, dict, dict]] = []
    in_process = reference.in_process

    def in_fork(path: Path, function, setup: dict, given: dict) -> dict:
        seen.append((function.name, given if function.kind == "trial" else {}, dict(setup)))
        if "pythonhashseed" in setup:  # which counts when the interpreter starts
            return in_process(path, function, setup, given)
        return _reference_in_fork(path, function, setup, given, environment or {})

    reference.in_process = in_fork
    try:
        return reference.run_experiment(Path(path), directory and Path(directory)), seen
    finally:
        reference.in_process = in_process


def _reference_in_fork(
    path: Path, function, setup: dict, given: dict, environment: dict[str, str]
) -> dict:
    from tests import reference  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        job = {"path": str(path), "kind": function.kind, "name": function.name}
        job.update(setup=setup, given=given)
        Path(folder, "job.pickle").write_bytes(pickle.dumps(job))
        pid = os.fork()
        if not pid:
            os.chdir(path.parent)
            os.environ.update(environment)
            # Python takes a .pyc for current when its source was edited within the same second.
            sys.dont_write_bytecode = True
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(0, 1)
            _in_fork(lambda: reference.child(Path(folder)))
        _, status = os.waitpid(pid, 0)
        answer = Path(folder, "answer.json")
        if answer.exists():
            return json.loads(answer.read_text())
        return reference.ended(os.waitstatus_to_exitcode(status))


COMMANDS = {"step": do_step, "reference": do_reference}

if __name__ == "__main__":
    serve()
