"""Notes about an analysis: why trials run in order, and why slices are large."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_notes import (
    AskedOrder,
    ObservedBetweenTrials,
    ObservedFile,
    ObservedKeys,
    SequentialTrial,
    SharedBetweenTrials,
    SharedFile,
    SharedOutput,
    UnguardedProgram,
    WholeModule,
)
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.experiment import Trial
from mlx2smk.planning.evidence import Evidence
from mlx2smk.planning.planner import shares_output
from mlx2smk.planning.shared_files import conflict, shared_write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.analysis import Analysis, FunctionAnalysis
    from mlx2smk.analysis.file_uses import FileUse
    from mlx2smk.analysis.sites import Site
    from mlx2smk.analysis.taken import Widening
    from mlx2smk.analysis.used import UsedName
    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.diagnostics.source import Span
    from mlx2smk.language.experiment import Experiment, Setup, Verify
    from mlx2smk.language.keys import Keys
    from mlx2smk.planning.evidence import Pair
    from mlx2smk.planning.plan import Plan
    from mlx2smk.planning.surprises import Surprises

    Cause = tuple[str, str | None, Span | None]

MOST_NAMED = 3
"""Functions that one note names; of more it says how many there are."""


def notes(
    experiment: Experiment, analysis: Analysis, plan: Plan, evidence: Evidence | None = None
) -> Iterator[Diagnostic]:
    """Yield the notes about an experiment in file order; ``evidence`` comes from earlier runs."""
    functions: tuple[Setup | Trial | Verify, ...] = (
        *experiment.setups,
        *experiment.trials,
        *experiment.verifications,
    )
    order = _Order(experiment, analysis, plan, evidence or Evidence())
    combinations = {trial.name: trial.combinations for trial in plan.trials}
    in_order = sorted(functions, key=lambda function: function.statement)
    found = [_Note(experiment, function, analysis[function.name]) for function in in_order]
    causes = _by_cause(found)
    for function, note in zip(in_order, found, strict=True):
        if function.name in order.evidence.surprises:
            yield from note.unforeseen(order.evidence.surprises[function.name])
        if isinstance(function, Trial):
            yield from order.of(function, note)
        if note in causes:
            yield note.widened(causes[note], combinations)
    yield from _programs(found, combinations)


def _programs(notes: Sequence[_Note], combinations: Mapping[str, int]) -> Iterator[Diagnostic]:
    """Yield a note on each local module that does something as a program, where that begins."""
    groups: dict[str | None, list[_Note]] = {}
    for note in notes:
        for program in note.analysis.programs:
            groups.setdefault(program.module, []).append(note)
    for module, group in groups.items():
        yield group[0].unguarded(module, group, combinations)


def _by_cause(notes: Sequence[_Note]) -> dict[_Note, list[_Note]]:
    """Return the functions that include whole modules, grouped by the cause, under the first of each group."""
    groups: dict[Cause, list[_Note]] = {}
    for note in notes:
        if note.widenings:
            first = note.widenings[0]
            groups.setdefault((first.reason, first.blamed, first.span), []).append(note)
    return {group[0]: group for group in groups.values()}


class _Order:
    """Why trials and their combinations run one after another."""

    def __init__(
        self, experiment: Experiment, analysis: Analysis, plan: Plan, evidence: Evidence
    ) -> None:
        self.experiment = experiment
        self.analysis = analysis
        self.evidence = evidence
        self.plans = {trial.name: trial for trial in plan.trials}

    def of(self, trial: Trial, note: _Note) -> Iterator[Diagnostic]:
        """Yield why a trial's combinations run in order, then why the trial waits for others."""
        plan = self.plans[trial.name]
        if plan.chained and plan.combinations > 1:
            yield self._of_combinations(trial, note)
        yield from self._between(trial, plan.after, note)

    def _of_combinations(self, trial: Trial, note: _Note) -> Diagnostic:
        access = note.analysis.access
        if access.reads.meets(access.writes):
            return note.sequential()
        shared = shared_write(note.analysis)
        if shared is not None:
            return note.shared(shared)
        if trial.name in self.evidence.trials:
            return note.observed(self.evidence)
        return note.shared_output() if shares_output(trial) else note.asked()

    def _between(self, trial: Trial, after: Sequence[str], note: _Note) -> Iterator[Diagnostic]:
        """Yield a note on the first trial that shares a file, and on all that were observed to."""
        others = [t for t in self.experiment.trials if t.order == trial.order and t.name in after]
        conflicts = ((t.name, conflict(self.analysis[t.name], note.analysis)) for t in others)
        shared = {name: uses for name, uses in conflicts if uses is not None}
        for name, uses in [*shared.items()][:1]:
            yield note.between(name, *uses)
        for other in others:
            seen = self.evidence.pair(other.name, trial.name)
            if seen is not None and other.name not in shared:
                yield note.observed_between(seen, self.evidence.path)


