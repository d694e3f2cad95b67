"""The decorators of the experiment language, typed for editors; they return the function unchanged."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

P = ParamSpec("P")
R = TypeVar("R")


class _Context(dict[str, Any]):
    """SETUP where no job runs: empty, until the program fills it itself."""

    def __missing__(self, key: str) -> Any:
        raise KeyError(
            f"SETUP has no {key!r} here: its values are there in jobs; "
            f"outside of them, write SETUP.update({{{key!r}: …}}) first"
        )


SETUP: dict[str, Any] = _Context()
"""The run's context: what the setups returned, and what trials have updated since.

In a job it is the global ``SETUP``. In a file that Python runs by itself it is empty: to try a trial
there, fill it first, for example with ``SETUP.update(init())``.
"""


class VerificationResult(str, Enum):  # noqa: UP042 - `str()` of a member stays as it was
    """The possible verdicts of a verification."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    CONTINUE = "continue"


def setup(order: int | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function whose returned dict is merged into SETUP.

    Setups with an ``order`` run first, in ascending order; the others run in the order of the file.
    """
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
    timeout: float | None = None,
    memory: str | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function that runs once for every combination of ``values``.

    Trials run by ascending ``order``, those of the same order in the order of the file.

    ``values`` maps each parameter to the list of its values. ``threads`` and ``resources`` have
    Snakemake's meaning. ``inputs`` are files, folders or patterns on whose contents the results depend;
    ``outputs`` are those that each combination makes, with ``{name}`` for the value of a parameter.
    Files that Python code opens need not be declared. A combination that takes longer than ``timeout``
    (seconds), or uses more than ``memory`` (such as ``"2 GB"``), is ended and has failed.
    """
    del order, values, threads, resources, inputs, outputs, timeout, memory
    return _unchanged


def verify(trial_names: Sequence[str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function that receives the results of all trials and judges the named ones."""
    del trial_names
    return _unchanged


def _unchanged(function: Callable[P, R]) -> Callable[P, R]:
    return function
