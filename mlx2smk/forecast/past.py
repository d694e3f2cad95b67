"""What earlier runs left: the data that a forecast compares a plan with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlx2smk.analysis.slicing import Piece
    from mlx2smk.planning.plan import JobPlan


Maker: TypeAlias = "tuple[str, int | None]"
"""A run: its function and the number of its combination (0 for a setup); None for any of them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was when a run touched it.

    ``kind`` is that of the observation (see ``runtime/observed.py``), or `inputs` of what is declared.
    ``was`` and ``now`` are digests, kinds, names or versions, None where there was or is nothing.
    ``makers`` are the runs before it that made it.
    """

    kind: str
    name: str
    was: Any
    now: Any
    makers: frozenset[Maker] = frozenset()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a result rests on, as far as it is another now, or is ``made`` by runs before it."""

    differences: tuple[Difference, ...] = ()
    made: Mapping[str, frozenset[Maker]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in the store of results: what it adds to the context, and what it rests on."""

    update: Mapping[str, Any]
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class RunPast:
    """One recorded run; ``update`` is what it added to the context, ``params`` their JSON text."""

    success: bool
    params: str
    update: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobPast:
    """The record of a job; ``context`` has the digests of the keys that it saw.

    ``runs`` are in the order of the combinations.
    """

    digest: str
    code: str
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

    ``collected``: the file of all results holds those of the current jobs. ``file`` is that file's
    digest. ``logged`` are the jobs with a log, which ran once. ``seconds``: how long combinations took
    when they last ran, by the JSON text of their parameters. ``declared`` says which declared inputs
    earlier runs make.
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
    """A verdict; ``trials`` are the digests of the results that it judged, ``crashed``: it has an error.

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
    """What is kept across versions: runs by their keys, code by its digest."""

    def stored(self, trial: str, job: JobPlan, number: int, key: str) -> Iterable[StoredRun]:
        """Return the runs with that key, in the order in which the job asks whether they are current.

        It is asked about the combinations of a job one after another.
        """

    def knows(self, code: str) -> bool:
        """Whether runs of that code are stored."""

    def pieces(self, code: str) -> tuple[Piece, ...] | None:
        """Return what the function with that digest was made of, None if it is not known."""


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs of an experiment left, and what lies beside it now.

    ``contexts`` are the values that functions saw last; ``inputs`` has what is in declared inputs, by
    their paths relative to the experiment's folder; ``source`` is the experiment's own path; ``others``
    are trials that the plan does not have, with the numbers of their jobs.
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