class _Note:
    """A note about one function."""

    def __init__(
        self, experiment: Experiment, function: Setup | Trial | Verify, analysis: FunctionAnalysis
    ) -> None:
        self.source = experiment.source
        self.function = function
        self.analysis = analysis

    def sequential(self) -> Diagnostic:
        """Say which read and which write of the context keep combinations in order."""
        read, write = _conflict(self.analysis)
        here = _span_here(read) or _span_here(write) or self.function.span
        seeds = "SETUP's seeds are applied before each"
        return SequentialTrial.at(
            self.source,
            here,
            name=self.function.name,
            read=f"{_what(read)} read {self._where(read, here)}" if read else seeds,
            write=self._written(read, write, here),
            advice=_advice(self.analysis, read, write),
        )

    def asked(self) -> Diagnostic:
        """Say that combinations run in order only because the user asked for it."""
        return AskedOrder.at(self.source, self.function.span, name=self.function.name)

    def shared_output(self) -> Diagnostic:
        """Say that all combinations declare the same output."""
        return SharedOutput.at(self.source, self.function.span, name=self.function.name)

    def shared(self, use: FileUse) -> Diagnostic:
        """Say which write of a file keeps combinations in order."""
        here = use.span if use.module is None else self.function.span
        return SharedFile.at(
            self.source,
            here,
            name=self.function.name,
            file=use.path,
            where=self._at(use, here),
        )

    def observed(self, evidence: Evidence) -> Diagnostic:
        """Say which file combinations were observed to share."""
        seen = evidence.trials[self.function.name]
        return ObservedFile.at(
            self.source,
            self.function.span,
            name=self.function.name,
            file=seen.file,
            combinations=" and ".join(seen.combinations),
            evidence=evidence.path,
        )

    def unforeseen(self, seen: Surprises) -> Iterator[Diagnostic]:
        """Say what the function did in an earlier run that the code does not show, if it missed anything."""
        reads, writes = _setup_keys(seen.reads), _setup_keys(seen.writes)
        results = "all results" if seen.results.is_any else ", ".join(sorted(seen.results.names))
        names = ", ".join(sorted({_used(item) for item in seen.names if not item.asked}))
        done = {
            "read": reads,
            "updated": writes,
            "used the results of": results,
            "used": names,
        }
        if any(done.values()):
            yield ObservedKeys.at(
                self.source,
                self.function.span,
                name=self.function.name,
                done=" and ".join(f"{verb} {what}" for verb, what in done.items() if what),
                evidence=seen.folder,
            )

    def between(self, first: str, before: FileUse, after: FileUse) -> Diagnostic:
        """Say which file makes this trial wait for another."""
        here = after.span if after.module is None else self.function.span
        return SharedBetweenTrials.at(
            self.source,
            here,
            name=self.function.name,
            first=first,
            file=after.path,
            used=_done(after),
            did=_done(before),
            where=self._at(before, here),
            place=self._at(after, here),
        )

    def observed_between(self, seen: Pair, path: str) -> Diagnostic:
        """Say which file this trial was observed to share with another."""
        return ObservedBetweenTrials.at(
            self.source,
            self.function.span,
            name=self.function.name,
            first=seen.first,
            file=seen.file,
            evidence=path,
        )

    def _at(self, use: FileUse, here: Span) -> str:
        return "here" if use.span is here else f"at {self._place(use.module, use.span)}"

    @property
    def widenings(self) -> tuple[Widening, ...]:
        """Why whole modules are in what runs."""
        return tuple(dict.fromkeys(each for run in self.analysis.running for each in run.widened))

    @property
    def widened_runs(self) -> str:
        """What an edit of any of these modules runs again."""
        modules = {frozenset(each.module for each in run.widened) for run in self.analysis.running}
        return f"{'' if len(modules) == 1 else 'some combinations of '}{self.function.name}"

    def widened(self, group: Sequence[_Note], combinations: Mapping[str, int]) -> Diagnostic:
        """Say which modules these functions include as a whole, and the first location that causes it."""
        first = self.widenings[0]
        files = dict.fromkeys(
            note._file(widening.module)  # noqa: SLF001 - of this class
            for note in group
            for widening in note.widenings
        )
        here = first.span if first.blamed is None and first.span else self.function.span
        elsewhere = "" if here is first.span else f" at {self._place(first.blamed, first.span)}"
        return WholeModule.at(
            self.source,
            here,
            name=_all_of([note.widened_runs for note in group], combinations),
            files=_any_of(list(files)),
            reason=f"{first.reason}{elsewhere}",
        )

    def unguarded(
        self, module: str | None, group: Sequence[_Note], combinations: Mapping[str, int]
    ) -> Diagnostic:
        """Say what a local module does in each job of some functions."""
        program = next(each for each in self.analysis.programs if each.module == module)
        path = self._file(module)
        return UnguardedProgram.at(
            Source(path, program.text),
            program.span,
            name=_all_of([note.function.name for note in group], combinations),
            file=PurePath(path).name,
            others="another statement" if program.others == 1 else f"{program.others} others",
            reason=program.reason,
        )

    def _written(self, read: Site | None, write: Site, here: Span) -> str:
        same = read is not None and not read.keys.is_any and read.keys == write.keys
        return f"{'' if same else _what(write) + ' '}written {self._where(write, here)}"

    def _where(self, site: Site, here: Span) -> str:
        if site.span is None and site.module is None:
            return site.why
        place = "here" if site.span is here else f"at {self._place(site.module, site.span)}"
        return f"{place} ({site.why})" if site.keys.is_any else place

    def _place(self, module: str | None, span: Span | None) -> str:
        file = self._file(module)
        return f"{file}:{span.line}" if span else file

    def _file(self, module: str | None) -> str:
        if module is None:
            return self.source.path
        paths = {module.name: module.path for module in self.analysis.slice.modules}
        return str(PurePath(self.source.path).parent / paths.get(module, module))


