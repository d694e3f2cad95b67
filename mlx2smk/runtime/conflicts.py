"""Detects files that are shared between runs which may run in parallel.

The compiler proves from the code that combinations need not wait for each other. Some uses of files
show only at run time. Then the step that collects the results fails and records the conflict in
`.mlx/order`, and the next compile makes these runs sequential.
"""

from __future__ import annotations

import os

from . import layout, makers, records
from .errors import JobError
from .grid import Grid
from .tails import all_jobs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .documents import Observation, Observed, TrialEntry
    from .order_documents import OrderDocument, SharedFileEntry, SharedPairEntry
    from .plan import Plan

    Observations = Iterable[tuple[int, Observation]]

ORDER_FORMAT = "mlx2smk-order"
ORDER_VERSION = 1
ADVICE = (
    'run mlx compile again, so that they run in order, or add "__parallel__": N to the trial if they need '
    "not see each other's files"
)


class Flow:
    """A file that one run wrote and another one read, wrote or looked for."""

    __slots__ = ("how", "other", "path", "writer")

    def __init__(self, path: str, writer: int, other: int, how: str) -> None:
        self.path = path
        self.writer = writer
        self.other = other
        self.how = how


class Written:
    """Which runs wrote which files: for each file, the first run that left each content."""

    def __init__(self, observations: Observations) -> None:
        self.files: dict[str, dict[str, int]] = {}
        self.folders: dict[str, set[int]] = {}
        for number, observation in observations:
            for path, digest in observation.get("made", {}).items():
                self._add(path, digest, number)
            for path in observation.get("wrote", ()):
                self._add(path, f"grows {number}", number)

    def _add(self, path: str, content: str, number: int) -> None:
        self.files.setdefault(path, {}).setdefault(content, number)
        writers = self.folders.setdefault(os.path.dirname(path), set())
        if len(writers) < 2:
            writers.add(number)

    def by_another(self, path: str, number: int, content: str | None = None) -> int | None:
        """Return another run that wrote the file and left different content, or None."""
        for left, writer in self.files.get(path, {}).items():
            if writer != number and left != content:
                return writer
        return None

    def flows(self, observations: Observations) -> Iterator[Flow]:
        """Yield a flow for every use of these files by another run."""
        for number, observation in observations:
            for path, how, content in _uses(observation):
                writer = self.by_another(path, number, content)
                if writer is not None:
                    yield Flow(path, writer, number, how)
            for path in observation.get("folders", {}):
                others = self.folders.get("" if path == os.curdir else path, set()) - {number}
                if others:
                    yield Flow(path, min(others), number, "listed")


def _uses(observation: Observation) -> Iterator[tuple[str, str, str | None]]:
    """Yield each file that a run used, how it used it, and the content that it left if it wrote it."""
    for path in observation.get("files", {}):
        yield path, "read", None
    for path, digest in observation.get("made", {}).items():
        yield path, "also wrote", digest
    for path in observation.get("wrote", ()):
        yield path, "also wrote to", None
    for path in observation.get("removed", ()):
        yield path, "removed", None
    for path in observation.get("kinds", {}):
        yield path, "looked for", None


class ObservedRuns:
    """What was observed of the runs of a trial, by their numbers, as it is in the records of their jobs: in groups."""

    def __init__(self) -> None:
        self._groups: list[tuple[Sequence[int], Observed]] = []

    def add(self, numbers: Sequence[int], groups: Observed) -> None:
        """Add those of a job, given the numbers of its combinations."""
        self._groups.append((numbers, groups))

    def __iter__(self) -> Iterator[tuple[int, Observation]]:
        for numbers, groups in self._groups:
            for observation, places in groups:
                yield from ((numbers[place], observation) for place in places)

    def all_as(self, number: int) -> Iterator[tuple[int, Observation]]:
        """Yield each group once, as if one run had that number and everything were observed of it."""
        for _, groups in self._groups:
            yield from ((number, observation) for observation, _ in groups)


