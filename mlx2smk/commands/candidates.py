"""What the words of a command line may become: experiments, trials and values of parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from mlx2smk.planning.plan import Plan

    Completer = Callable[[argparse.Namespace, str], Iterable[str]]


def _files(given: argparse.Namespace, start: str) -> Iterator[str]:
    """Yield the Python files and folders whose path starts so."""
    del given
    for path in sorted(Path().glob(f"{_literal(start)}*")):
        if path.is_dir():
            yield f"{path}/"
        elif path.suffix == ".py":
            yield str(path)


def _literal(start: str) -> str:
    """Return the start of a path for a pattern in which nothing is special."""
    import glob  # noqa: PLC0415

    return glob.escape(start.removeprefix("./"))


def _experiments(given: argparse.Namespace, start: str) -> Iterator[str]:
    """Yield the names of the compiled experiments."""
    del start
    yield from (plan.experiment for plan in _plans(given))


def _trials(given: argparse.Namespace, start: str) -> Iterator[str]:
    """Yield the names of all trials."""
    del start
    yield from (trial.name for plan in _plans(given) for trial in plan.trials)


def _words(given: argparse.Namespace, start: str) -> Iterator[str]:
    """Yield what may follow a trial: its parameters with their values, and experiments.

    `mlx retry` takes the trial as its first word.
    """
    from mlx2smk.runtime.words import word_of  # noqa: PLC0415

    words = list(given.words or ())
    name = getattr(given, "trial", None) or next(iter(words), None)
    if name is None:
        yield from _trials(given, start)
        return
    used = {word.partition("=")[0] for word in words}
    for trial in (trial for plan in _plans(given) for trial in plan.trials):
        for parameter, texts in trial.parameters if trial.name == name else ():
            if parameter not in used:
                yield from (word_of(parameter, text) for text in texts)
    yield from _experiments(given, start)


def _plans(given: argparse.Namespace) -> list[Plan]:
    from mlx2smk.results.recorded import compiled_plans  # noqa: PLC0415

    return list(compiled_plans(getattr(given, "directory", None) or Path()))


COMPLETERS: dict[str, Completer] = {
    "experiments": _files,
    "what": _files,
    "experiment": _experiments,
    "trial": _trials,
    "words": _words,
}
"""By the names of arguments, which mean the same in all commands."""


def candidates(argument: str, given: argparse.Namespace, start: str) -> list[str]:
    """Return what the value of an argument that starts so may become; nothing if that cannot be told."""
    from mlx2smk.diagnostics.fault import FaultError  # noqa: PLC0415

    try:
        found = dict.fromkeys(COMPLETERS[argument](given, start))
    except (FaultError, OSError):
        return []
    return [each for each in found if each.startswith(start.removeprefix("./"))]
