"""Names for files and rules: readable where they can be, unique and harmless always."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from mlx2smk.language.text_digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_COMBINATION = 120
"""Bytes of a combination's name; with an ending, and Snakemake's own, it fits into 255."""

ONCE = "once"
"""The name of the only combination of a trial without parameters."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPOKEN_FOR = frozenset({"True", "False", "None", "inf", "nan"})


def escaped(literals: str) -> str:
    """Escape in JSON or Python literals what UTF-8 cannot hold: halves of surrogate pairs."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", literals)


def combination_name(
    names: Sequence[str], literals: Sequence[str], values: Sequence[object]
) -> str:
    """Name a combination after its parameters, as in ``n~3,lr~0.1``."""
    parts = [
        f"{_parameter(name)}~{_value(literal, value)}"
        for name, literal, value in zip(names, literals, values, strict=True)
    ]
    whole = ",".join(parts) or ONCE
    if len(whole) <= LONGEST_COMBINATION:
        return whole
    return f"{whole[: LONGEST_COMBINATION - 17]}~{digest_of(whole)[:16]}"


def unique(names: Iterable[str]) -> Iterator[str]:
    """Yield the names, numbered where they were there before; for some file systems ``a`` is ``A``."""
    seen: Counter[str] = Counter()
    for name in names:
        key = name.casefold()
        seen[key] += 1
        yield name if seen[key] == 1 else f"{name}~~{seen[key]}"


def _parameter(name: str) -> str:
    return name if _WORD.fullmatch(name) else _marked(name, name)


def _value(literal: str, value: object) -> str:
    """Name a value. Only plain words and numbers name themselves, so ``1`` and ``"1"`` differ."""
    if isinstance(value, str):
        plain = _WORD.fullmatch(value) and value not in _SPOKEN_FOR
        return value if plain else _marked(value, literal)
    if value is None or isinstance(value, (bool, int, float)):
        return literal if len(literal) <= 40 else _marked(literal, literal)
    return _marked(literal, literal)


def _marked(text: str, identity: str) -> str:
    """Give what can be read of a text, and a digest of what it stands for."""
    readable = _UNSAFE.sub("-", text[:60]).strip("-.")[:24]
    return f"{readable}~{digest_of(identity)[:8]}"
