"""Source -> Experiment: the only module that knows the decorators' syntax."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.experiment import Experiment, Parameter, Setup, Trial, Verify

if TYPE_CHECKING:
    from mlx2smk.diagnostics import Diagnostic
    from mlx2smk.source import Source


@dataclass(frozen=True, slots=True)
class Parsed:
    """The experiment, None if there is any error, and all messages in the order of their places."""

    experiment: Experiment | None
    diagnostics: tuple[Diagnostic, ...]


_SIGNATURES = {
    "setup": ("order",),
    "trial": ("order", "values", "threads", "resources", "inputs"),
    "verify": ("trial_names",),
}


def parse(source: Source) -> Parsed:
    """Read what a file declares, without running any of it."""
    tree = ast.parse(source.text)
    setups, trials, verifications = [], [], []
    for index, node in enumerate(tree.body):
        if not isinstance(node, ast.FunctionDef):
            continue
        span = source.name_span(node)
        for call in node.decorator_list:
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in _SIGNATURES:
                continue
            kind = ast.unparse(call.func)
            given = dict(zip(_SIGNATURES[kind], call.args)) | {str(k.arg): k.value for k in call.keywords}
            values = {name: ast.literal_eval(value) for name, value in given.items()}
            if kind == "setup":
                setups.append(Setup(node.name, values.get("order"), span, index))
            elif kind == "verify":
                verifications.append(Verify(node.name, tuple(values["trial_names"]), span, index))
            else:
                grid = dict(values["values"])
                parallel = grid.pop("__parallel__", None)
                trials.append(
                    Trial(
                        node.name, values["order"],
                        tuple(Parameter(k, tuple(v)) for k, v in grid.items()),
                        parallel, values.get("threads"),
                        tuple(values.get("resources", {}).items()),
                        tuple(values.get("inputs", ())), span, index,
                    )
                )
    setups.sort(key=lambda s: (s.order is None, s.order or 0))
    trials.sort(key=lambda t: t.order)
    return Parsed(Experiment(source, tree, tuple(setups), tuple(trials), tuple(verifications)), ())
