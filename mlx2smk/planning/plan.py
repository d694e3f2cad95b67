"""The plan: what will run, in which jobs, after what. The versioned form between compiler and run.

``plan.json`` is this module's dataclasses, field by field; the worker and ``runtime/workflow`` read it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from mlx2smk.language.keys import Keys
from mlx2smk.planning.naming import escaped

FORMAT = "mlx2smk-plan"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePlan:
    """A local module that a function imports: the slice that runs, and the file it was taken from.

    ``path`` is relative to the experiment's folder, ``slice`` to the plan's; ``file_digest`` is the
    SHA-256 of the file's bytes when it was compiled.
    """

    name: str
    path: str
    slice: str
    file_digest: str
    package: bool
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPlan:
    """One of the user's functions: the rule that runs it and the slice that it runs.

    ``digest`` stands for everything of the code that the run can depend on; ``reads`` are the keys of
    SETUP that it may read; ``removed`` the module's names that its slice leaves out.
    """

    kind: ClassVar[str]

    name: str
    rule: str
    line: int
    slice: str
    digest: str
    reads: Keys
    removed: tuple[str, ...]
    modules: tuple[ModulePlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlan(FunctionPlan):
    """A setup; ``order`` as in SPEC; ``after``: the setups before it, whose merged keys it may read."""

    kind: ClassVar[str] = "setup"

    order: int | None
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One Snakemake job of a trial: ``count`` combinations from number ``first`` on, run in order.

    In JSON it is a line of text, since each of a thousand jobs reads the plan: objects would take ten
    times as long.
    """

    name: str
    first: int
    count: int
    digest: str

    @property
    def line(self) -> str:
        """The job as in plan.json; no part of it has a space."""
        return f"{self.name} {self.first} {self.count} {self.digest}"

    @staticmethod
    def of_line(line: str) -> JobPlan:
        """Return the job; raise ValueError if the line is not one of plan.json."""
        name, first, count, digest = line.split(" ")
        return JobPlan(name=name, first=int(first), count=int(count), digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan(FunctionPlan):
    """A trial: its grid as literals, and its jobs.

    ``chained``: each combination runs after the one before, and sees the updates of those before it.
    ``in_order``: files that its combinations or other trials share put it in order, so results of runs
    that were not in order do not count. An explicit ``"__parallel__": 1`` chains it but leaves earlier
    results valid, since a trial without it is sequential too. ``after``: the trials whose updates its
    context is made of, in the order of their merging. ``parallel``: the most combinations that run at
    once. ``stream``: the output goes to the terminal too.
    """

    kind: ClassVar[str] = "trial"

    order: int
    parameters: tuple[tuple[str, tuple[str, ...]], ...]
    chained: bool
    parallel: int | None
    writes: Keys
    after: tuple[str, ...]
    inputs: tuple[str, ...]
    threads: int | None
    resources: tuple[tuple[str, int | float | str], ...]
    stream: bool
    jobs: tuple[JobPlan, ...]
    outputs: tuple[str, ...] = ()
    in_order: bool = False

    @property
    def combinations(self) -> int:
        """How many combinations the grid has."""
        return sum(job.count for job in self.jobs)

    @property
    def gpus(self) -> int:
        """How many GPUs each of its combinations runs on."""
        asked = dict(self.resources)
        count = asked.get("gpus", asked.get("gpu", 0))
        return count if isinstance(count, int) else 0

    @property
    def batched(self) -> bool:
        """Whether any job runs more than one combination."""
        return any(job.count > 1 for job in self.jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPlan(FunctionPlan):
    """A verification; ``depends``: the trials whose results it is given.

    ``all_trials`` says that these are all there are, so that nothing need be withheld from it.
    """

    kind: ClassVar[str] = "verify"

    trial_names: tuple[str, ...]
    depends: tuple[str, ...]
    all_trials: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole run of one experiment; ``source`` is relative to the folder that is compiled into.

    ``conda`` (a file, relative to the plan's folder) and ``container`` are the software environment
    that the user's functions run in, if that is not Snakemake's own. ``module`` is the name of the
    experiment's module in a job, if that is not ``experiment``, its stem. ``file_digest`` is the SHA-256
    of the experiment's bytes when it was compiled. ``parallel``, ``batch`` and ``python`` are options
    that it was compiled with, to do so again.
    """

    experiment: str
    source: str
    folder: str
    file: str
    report_rule: str
    stream_all: bool
    setups: tuple[SetupPlan, ...]
    trials: tuple[TrialPlan, ...]
    verifications: tuple[VerifyPlan, ...]
    conda: str | None = None
    container: str | None = None
    module: str | None = None
    file_digest: str = ""
    parallel: int | None = None
    batch: int | None = None
    python: str | None = None
    format: str = field(default=FORMAT)
    version: int = field(default=VERSION)

    @property
    def functions(self) -> tuple[FunctionPlan, ...]:
        """All that is planned: setups, then trials, then verifications."""
        return (*self.setups, *self.trials, *self.verifications)

    def to_json(self) -> str:
        """Return the plan as JSON text, indented so that a diff of it can be read."""
        data = asdict(self)
        entries = (*data["setups"], *data["trials"], *data["verifications"])
        for entry, function in zip(entries, self.functions, strict=True):
            entry["reads"] = function.reads.listed()
        for entry, trial in zip(data["trials"], self.trials, strict=True):
            entry["jobs"] = [job.line for job in trial.jobs]
            entry["writes"] = trial.writes.listed()
        return escaped(json.dumps(data, indent=1, ensure_ascii=False)) + "\n"


def from_json(text: str) -> Plan:
    """Return the plan of a plan.json; raise ValueError if it is not one of this version."""
    data = json.loads(text)
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"not a plan of version {VERSION}")
    setups = tuple(SetupPlan(**_function(entry)) for entry in data.pop("setups"))
    trials = tuple(_trial(entry) for entry in data.pop("trials"))
    verifications = tuple(VerifyPlan(**_function(entry)) for entry in data.pop("verifications"))
    return Plan(setups=setups, trials=trials, verifications=verifications, **data)


def _function(entry: dict[str, Any]) -> dict[str, Any]:
    modules = tuple(ModulePlan(**_tuples(module)) for module in entry["modules"])
    return {**_tuples(entry), "modules": modules, "reads": Keys.from_list(entry["reads"])}


def _trial(entry: dict[str, Any]) -> TrialPlan:
    jobs = tuple(JobPlan.of_line(line) for line in entry["jobs"])
    writes = Keys.from_list(entry["writes"])
    return TrialPlan(**{**_function(entry), "jobs": jobs, "writes": writes})


def _tuples(value: Any) -> Any:
    """Turn JSON's lists back into tuples, in all depths of an entry."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value
