"""Finds uses of keys of SETUP that no setup returns and no trial updates."""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING, Final

from mlx2smk.analysis.access import SEED_KEYS
from mlx2smk.analysis.context_names import context_use
from mlx2smk.analysis.mistakes.certainty import Nesting
from mlx2smk.analysis.mistakes.near import nearest, numbered_alike
from mlx2smk.analysis.mistakes.report import setups, trials
from mlx2smk.analysis.sites import certain_names, key_use
from mlx2smk.analysis.updates import returned_keys, update_sites
from mlx2smk.diagnostics.about_suspicions import UnknownContextKey
from mlx2smk.language.keys import SETUP, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.mistakes.report import Looked, Report
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Project
    from mlx2smk.analysis.slicing import Taken

_LOOKING: Final = frozenset(
    {"print", "dict", "len", "sorted", "list", "set", "tuple", "str", "repr", "dumps", "deepcopy"}
    | {"copy", "type", "isinstance", "bool", "dump", "pformat", "pprint", "iter", "frozenset"}
)
"""Functions that do not change a dict passed to them."""


def check_context_keys(report: Report, functions: Sequence[Looked]) -> None:
    """Note uses of keys that the context cannot have, provided that all of its keys are known."""
    known = _known_keys(functions, report.project)
    if known.is_any or _is_bound(report):
        return
    for looked in functions:
        uses = [] if looked.dynamic else list(_uses(looked.taken, report.project))
        if not any(_may_change(use.reference) for use in uses):
            _check_function(report, uses, known)


def _check_function(report: Report, uses: Sequence[_Use], known: Keys) -> None:
    tested = {use.key for use in uses if not use.required}
    for use in uses:
        if use.key is not None and use.key not in known | SEED_KEYS:
            _check(report, use, known.names, certain=use.required and use.key not in tested)


def _is_bound(report: Report) -> bool:
    """Tell whether the file binds SETUP itself; a bare annotation does not."""
    bindings = report.project.experiment.bindings.get(SETUP, ())
    return any(binding.kind != "value" or binding.value is not None for binding in bindings)


def _known_keys(functions: Sequence[Looked], project: Project) -> Keys:
    """Return the keys that the context can have."""
    returned = (returned_keys(setup, project) for setup in setups(functions))
    updated = (_updated_by(trial, project) for trial in trials(functions))
    return Keys.union(chain(returned, updated))


def _updated_by(trial: Looked, project: Project) -> Keys:
    return Keys.union(site.keys for site in update_sites(trial.taken, project))


class _Use:
    """A use of SETUP.

    ``key`` is None unless exactly one key is used; ``required`` says that the use fails without the key.
    """

    def __init__(self, reference: Reference, taken_unit: Taken, key: str | None) -> None:
        self.reference = reference
        self.taken_unit = taken_unit
        self.key = key
        parent = reference.parents[0] if reference.parents else None
        self.place = parent if isinstance(parent, ast.expr) else reference.node
        self.required = isinstance(parent, ast.Subscript)


def _uses(taken: Sequence[Taken], project: Project) -> Iterator[_Use]:
    for taken_unit in taken:
        certain = certain_names(taken_unit.unit.names)
        for reference in taken_unit.unit.names.references:
            context = context_use(reference, taken_unit.module, project)
            if context is not None:
                use = key_use(context, taken_unit.module, certain)
                yield _Use(context, taken_unit, use.keys.single if use.read else None)


def _may_change(reference: Reference) -> bool:
    """Tell whether a use of SETUP may add keys to it."""
    parent = reference.parents[0] if reference.parents else None
    if reference.attributes:
        return reference.attributes[0] not in {"get", "items", "keys", "values", "copy"}
    if isinstance(parent, ast.Call):
        function = parent.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return parent.func is not reference.node and name not in _LOOKING
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.ctx, ast.Store)
    if isinstance(parent, ast.keyword):
        return parent.arg is not None
    if isinstance(parent, ast.Dict):
        return any(value is reference.node for key, value in _items(parent) if key is not None)
    return isinstance(parent, _PASSING_ON)


def _items(node: ast.Dict) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """Yield a display's keys and values; for ``**`` the key is None."""
    yield from zip(node.keys, node.values, strict=False)


_PASSING_ON = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.Return, ast.Yield),
    *(ast.Tuple, ast.List, ast.Set, ast.IfExp, ast.BoolOp, ast.withitem, ast.Lambda, ast.Starred),
)


def _check(report: Report, use: _Use, known: frozenset[str], *, certain: bool) -> None:
    """Note a missing key, if no code tests for it or if it resembles an existing one."""
    key = use.key or ""
    near = nearest(key, known)
    if not certain and (near is None or numbered_alike(key, near)):
        return
    around = Nesting(use.taken_unit.unit.node)
    if around.expects(use.place, "KeyError", "LookupError"):
        return
    others = f"its keys are: {', '.join(sorted(known))}" if known else "return it from a setup"
    hint = f"did you mean {near!r}?" if near else others
    report.add(UnknownContextKey, use.taken_unit.module, use.place, key=key, near=hint)
