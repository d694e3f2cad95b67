"""What the JSON documents hold that the compiler and the jobs write, for type checkers only.

No module imports this one when it runs: the worker starts as fast without it as it did before.
The plan, a run, a verdict and the report are those of the JSON Schemas, key by key
(`tests/test_documents.py` compares the two).
"""

from __future__ import annotations

from typing import Any, TypedDict, Union

Context = dict[str, Any]
"""SETUP, or the part of it that a function may read."""

Parameters = list[tuple[str, list[str]]]
"""The parameters of a trial, each with its values as literals."""


# ------------------------------------------------------------------ the plan


class _PartialEntry(TypedDict, total=False):
    partial: Parameters


class ModuleEntry(_PartialEntry):
    """A local module that a function imports."""

    name: str
    path: str
    slice: str
    file_digest: str
    package: bool
    removed: list[str]


class _LearnedEntry(TypedDict, total=False):
    filled: list[str]
    learned_from: list[str]


class _WatchedEntry(TypedDict, total=False):
    watched: list[str]


class FunctionEntry(_PartialEntry, _LearnedEntry, _WatchedEntry):
    """What the plan says of every function of the user's."""

    name: str
    rule: str
    line: int
    slice: str
    digest: str
    reads: list[str] | None
    removed: list[str]
    modules: list[ModuleEntry]


class SetupEntry(FunctionEntry):
    """A setup in the plan."""

    order: int | None
    after: list[str]


class _TrialAtLeast(FunctionEntry):
    order: int
    parameters: Parameters
    chained: bool
    in_order: bool
    parallel: int | None
    writes: list[str] | None
    after: list[str]
    inputs: list[str]
    threads: int | None
    resources: list[tuple[str, int | float | str]]
    stream: bool
    jobs: list[str]


class VariantEntry(_PartialEntry, _WatchedEntry):
    """What the combinations of a trial run in which the deciding parameters have certain values."""

    values: list[int]
    slice: str
    digest: str
    removed: list[str]
    modules: list[ModuleEntry]


class TrialEntry(_TrialAtLeast, total=False):
    """A trial in the plan; a job is a line of text."""

    outputs: list[str]
    tail: str | None
    alone: list[str]
    deciding: list[str]
    variants: list[VariantEntry]
    timeout: int | float | None
    memory: int | None


class PackingDocument(TypedDict):
    """Into which jobs the tail of a trial was packed while it ran; a job as in the plan."""

    version: int
    digest: str
    why: str
    jobs: list[str]


class VerificationEntry(FunctionEntry):
    """A verification in the plan."""

    trial_names: list[str]
    depends: list[str]
    all_trials: bool


class _PlanAtLeast(TypedDict):
    format: str
    version: int
    experiment: str
    source: str
    folder: str
    file: str
    report_rule: str
    stream_all: bool
    setups: list[SetupEntry]
    trials: list[TrialEntry]
    verifications: list[VerificationEntry]


class PlanDocument(_PlanAtLeast, total=False):
    """plan.json."""

    conda: str | None
    container: str | None
    module: str | None
    file_digest: str
    parallel: int | None
    batch: int | None
    python: str | None
    part: str | None


# ------------------------------------------------------------------ what a run touched


class Observation(TypedDict, total=False):
    """What a run touched; `observed` says what each part means."""

    files: dict[str, str | None]
    kinds: dict[str, str | None]
    folders: dict[str, list[str]]
    variables: dict[str, str | None]
    packages: dict[str, list[str]]
    missing: list[str]
    made: dict[str, str]
    wrote: dict[str, str]
    found: dict[str, str]
    removed: list[str]
    folders_made: list[str]
    programs: list[str]


Observed = list[tuple[Observation, list[int]]]
"""The observations in a record, each with the numbers of the runs that have it."""


# ------------------------------------------------------------------ when, where and by whom


class Commit(TypedDict):
    """The commit that was checked out, and whether anything that it has was edited since."""

    commit: str
    dirty: bool


class Provenance(TypedDict, total=False):
    """When (UTC), on which host, with which Python and from which commit a run was made."""

    when: str
    host: str
    python: str
    git: Commit


Provenances = list[tuple[Provenance, list[int]]]
"""Those of a record, each with the numbers of the runs that have it."""


# ------------------------------------------------------------------ runs and verdicts


class _FailureAtLeast(TypedDict):
    return_code: int
    error: str
    type: str


class Failure(_FailureAtLeast, total=False):
    """The part of a run dict that says what went wrong; `limit` is the one that ended the run, if any did."""

    traceback: str
    limit: dict[str, int | float]


