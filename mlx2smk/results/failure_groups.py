"""What failed, grouped by the exception and the line where it was raised."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from mlx2smk.results.choosing import grid_of
from mlx2smk.results.rows import FAILED_STATUS
from mlx2smk.runtime import jsontext
from mlx2smk.runtime.loader import is_local
from mlx2smk.runtime.words import repro_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan
    from mlx2smk.results.rows import Row

MOST_VALUES = 5
_FRAME = re.compile(
    r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.*))?$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Combinations of a trial that failed alike; ``place`` is the line, "" if there was no traceback."""

    trial: str
    kind: str
    place: str
    rows: tuple[Row, ...]
    of: int

    @property
    def common(self) -> dict[str, Any]:
        """The parameters that all of them have in common, unless it has but one value."""
        first = self.rows[0].params
        return {
            name: value
            for name, value in first.items()
            if all(jsontext.is_same(row.params.get(name), value) for row in self.rows)
        }


def failure_groups(directory: Path, plan: Plan, rows: Sequence[Row]) -> list[FailureGroup]:
    """Return the groups of the rows that failed, the largest first."""
    folder = os.path.realpath(plan.file_in(directory).parent)
    found: dict[tuple[str, str, str], list[Row]] = {}
    totals = {
        trial.name: prod(len(texts) for _, texts in trial.parameters) for trial in plan.trials
    }
    for row in rows:
        if row.run is not None and row.status == FAILED_STATUS:
            place = _place(row.run.get("traceback", ""), folder)
            found.setdefault((row.trial, row.run.get("type", ""), place), []).append(row)
    groups = [
        FailureGroup(trial, kind, place, tuple(members), totals[trial])
        for (trial, kind, place), members in found.items()
    ]
    return sorted(groups, key=lambda group: -len(group.rows))


def _place(traceback: str, folder: str) -> str:
    """Return the innermost line of the user's own files in a traceback, else the innermost of all."""
    frames = list(_FRAME.finditer(traceback))
    own = [frame for frame in frames if is_local(os.path.realpath(frame["path"]), folder)]
    if not frames:
        return ""
    frame = (own or frames)[-1]
    path = os.path.relpath(frame["path"], folder) if own else frame["path"]
    function = frame["function"]
    return f"{path}:{frame['line']}" + (f" in {function}" if function else "")


def failure_lines(plan: Plan, groups: Sequence[FailureGroup], more: Sequence[str]) -> Iterator[str]:
    """Yield what people read of failures; ``more`` are words for the end of the commands to step into them."""
    grids = {trial.name: grid_of(trial) for trial in plan.trials}
    for number, group in enumerate(groups):
        first = group.rows[0]
        run = first.run
        if run is None:
            continue
        if number:
            yield ""
        error = f"{group.kind}: {run.get('error', '').partition(chr(10))[0]}"
        at = f" at {group.place}" if group.place else ""
        yield f"{group.trial}: {len(group.rows)} of {group.of} failed{at}"
        yield f"  {error}"
        if len(group.rows) > 1:
            yield from (f"  {line}" for line in _parameters(group))
        else:
            yield f"  with: {_values(first.params) or 'no parameters'}"
        yield f"  log: {first.log}"
        texts = grids[group.trial].texts(first.number)
        yield f"  step into it: {repro_command(group.trial, texts, more)}"
        for line in run.get("traceback", "").rstrip("\n").split("\n"):
            if line:
                yield f"    {line}"


def _parameters(group: FailureGroup) -> Iterator[str]:
    common = group.common
    if common:
        yield f"in common: {_values(common)}"
    varied = [name for name in group.rows[0].params if name not in common]
    if varied:
        shown = [_varied(name, group.rows) for name in varied]
        yield f"different: {'; '.join(shown)}"


def _varied(name: str, rows: Sequence[Row]) -> str:
    texts = list(dict.fromkeys(jsontext.dumps(row.params.get(name)) for row in rows))
    more = f", … ({len(texts)} values)" if len(texts) > MOST_VALUES else ""
    return f"{name} {', '.join(texts[:MOST_VALUES])}{more}"


def _values(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in params.items())
