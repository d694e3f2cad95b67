"""The decorators of the experiment language, typed for editors; they leave the function as it is."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

P = ParamSpec("P")
R = TypeVar("R")


class VerificationResult(str, Enum):  # noqa: UP042 - `str()` of a member stays as it was
    """What a verification may conclude."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    CONTINUE = "continue"


def setup(order: int | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function that contributes to SETUP; setups with an `order` run first, by it."""
    del order
    return _unchanged


def trial(  # noqa: PLR0913 - by name, all but two
    order: int,
    values: Mapping[str, object],
    *,
    threads: int | None = None,
    resources: Mapping[str, float | str] | None = None,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function that runs once for every combination of `values`.

    `values` maps each parameter to the list of its values; `threads` and `resources` have
    Snakemake's meaning. `inputs` are files, folders or patterns whose contents the results depend on,
    `outputs` those that each combination makes; `{name}` in them stands for a parameter's value.
    Files that Python code opens need not be declared.
    """
    del order, values, threads, resources, inputs, outputs
    return _unchanged


def verify(trial_names: Sequence[str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function that judges the runs of the named trials."""
    del trial_names
    return _unchanged


def _unchanged(function: Callable[P, R]) -> Callable[P, R]:
    return function
