"""The names that code mentions, those of the modules that it imports among them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable


def names_in(codes: Iterable[types.CodeType]) -> set[str]:
    """Return all names that some code uses, in all its functions and classes."""
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        found.update(code.co_names)
        waiting += [item for item in code.co_consts if isinstance(item, type(code))]
    return found