class _OutcomeAtLeast(TypedDict):
    duration: float


class Outcome(_OutcomeAtLeast, total=False):
    """What a job's process sends: what the function returned, or why it did not."""

    value: Any
    failure: Failure


class ObservedOutcome(Outcome):
    """An outcome with what the run touched."""

    observed: Observation


class _RunAtLeast(TypedDict):
    success: bool
    params: dict[str, Any]
    duration: float
    log: str


class RunDict(_RunAtLeast, total=False):
    """What one combination gave: `result`, or the parts of a failure."""

    result: Any
    return_code: int
    error: str
    type: str
    traceback: str
    limit: dict[str, int | float]


class _JudgementAtLeast(TypedDict):
    verdict: str


class Judgement(_JudgementAtLeast, total=False):
    """A verdict by itself; one that is `invalid` may say why."""

    error: str
    type: str
    traceback: str


class Verdict(Judgement):
    """What a verification said, as the report has it."""

    duration: float
    log: str


class _PerhapsPartial(TypedDict, total=False):
    partial: str


class ReportDocument(_PerhapsPartial):
    """report.json."""

    experiment: str
    source: str
    status: str
    context: Context
    trials: dict[str, list[RunDict]]
    verifications: dict[str, Verdict]


# ------------------------------------------------------------------ the records of jobs


class MadeFrom(TypedDict):
    """What the result of any function was made from; `context` has digests."""

    code: str
    context: dict[str, str]
    environment: list[Any]


Codes = list[tuple[str, list[int]]]
"""The digests of the code of runs, each with the positions of its runs in the job."""


class _JobMadeFromAtLeast(MadeFrom):
    inputs: dict[str, Any]
    python: list[Any]
    chained: bool
    previous: str | None


class JobMadeFrom(_JobMadeFromAtLeast, total=False):
    """What the runs of a job were made from; `inputs` has the contents of declared ones.

    `codes` says so run by run if combinations run different code; `limits` are those that ended runs, if any did.
    """

    codes: Codes
    limits: dict[str, int | float]


class VerdictMadeFrom(MadeFrom):
    """What a verdict was made from; `trials` has the digests of the results that it judges."""

    trials: dict[str, str]


class _WithProvenance(TypedDict, total=False):
    provenance: Provenances


class SetupRecord(_WithProvenance):
    """What a setup leaves."""

    version: int
    digest: str
    scheduled: str | None
    made_from: MadeFrom
    observed: Observed
    returned: Context
    duration: float
    log: str


class _WithStored(_WithProvenance, total=False):
    from_store: str


class JobHead(_WithStored):
    """The first line of what a job of a trial leaves: all but its runs."""

    version: int
    digest: str
    scheduled: str | None
    made_from: JobMadeFrom
    observed: Observed
    keys: list[str | None]
    state: Context


class JobRecord(JobHead):
    """What a job of a trial leaves."""

    runs: list[RunDict]


class VerdictRecord(Verdict, _WithProvenance):
    """What a verification leaves."""

    scheduled: str | None
    made_from: VerdictMadeFrom
    observed: Observed


class Head(TypedDict, total=False):
    """What is looked at in the first line of a record, whichever it is, or whatever is left of it."""

    digest: str
    scheduled: str | None
    made_from: JobMadeFrom
    observed: Observed
    provenance: Provenances


Failed = Union[Failure, Judgement, RunDict]
"""What has `error` and `type`, if it failed."""


class Surprise(TypedDict, total=False):
    """What a run did that the analysis did not foresee; None stands for any key.

    `reads` and `writes` are keys of SETUP, `results` are trials whose results a verification read.
    `names` are names that its slice left out, each with its module (None: the experiment); without a name,
    the whole module was imported. `code` and `files` are the digests of its slice and of the files that
    hold the names, `learned_from` are the records of earlier runs that its slice takes into account, and
    `values` are those of the parameters that decided what the run's slice was, as literals. `asked`
    are modules (None: the experiment) of which the run had all, each with what it asked them for. `missed`
    names files instead of modules, as a process of the job knows them; without a slice of the file, the
    name is that of its module.
    """

    reads: list[str] | None
    writes: list[str] | None
    results: list[str] | None
    names: list[tuple[str | None, str | None]]
    asked: list[tuple[str | None, list[str]]]
    values: dict[str, str]
    learned_from: list[str]
    code: str
    files: dict[str, str]
    missed: list[tuple[str, str]]