def _any_of(files: Sequence[str]) -> str:
    """Return the files, the first few by their names."""
    most = 4
    if len(files) <= most:
        return " or ".join(files)
    shown = files[: most - 1]
    return f"{', '.join(shown)} or one of {len(files) - len(shown)} other files"


def _all_of(names: Sequence[str], combinations: Mapping[str, int]) -> str:
    """Name functions, and say how many functions and combinations they are if it is more than one."""
    if len(names) == 1:
        return names[0]
    more = len(names) - MOST_NAMED
    shown = [*names[:MOST_NAMED], f"{more} more"] if more > 0 else names
    count = sum(combinations.get(name, 0) for name in names)
    plural = "s" if count != 1 else ""
    counted = f" with {count} combination{plural}" if count else ""
    return f"{', '.join(shown[:-1])} and {shown[-1]} ({len(names)} functions{counted})"


def _done(use: FileUse) -> str:
    return "written" if use.writes else "read"


def _used(item: UsedName) -> str:
    return ".".join(filter(None, (item.module, item.name)))


def _setup_keys(keys: Keys) -> str:
    return (
        "any key of SETUP"
        if keys.is_any
        else ", ".join(f"SETUP[{k!r}]" for k in sorted(keys.names))
    )


def _what(site: Site) -> str:
    return "any key may be" if site.keys.is_any else f'SETUP["{site.keys.single}"] is'


def _conflict(analysis: FunctionAnalysis) -> tuple[Site | None, Site]:
    """Return a read and a write that may use the same key: the most specific pair, or dynamic lookups.

    Without a read, a seed may be written, which is read for every combination.
    """
    pairs = [
        (read, write)
        for read in analysis.access.read_sites
        for write in analysis.access.write_sites
        if read.keys.meets(write.keys)
    ]
    hiding = _hiding(analysis)
    hidden = [pair for pair in pairs if hiding is not None and pair[0].why == hiding]
    if not pairs:
        return None, analysis.access.write_sites[0]
    return min(hidden or pairs, key=lambda pair: sum(site.keys.is_any for site in pair))


def _hiding(analysis: FunctionAnalysis) -> str | None:
    """Return the reason why the function may use any name of a module, and thus any key."""
    return next((widening.reason for widening in analysis.slice.widened if widening.dynamic), None)


def _advice(analysis: FunctionAnalysis, read: Site | None, write: Site) -> str:
    if read is not None and read.why == _hiding(analysis):
        return WholeModule.advice
    if read is None and not write.keys.is_any:
        return "update keys that are no seeds"
    if read is not None and read.keys.is_any:
        return 'read single keys, as in SETUP["key"]'
    if write.keys.is_any:
        return 'write the update out, as in {"context_update": {"key": value}}'
    return "do without the read, or write other keys than those that are read"


def _span_here(site: Site | None) -> Span | None:
    return site.span if site is not None and site.module is None else None