def check_combinations(plan: Plan, trial: TrialEntry, observed: ObservedRuns, results: str) -> None:
    """Raise JobError if combinations of a trial share files but may run in parallel.

    `results` is the folder of the experiment's results.
    """
    flow = _among_combinations(trial, observed)
    if flow is not None:
        found, pairs = _shown_so_far(plan, results)
        found[trial["name"]] = _shared(trial, flow)
        _keep(plan, found, pairs)
        grid = Grid(trial["parameters"])
        raise JobError(
            f"trial {trial['name']}: combination ({grid.label(flow.other)}) {flow.how} {flow.path}, "
            f"which combination ({grid.label(flow.writer)}) wrote, although they may run in parallel, so their "
            f"results may be wrong: {ADVICE}"
        )


def check_trials(plan: Plan, results: str) -> None:
    """Raise JobError if trials of the same order share files but may run in parallel."""
    pairs = _sharing_trials(plan, results)
    if pairs:
        _keep(plan, {}, pairs)
        first, *others = pairs
        more = f"; {len(others)} more pairs of trials do so as well" if others else ""
        raise JobError(
            f"the trials {first['first']} and {first['then']} share the file {first['file']}, although they may "
            "run in parallel because they have the same order, so their results may be wrong: run mlx compile "
            f"again, so that they run in the order of the file{more}"
        )


def _shown_so_far(
    plan: Plan, results: str
) -> tuple[dict[str, SharedFileEntry], list[SharedPairEntry]]:
    """Return what all records that there are show, so that one more compile is enough for it."""
    found = {}
    for trial in plan.trials:
        flow = _among_combinations(trial, _observed(results, trial))
        if flow is not None:
            found[trial["name"]] = _shared(trial, flow)
    return found, _sharing_trials(plan, results)


def _among_combinations(trial: TrialEntry, observed: ObservedRuns) -> Flow | None:
    """Return a use of a file that one combination wrote by another one that may run in parallel."""
    if trial["chained"] or trial["parallel"] is not None:
        return None
    return next(Written(observed).flows(observed), None)


def _shared(trial: TrialEntry, flow: Flow) -> SharedFileEntry:
    grid = Grid(trial["parameters"])
    names = [grid.label(number) for number in sorted((flow.writer, flow.other))]
    return {"file": flow.path, "combinations": names}


def _sharing_trials(plan: Plan, results: str) -> list[SharedPairEntry]:
    """Return the pairs of trials that share a file and may run in parallel."""
    pairs = [
        (first, then)
        for at, then in enumerate(plan.trials)
        for first in plan.trials[:at]
        if first["order"] == then["order"] and first["name"] not in then["after"]
    ]
    compared = {trial["name"]: trial for pair in pairs for trial in pair}
    observed = {name: _observed(results, trial) for name, trial in compared.items()}
    files = (_between(observed[first["name"]], observed[then["name"]]) for first, then in pairs)
    return [
        {"first": first["name"], "then": then["name"], "file": file}
        for (first, then), file in zip(pairs, files)
        if file is not None
    ]


def _between(first: ObservedRuns, then: ObservedRuns) -> str | None:
    """Return a file that one of the trials wrote and the other one used, or None."""
    for writing, using in ((first, then), (then, first)):
        for flow in Written(writing.all_as(0)).flows(using.all_as(1)):
            return flow.path
    return None


def _observed(results: str, trial: TrialEntry) -> ObservedRuns:
    """Return what was observed of the combinations of a trial, according to the records of its jobs."""
    found = ObservedRuns()
    for job in all_jobs(trial, results):
        head = makers.read_head(os.path.join(results, layout.run_path(trial["name"], job.name)))
        if head.get("digest") == job.digest:
            found.add(job.numbers, head.get("observed", []))
    return found


def _keep(plan: Plan, trials: dict[str, SharedFileEntry], pairs: list[SharedPairEntry]) -> None:
    """Add to the recorded evidence about the order of the experiment."""
    path = layout.order_path(plan.stem)
    try:
        evidence: OrderDocument | None = records.read(path)
    except JobError:
        evidence = None
    if not isinstance(evidence, dict) or evidence.get("format") != ORDER_FORMAT:
        evidence = {"format": ORDER_FORMAT, "version": ORDER_VERSION, "trials": {}, "pairs": []}
    evidence["trials"].update(trials)
    evidence["pairs"] += [pair for pair in pairs if pair not in evidence["pairs"]]
    records.write(path, evidence)
