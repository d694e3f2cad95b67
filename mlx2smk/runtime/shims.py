"""Shims for the modules from which experiments import their decorators, if none is installed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any


def fill(module: types.ModuleType, context: Any) -> None:
    """Add the decorators and SETUP to the module; the enum is created on first access."""
    module.SETUP = context  # type: ignore[attr-defined]
    for name in ("setup", "trial", "verify"):
        setattr(module, name, _decorator)

    def attribute(name: str) -> Any:
        if name != "VerificationResult":
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        module.__dict__[name] = verification_result()
        return module.__dict__[name]

    module.__dict__["__getattr__"] = attribute
    module.__dict__["__all__"] = ["setup", "trial", "verify", "VerificationResult", "SETUP"]


def verification_result() -> Any:
    """Return the enum of verdicts, created once."""
    if not _made:
        import enum

        class VerificationResult(str, enum.Enum):
            SUPPORTS = "supports"
            REFUTES = "refutes"
            INCONCLUSIVE = "inconclusive"
            INVALID = "invalid"
            CONTINUE = "continue"

        _made.append(VerificationResult)
    return _made[0]


_made: list[Any] = []


def _decorator(*_arguments: Any, **_keywords: Any) -> Any:
    return _unchanged


def _unchanged(function: Any) -> Any:
    return function
