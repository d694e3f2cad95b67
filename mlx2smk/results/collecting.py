"""Makes what creates many objects that all stay run without the collector of cyclic garbage."""

from __future__ import annotations

import functools
import gc
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def uncollected(function: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
    """Return the function without collections while it runs: they take half of the time of 100,000 rows."""

    @functools.wraps(function)
    def called(*given: _Given.args, **named: _Given.kwargs) -> _Returned:
        before = gc.isenabled()
        gc.disable()
        try:
            return function(*given, **named)
        finally:
            if before:
                gc.enable()

    return called
