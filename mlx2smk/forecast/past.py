"""What earlier runs left: the data that a forecast compares a plan with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlx2smk.analysis.slicing import Piece
    from mlx2smk.planning.job_plan import JobPlan


Maker: TypeAlias = "tuple[str, int | None]"
"""A run: its function and the number of its combination (0 for a setup, None for any)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that has changed since a run used it.

    ``kind`` is the kind of observation (see ``runtime/observed.py``), or ``inputs`` for declared inputs.
    ``was`` and ``now`` are digests, kinds, names or versions; None if it did not or does not exist.
    ``makers`` are the earlier runs that made it.
    """

    kind: str
    name: str
    was: Any
    now: Any
    makers: frozenset[Maker] = frozenset()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a result depends on, as far as it has changed or was ``made`` by earlier runs."""

    differences: tuple[Difference, ...] = ()
    made: Mapping[str, frozenset[Maker]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in the store of results: its update of the context, and what it depends on."""

    update: Mapping[str, Any]
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class RunPast:
    """A recorded run; ``update`` is its update of the context, ``params`` its parameters as JSON text.

    ``code`` is the digest of the code that it ran.
    """

    success: bool
    params: str
    update: Mapping[str, Any]
    code: str


@dataclass(frozen=True, slots=True)
class JobPast:
    """The record of a job; ``context`` has the digests of the keys that it saw.

    ``runs`` are in the order of their combinations.
    """

    digest: str
    context: Mapping[str, str]
    inputs: Mapping[str, Any]
    environment: list[Any]
    chained: bool
    previous: str | None
    runs: tuple[RunPast, ...]
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class TrialPast:
    """All records of a trial, by the jobs' names.

    ``collected`` says that the file of all results matches the current jobs; ``file`` is its digest.
    ``logged`` are the jobs that have a log and thus ran once. ``seconds`` are the last durations of
    combinations, by the JSON text of their parameters. ``declared`` says which declared inputs are made
    by earlier runs.
    """

    jobs: Mapping[str, JobPast] = field(default_factory=dict)
    collected: bool = False
    file: str | None = None
    logged: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)
    declared: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class SetupPast:
    """The record of a setup; ``environment`` is None if it was not recorded."""

    code: str
    context: Mapping[str, str]
    returned: Mapping[str, Any]
    seconds: float
    environment: list[Any] | None = None
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class VerdictPast:
    """A verdict; ``trials`` are the digests of the results that it judged, ``crashed`` if it has an error.

    ``environment`` is None if it was not recorded.
    """

    code: str
    context: Mapping[str, str]
    trials: Mapping[str, str | None]
    seconds: float
    crashed: bool
    environment: list[Any] | None = None
    basis: Basis = field(default_factory=Basis)


class Archive(Protocol):
    """What is kept across versions: runs by key, code by digest."""

    def stored(self, trial: str, job: JobPlan, number: int, key: str) -> Iterable[StoredRun]:
        """Return the runs with that key, in the order in which the job considers them.

        Callers must ask about the combinations of a job in order.
        """

    def knows(self, code: str) -> bool:
        """Whether any runs of that code are stored."""

    def pieces(self, code: str) -> tuple[Piece, ...] | None:
        """Return the pieces of the function with that digest; None if they are not known."""


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs of an experiment left, and the current state of its inputs.

    ``contexts`` are the values that functions saw last; ``inputs`` are the contents of declared inputs, by
    path relative to the experiment's folder; ``source`` is the experiment's own path; ``others`` are
    trials that the plan no longer has, with the numbers of their jobs.
    """

    archive: Archive
    source: str = ""
    setups: Mapping[str, SetupPast] = field(default_factory=dict)
    trials: Mapping[str, TrialPast] = field(default_factory=dict)
    verdicts: Mapping[str, VerdictPast] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    environment: list[Any] = field(default_factory=lambda: [None, None])
    python: list[Any] = field(default_factory=list)
    others: Mapping[str, int] = field(default_factory=dict)
