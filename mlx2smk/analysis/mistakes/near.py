"""Guesses which known name was meant by a misspelled one."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """Return the most similar known name, ignoring case and separators; None if none is similar."""
    forms = {_form(each): each for each in sorted(known, reverse=True)}
    near = difflib.get_close_matches(_form(name), sorted(forms), n=1, cutoff=cutoff)
    return forms[near[0]] if near else None


def _form(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def numbered_alike(name: str, other: str) -> bool:
    """Tell whether two names differ only in numbers, as ``lr1`` and ``lr2`` do, and thus on purpose."""
    return re.sub(r"[\d_]+", "", name) == re.sub(r"[\d_]+", "", other)
