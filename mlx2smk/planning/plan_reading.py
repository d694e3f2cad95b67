"""Reads a plan.json of this version back into a plan."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from itertools import filterfalse
from typing import TYPE_CHECKING

from mlx2smk.language.keys import Keys
from mlx2smk.planning.entries import Entry, EntryError, as_list, as_text, as_texts
from mlx2smk.planning.job_plan import JobPlan
from mlx2smk.planning.plan import (
    FunctionFields,
    ModulePlan,
    Plan,
    SetupPlan,
    TrialPlan,
    VariantPlan,
    VerifyPlan,
)
from mlx2smk.runtime.grid import literal
from mlx2smk.runtime.plan import PLAN_FORMAT, PLAN_VERSION

if TYPE_CHECKING:
    from mlx2smk.analysis.slicing import Partial


class OtherVersionError(ValueError):
    """A plan that another version of mlx wrote."""


def from_json(text: str) -> Plan:
    """Return the plan of a plan.json; raise ValueError if it is not one, or is another version's."""
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(version, int) or data.get("format") != PLAN_FORMAT:
        raise ValueError(f"not a plan of version {PLAN_VERSION}")
    if version != PLAN_VERSION:
        raise OtherVersionError(f"not a plan of version {PLAN_VERSION}")
    found = Entry(data)
    found.only(each.name for each in fields(Plan))
    return Plan(
        experiment=found.text("experiment"),
        source=found.text("source"),
        folder=found.text("folder"),
        file=found.text("file"),
        report_rule=found.text("report_rule"),
        stream_all=found.flag("stream_all"),
        setups=tuple(map(_setup, found.entries("setups"))),
        trials=tuple(map(_trial, found.entries("trials"))),
        verifications=tuple(map(_verification, found.entries("verifications"))),
        conda=found.optional(found.text, "conda"),
        container=found.optional(found.text, "container"),
        module=found.optional(found.text, "module"),
        file_digest=found.optional(found.text, "file_digest") or "",
        parallel=found.optional(found.number, "parallel"),
        batch=found.optional(found.number, "batch"),
        python=found.optional(found.text, "python"),
        part=found.optional(found.text, "part"),
    )


def _common(entry: Entry) -> FunctionFields:
    return {
        "name": entry.text("name"),
        "rule": entry.text("rule"),
        "line": entry.number("line"),
        "slice": entry.text("slice"),
        "digest": entry.text("digest"),
        "reads": Keys.from_list(entry.nullable(entry.texts, "reads")),
        "removed": entry.texts("removed"),
        "modules": tuple(map(_module, entry.entries("modules"))),
        "partial": _partial(entry),
        "filled": entry.optional(entry.texts, "filled") or (),
        "watched": entry.optional(entry.texts, "watched") or (),
        "learned_from": entry.optional(entry.texts, "learned_from") or (),
    }


def _module(entry: Entry) -> ModulePlan:
    entry.only(each.name for each in fields(ModulePlan))
    return ModulePlan(
        name=entry.text("name"),
        path=entry.text("path"),
        slice=entry.text("slice"),
        file_digest=entry.text("file_digest"),
        package=entry.flag("package"),
        removed=entry.texts("removed"),
        partial=_partial(entry),
    )


def _partial(entry: Entry) -> Partial:
    return tuple(map(_parameter, entry.optional(entry.items, "partial") or ()))


def _setup(entry: Entry) -> SetupPlan:
    entry.only(each.name for each in fields(SetupPlan))
    order = entry.nullable(entry.number, "order")
    return SetupPlan(**_common(entry), order=order, after=entry.texts("after"))


def _trial(entry: Entry) -> TrialPlan:
    entry.only(each.name for each in fields(TrialPlan))
    return TrialPlan(
        **_common(entry),
        order=entry.number("order"),
        parameters=tuple(map(_parameter, entry.items("parameters"))),
        chained=entry.flag("chained"),
        in_order=entry.flag("in_order"),
        parallel=entry.nullable(entry.number, "parallel"),
        writes=Keys.from_list(entry.nullable(entry.texts, "writes")),
        after=entry.texts("after"),
        inputs=entry.texts("inputs"),
        outputs=entry.optional(entry.texts, "outputs") or (),
        threads=entry.nullable(entry.number, "threads"),
        resources=tuple(map(_resource, entry.items("resources"))),
        stream=entry.flag("stream"),
        jobs=tuple(map(JobPlan.of_line, entry.texts("jobs"))),
        tail=entry.optional(entry.text, "tail"),
        alone=tuple(map(JobPlan.of_line, entry.optional(entry.texts, "alone") or ())),
        deciding=entry.optional(entry.texts, "deciding") or (),
        variants=tuple(map(_variant, entry.optional(entry.entries, "variants") or ())),
        timeout=entry.optional(entry.amount, "timeout"),
        memory=entry.optional(entry.number, "memory"),
    )


def _variant(entry: Entry) -> VariantPlan:
    entry.only(each.name for each in fields(VariantPlan))
    return VariantPlan(
        values=entry.numbers("values"),
        slice=entry.text("slice"),
        digest=entry.text("digest"),
        removed=entry.texts("removed"),
        modules=tuple(map(_module, entry.entries("modules"))),
        partial=_partial(entry),
        watched=entry.optional(entry.texts, "watched") or (),
    )


def _verification(entry: Entry) -> VerifyPlan:
    entry.only(each.name for each in fields(VerifyPlan))
    return VerifyPlan(
        **_common(entry),
        trial_names=entry.texts("trial_names"),
        depends=entry.texts("depends"),
        all_trials=entry.flag("all_trials"),
    )


_ITEM = r"(?:-?[0-9]+(?:\.[0-9]+)?|'[^'\\\n]*'|True|False|None)"
_ITEMS = f"{_ITEM}(?:, {_ITEM})*"
_PAIRS = f"{_ITEM}: {_ITEM}(?:, {_ITEM}: {_ITEM})*"
_PLAIN = re.compile(rf"{_ITEM}|\[{_ITEMS}\]|\({_ITEMS},?\)|\{{{_PAIRS}\}}")
"""Most literals, for which a look is enough."""


def _parameter(item: object) -> tuple[str, tuple[str, ...]]:
    name, values = as_list(item, 2)
    texts = as_texts(values)
    for text in filterfalse(_PLAIN.fullmatch, texts):
        literal(text)
    return as_text(name), texts


def _resource(item: object) -> tuple[str, int | float | str]:
    name, amount = as_list(item, 2)
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        raise EntryError(f"not an amount: {amount!r:.40}")
    return as_text(name), amount
