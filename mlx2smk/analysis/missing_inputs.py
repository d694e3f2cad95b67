"""Finds input files of trials that do not exist when the experiment is compiled."""

from __future__ import annotations

import ast
import glob
import re
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlx2smk.analysis.mistakes.near import nearest
from mlx2smk.diagnostics.about_suspicions import MissingInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.language.experiment import Experiment, Trial


def missing_inputs(experiment: Experiment) -> Iterator[Diagnostic]:
    """Yield a warning for each missing input; paths are relative to the experiment's folder."""
    source = experiment.source
    folder = Path(source.path).parent
    for trial in sorted(experiment.trials, key=lambda trial: trial.statement):
        for element in _elements(trial):
            path = element.value
            if not isinstance(path, str) or path not in trial.inputs:
                continue
            if not _is_there(folder, path) and not _is_output(experiment, path):
                yield MissingInput.at(
                    source, source.span(element), path=path, near=_near(folder, path)
                )


def _elements(trial: Trial) -> Iterator[ast.Constant]:
    """Yield the string literals that a trial's decorator lists as inputs."""
    for keyword in () if trial.mark is None else trial.mark.node.keywords:
        if keyword.arg == "inputs" and isinstance(keyword.value, (ast.List, ast.Tuple)):
            yield from (node for node in keyword.value.elts if isinstance(node, ast.Constant))


def _is_there(folder: Path, path: str) -> bool:
    matches = glob.iglob(path, root_dir=folder, recursive=True)  # noqa: PTH207 - also if absolute
    return (folder / path).exists() or any(matches)


def _is_output(experiment: Experiment, path: str) -> bool:
    """Whether the path may be an output that a trial declares, for any values of its parameters."""
    outputs = (output for trial in experiment.trials for output in trial.outputs)
    patterns = [re.sub(r"\{\w+\}", "*", output) for output in outputs]
    return any(fnmatch(path, one) or fnmatch(one, path) for one in patterns)


def _near(folder: Path, path: str) -> str:
    """Return a hint that names the most similar file in the same folder."""
    wanted = PurePosixPath(path)
    try:
        beside = [entry.name for entry in (folder / wanted.parent).iterdir()]
    except OSError:
        beside = []
    near = nearest(wanted.name, beside)
    return f"did you mean {str(wanted.parent / near)!r}?" if near else _ADVICE


_ADVICE = "put it there, unless a setup or an earlier trial makes it"
