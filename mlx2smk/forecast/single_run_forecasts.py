"""Forecasts for setups and verifications, which consist of a single run each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlx2smk.forecast.code_changes import code_reasons
from mlx2smk.forecast.file_changes import reasons_for, with_files
from mlx2smk.forecast.key_changes import changed_keys, digests_of, key_changes, uncertainty
from mlx2smk.forecast.knowledge import Knowledge
from mlx2smk.forecast.outlook import Outlook
from mlx2smk.forecast.reasons import New, ResultsChanged, SoftwareChanged
from mlx2smk.language.keys import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlx2smk.forecast.background import Background
    from mlx2smk.forecast.file_changes import Unsettled
    from mlx2smk.forecast.outlook import UncertainFile, Uncertainty
    from mlx2smk.forecast.past import Past, SetupPast, VerdictPast
    from mlx2smk.forecast.reasons import Reason
    from mlx2smk.planning.plan import FunctionPlan, SetupPlan, VerifyPlan


def forecast_setup(
    setup: SetupPlan, context: Knowledge, background: Background
) -> tuple[Outlook, Knowledge]:
    """Return the forecast for a setup, and what is known about the values it returns."""
    past, unsettled = background.past, background.unsettled
    record = past.setups.get(setup.name)
    seen = context.projected(setup.reads) if setup.after else Knowledge()
    reasons = tuple(_why(setup, record, seen, background))
    doubt = uncertainty(seen, past.contexts.get(setup.name, {}))
    files = _files(record, unsettled)
    outlook = _timed(_outlook(setup, reasons, doubt, files, not seen.certain), record)
    if outlook.may_run or record is None:
        unsettled.add(setup.name)
        return outlook, Knowledge().doubted(setup.name, ANY)
    return outlook, Knowledge(record.returned)


def forecast_verification(
    verify: VerifyPlan,
    context: Knowledge,
    trials: Mapping[str, Outlook],
    background: Background,
) -> Outlook:
    """Return the forecast for a verification, given those for the trials."""
    past, unsettled = background.past, background.unsettled
    record = past.verdicts.get(verify.name)
    seen = context.projected(verify.reads)
    reasons = tuple(_why(verify, record, seen, background))
    if record is not None:
        reasons += tuple(_changed_results(verify, record, trials, past))
    doubt = uncertainty(seen, past.contexts.get(verify.name, {}))
    may_run = not seen.certain or any(trials[name].may_jobs for name in verify.depends)
    files = _files(record, unsettled)
    outlook = _timed(_outlook(verify, reasons, doubt, files, may_run), record)
    crashed = record is not None and record.crashed and not outlook.run
    return replace(outlook, failed=int(crashed))


def _why(
    function: FunctionPlan,
    record: SetupPast | VerdictPast | None,
    seen: Knowledge,
    background: Background,
) -> Iterator[Reason]:
    past = background.past
    if record is None:
        yield New(1)
        return
    if record.environment not in (None, past.environment):
        yield SoftwareChanged()
    code = code_reasons(function.digest, record.code, past, background.code)
    keys = changed_keys(record.context, digests_of(seen.known), seen)
    context = key_changes(keys, past.contexts.get(function.name, {}), seen.known)
    files = reasons_for(background.unsettled.certain(record.basis))
    yield from with_files(function, (*code, *context), files)


def _files(
    record: SetupPast | VerdictPast | None, unsettled: Unsettled
) -> tuple[UncertainFile, ...]:
    return () if record is None else tuple(unsettled.doubts(record.basis))


def _changed_results(
    verify: VerifyPlan, record: VerdictPast, trials: Mapping[str, Outlook], past: Past
) -> Iterator[ResultsChanged]:
    for name in verify.depends:
        current = past.trials.get(name)
        judged = record.trials.get(name)
        if trials[name].collects or current is None or judged is None or judged != current.file:
            yield ResultsChanged(name)
    for name in record.trials.keys() - set(verify.depends):
        yield ResultsChanged(name)


def _outlook(
    function: FunctionPlan,
    reasons: tuple[Reason, ...],
    doubt: Uncertainty | None,
    files: tuple[UncertainFile, ...],
    may_run: bool,
) -> Outlook:
    run = bool(reasons)
    may_run = may_run or bool(files)
    return Outlook(
        kind=function.kind,
        name=function.name,
        line=function.line,
        total=1,
        run=int(run),
        may_run=int(run or may_run),
        jobs=int(run),
        may_jobs=int(run or may_run),
        reasons=reasons,
        uncertainty=None if run else doubt,
        uncertain_files=() if run else files,
    )


def _timed(outlook: Outlook, record: SetupPast | VerdictPast | None) -> Outlook:
    """Add the duration of the function's last run."""
    seconds = record.seconds if record is not None else None
    return replace(
        outlook,
        seconds=seconds if outlook.run else 0.0,
        may_seconds=seconds if outlook.may_run else 0.0,
    )
