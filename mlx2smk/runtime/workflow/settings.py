"""The settings of the workflow: `snakemake --config mlx_NAME=VALUE`, or the same in a config file."""

from __future__ import annotations

import difflib

from ..remembering import KEPT_RUNS
from .snakemake_api import fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable

TRUE_WORDS, FALSE_WORDS = ("true", "yes", "1"), ("false", "no", "0")
"""Snakemake turns only True and False on its command line into truth values; the rest are texts."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_choice(value: Any) -> bool:
    return str(value).lower() in (*TRUE_WORDS, *FALSE_WORDS)


def _is_size(value: Any) -> bool:
    return str(value).isdecimal()


KNOWN: dict[str, tuple[Callable[[Any], bool], str]] = {
    "mlx_python": (_is_text, "the path of an interpreter"),
    "mlx_store": (_is_choice, "true or false"),
    "mlx_large_file": (_is_size, "a number of bytes"),
    "mlx_keep_outputs": (_is_size, "a number of bytes"),
    "mlx_history": (_is_size, "a number of runs"),
}
"""All settings: whether a value is allowed, and what a value is."""


class Settings:
    """The settings in Snakemake's `config`, which may hold others as well."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config

    def check(self) -> None:
        """Refuse settings of this tool that do not exist, or do not have such a value."""
        for name, value in self._config.items():
            if name in KNOWN:
                is_allowed, wanted = KNOWN[name]
                if not is_allowed(value):
                    fail(f"the setting {name}={value!r} is not {wanted}")
            elif str(name).startswith("mlx_"):
                near = difflib.get_close_matches(str(name), KNOWN, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(KNOWN)}"
                fail(f"there is no setting {name}: {hint}")

    @property
    def python(self) -> str:
        """The interpreter that was chosen for the jobs; empty for Snakemake's own."""
        return str(self._config.get("mlx_python", ""))

    @property
    def uses_store(self) -> bool:
        """Whether jobs look for their results in the store."""
        return str(self._config.get("mlx_store", True)).lower() not in FALSE_WORDS

    @property
    def large_file(self) -> int | None:
        """Bytes from which on files are compared by parts; None for the worker's own limit."""
        return self._size("mlx_large_file")

    @property
    def kept_outputs(self) -> int | None:
        """Bytes up to which the store keeps declared outputs; None for the worker's own limit."""
        return self._size("mlx_keep_outputs")

    @property
    def kept_runs(self) -> int:
        """How many finished runs of an experiment the history keeps."""
        kept = self._size("mlx_history")
        return KEPT_RUNS if kept is None else kept

    def _size(self, name: str) -> int | None:
        size = self._config.get(name)
        return None if size is None else int(size)
