"""The names that code mentions, including those of the modules that it imports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable


def names_in(codes: Iterable[types.CodeType]) -> set[str]:
    """Return all names that the code uses, including its nested functions and classes."""
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        found.update(code.co_names)
        waiting += [item for item in code.co_consts if isinstance(item, type(code))]
    return found
