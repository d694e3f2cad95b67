"""The plan that the compiler wrote: where the experiment is and what each of its jobs runs."""

from __future__ import annotations

import os

from . import layout, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from .documents import (
        Context,
        FunctionEntry,
        PlanDocument,
        SetupEntry,
        TrialEntry,
        VerificationEntry,
    )

    NamedEntry = TypeVar("NamedEntry", bound=FunctionEntry)

PLAN_FORMAT = "mlx2smk-plan"
PLAN_VERSION = 1
"""Of plan.json, here and for the compiler: raised when an earlier worker could not use it."""


class Plan:
    """The content of plan.json with resolved paths; `interpreter` is the one that the user chose, if any.

    `data` is the content if the file is not written yet. Raises JobError if the file is not a plan, or
    is one of another version.
    """

    __slots__ = (
        *("_code", "_texts", "base", "data", "digests_folder", "file", "folder", "interpreter"),
        *("kept", "large", "module", "path", "scheduled", "stem"),
    )

    def __init__(
        self, path: str, interpreter: str | None = None, data: PlanDocument | None = None
    ) -> None:
        data = records.read(path) if data is None else data
        if not isinstance(data, dict) or data.get("format") != PLAN_FORMAT:
            raise JobError(f"{path} is not a plan of mlx compile")
        if data.get("version") != PLAN_VERSION:
            raise JobError(f"{path} has version {data.get('version')}: run mlx compile again")
        self.path = os.path.abspath(path)
        self.interpreter = interpreter
        self.scheduled: str | None = None
        self.large: int | None = None
        self.kept: int | None = None
        self.data: PlanDocument = data
        self.base = os.path.dirname(self.path)
        self.folder: str = os.path.normpath(os.path.join(self.base, data["folder"]))
        self.file: str = os.path.join(self.folder, data["file"])
        self.stem: str = data["experiment"]
        # As in the rules: Snakemake starts its jobs in the folder that was compiled into.
        self.digests_folder = os.path.abspath(layout.DIGESTS)
        self.module: str = data.get("module") or self.stem
        self._code: dict[str, types.CodeType] = {}
        self._texts: dict[str, str] = {}

    @property
    def stream_all(self) -> bool:
        """Whether output is shown while it is produced (--stream-all or MLX_STREAM_ALL=1)."""
        asked = os.environ.get("MLX_STREAM_ALL", "") not in ("", "0")
        return bool(self.data["stream_all"]) or asked

    @property
    def setups(self) -> list[SetupEntry]:
        """The setups, in the order in which they run."""
        return self.data["setups"]

    @property
    def trials(self) -> list[TrialEntry]:
        """The trials, in the order in which they run."""
        return self.data["trials"]

    @property
    def verifications(self) -> list[VerificationEntry]:
        """The verifications, in the order of the file."""
        return self.data["verifications"]

    def functions(self, kind: str) -> Sequence[FunctionEntry]:
        """Return the `setups`, `trials` or `verifications`."""
        kinds: dict[str, Sequence[FunctionEntry]] = {
            "setups": self.setups,
            "trials": self.trials,
            "verifications": self.verifications,
        }
        return kinds[kind]

    def function(self, name: str, *kinds: str) -> FunctionEntry:
        """Return the function of that name among these kinds; raise JobError if there is none."""
        functions = [function for kind in kinds for function in self.functions(kind)]
        return self._named(name, functions, " or ".join(kinds))

    def forget_values(self) -> None:
        """Forget the values of all trials, for who needs the memory more than them."""
        for trial in self.trials:
            trial["parameters"] = []

    def setup(self, name: str) -> SetupEntry:
        """Return the setup of that name."""
        return self._named(name, self.setups, "setups")

    def trial(self, name: str) -> TrialEntry:
        """Return the trial of that name."""
        return self._named(name, self.trials, "trials")

    def verification(self, name: str) -> VerificationEntry:
        """Return the verification of that name."""
        return self._named(name, self.verifications, "verifications")

    def _named(self, name: str, functions: Iterable[NamedEntry], what: str) -> NamedEntry:
        for function in functions:
            if function["name"] == name:
                return function
        raise JobError(f"{self.path} has no {what} named {name}")

    def read_slices(self, function: FunctionEntry) -> None:
        """Read all slices of a function now, so that a later compile does not affect this job."""
        for path in (function["slice"], *(module["slice"] for module in function["modules"])):
            self.text(path)

    def check_scheduled(self, scheduled: str | None, digest: str) -> None:
        """Store the digest for which Snakemake scheduled a job; raise JobError if the plan has another one.

        The value starts with the digest of the function, or of the job of a trial.
        """
        if scheduled is not None and scheduled.partition(" ")[0] != digest:
            raise JobError(
                "this job was scheduled for another version of the experiment, which was compiled "
                "again meanwhile: run snakemake again"
            )
        self.scheduled = scheduled

    def text(self, slice_path: str) -> str:
        """Return the source text of a slice, read once."""
        if slice_path not in self._texts:
            with open(os.path.join(self.base, slice_path), encoding="utf-8") as file:
                self._texts[slice_path] = file.read()
        return self._texts[slice_path]

    def code(self, slice_path: str) -> types.CodeType:
        """Return a slice of the experiment, compiled once; SyntaxError if this Python cannot parse it."""
        if slice_path not in self._code:
            text = self.text(slice_path)
            self._code[slice_path] = compile(text, self.file, "exec", dont_inherit=True)
        return self._code[slice_path]


class Job:
    """A job of a trial, and the `numbers` of the combinations that it runs, in ascending order."""

    __slots__ = ("digest", "name", "numbers")

    def __init__(self, line: str) -> None:
        self.name, first, count, self.digest = line.split(" ")
        self.numbers = numbers_of(first, int(count))

    @property
    def first(self) -> int:
        """The number of its first combination."""
        return self.numbers[0]

    @property
    def count(self) -> int:
        """How many combinations it runs."""
        return len(self.numbers)


def numbers_of(spans: str, count: int) -> Sequence[int]:
    """Return the numbers that a job's line names: `count` from the first one on, or ranges like `1-3+7`."""
    if spans.isdigit():
        return range(int(spans), int(spans) + count)
    numbers: list[int] = []
    for span in spans.split("+"):
        first, _, last = span.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def spans_of(numbers: Sequence[int]) -> str:
    """Return ascending numbers as the ranges that `numbers_of` reads."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return "+".join(f"{first}-{last}" if last > first else f"{first}" for first, last in spans)


def size_of(trial: TrialEntry) -> int:
    """Return how many combinations a trial has."""
    size = 1
    for _, values in trial["parameters"]:
        size *= len(values)
    return size


def jobs_of(trial: TrialEntry) -> list[Job]:
    """Return the trial's jobs in the order of the plan."""
    return [Job(line) for line in trial["jobs"]]


def job_named(trial: TrialEntry, name: str) -> Job:
    """Return the trial's job of that name; raise JobError if there is none."""
    start = f"{name} "
    for line in (*trial["jobs"], *trial.get("alone", ())):
        if line.startswith(start):
            return Job(line)
    raise JobError(f"trial {trial['name']} has no job {name}: run mlx compile again")


def job_before(trial: TrialEntry, job: Job) -> Job | None:
    """Return the job whose combinations end where this one's begin, or None for the first job."""
    for other in jobs_of(trial):
        if other.first + other.count == job.first:
            return other
    return None


def projection(function: FunctionEntry, context: Context) -> Context:
    """Return the part of the context that the function may read."""
    reads = function["reads"]
    if reads is None:
        return context
    return {key: context[key] for key in reads if key in context}
