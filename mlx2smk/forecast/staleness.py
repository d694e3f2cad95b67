"""What has changed in an experiment since it was compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.emission.archive import read_code
from mlx2smk.forecast.code_changes import code_changes
from mlx2smk.forecast.reasons import CodeChanged
from mlx2smk.forecast.wording import code_of, code_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.forecast.code_changes import Code
    from mlx2smk.planning.plan import FunctionPlan, Plan
    from mlx2smk.planning.planned import PlannedExperiment


def changes_since(directory: Path, plan: Plan, unit: PlannedExperiment) -> list[str]:
    """Return what differs between a plan on disk and the experiment as it would be compiled now, in words."""
    code = code_of(unit)
    before = {(each.kind, each.name): each for each in plan.functions}
    now = {(each.kind, each.name): each for each in unit.plan.functions}
    found: list[str] = []
    for key, function in now.items():
        was = before.get(key)
        found += (
            [f"{function.name} is new"] if was is None else _changes(directory, was, function, code)
        )
    found += [f"{each.name} is gone" for key, each in before.items() if key not in now]
    return list(dict.fromkeys(found))


def _changes(directory: Path, was: FunctionPlan, now: FunctionPlan, code: Code) -> Iterator[str]:
    if was.digest != now.digest:
        pieces = read_code(directory, was.digest)
        if pieces is None:
            yield f"the code of {now.name} changed"
            return
        for change in code_changes(pieces, code.pieces[now.digest], code.files):
            if isinstance(change, CodeChanged):
                yield code_text(change, now.name)
            else:
                yield f"the order of the statements that {now.name} needs changed"
    elif _scheduling(was) != _scheduling(now):
        yield f"{now.name} has other combinations, or runs otherwise"


def _scheduling(function: FunctionPlan) -> object:
    """Return what else the results of a function depend on."""
    names = ("parameters", "chained", "in_order", "after", "inputs", "outputs", "depends", "order")
    return [getattr(function, name, None) for name in names]
