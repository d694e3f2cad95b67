"""The modules that experiments import their decorators from, where none is installed."""

from __future__ import annotations

import enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any

NAMES = ("decorators", "mlx2smk")


class VerificationResult(str, enum.Enum):
    """What a verification may conclude."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    CONTINUE = "continue"


def _decorator(*_arguments: Any, **_keywords: Any) -> Any:
    return _unchanged


def _unchanged(function: Any) -> Any:
    return function


def fill(module: types.ModuleType) -> None:
    """Give the module what experiments import from it."""
    for name in ("setup", "trial", "verify"):
        setattr(module, name, _decorator)
    module.VerificationResult = VerificationResult  # type: ignore[attr-defined]
