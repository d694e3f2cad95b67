"""Names for files and rules: always unique and safe, and readable where possible."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from mlx2smk.language.text_digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_COMBINATION = 120
"""Maximum bytes of a combination's name; with its ending and Snakemake's own it stays below 255."""

ONCE = "once"
"""The name of the combination of a trial without parameters."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPOKEN_FOR = frozenset({"True", "False", "None", "inf", "nan"})


def escaped(literals: str) -> str:
    """Escape lone surrogates, which UTF-8 cannot encode, in JSON or Python literals."""
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", literals)


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
    """Yield the names, numbering duplicates; some file systems do not distinguish ``a`` from ``A``."""
    seen: Counter[str] = Counter()
    for name in names:
        key = name.casefold()
        seen[key] += 1
        yield name if seen[key] == 1 else f"{name}~~{seen[key]}"


def _parameter(name: str) -> str:
    return name if _WORD.fullmatch(name) else _marked(name, name)


def _value(literal: str, value: object) -> str:
    """Name a value. Only plain words and numbers are used literally, so ``1`` and ``"1"`` differ."""
    if isinstance(value, str):
        plain = _WORD.fullmatch(value) and value not in _SPOKEN_FOR
        return value if plain else _marked(value, literal)
    if value is None or isinstance(value, (bool, int, float)):
        return literal if len(literal) <= 40 else _marked(literal, literal)
    return _marked(literal, literal)


def _marked(text: str, identity: str) -> str:
    """Return the readable part of a text, and a digest of what it identifies."""
    readable = _UNSAFE.sub("-", text[:60]).strip("-.")[:24]
    return f"{readable}~{digest_of(identity)[:8]}"
