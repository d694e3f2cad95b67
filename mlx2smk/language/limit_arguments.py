"""The limits of a combination that a trial's decorator sets: ``timeout=`` and ``memory=``."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_arguments import BadMemory, BadTimeout
from mlx2smk.language.literals import evaluate, is_huge

if TYPE_CHECKING:
    import ast

    from mlx2smk.diagnostics.diagnostic import Findings

LONGEST_TIMEOUT: Final = 10**9  # seconds, some thirty years
_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.ASCII | re.IGNORECASE)
_UNITS: Final = {
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "tb": 1000**4,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
    "tib": 1024**4,
}
_LEAST: Final = 1000**2  # bytes, less than any interpreter
_MOST: Final = 1000**6


def read_timeout(findings: Findings, node: ast.expr | None) -> int | float | None:
    """Return the seconds that a combination may take; None if it is not given (or None) or, noted, wrong."""
    value = None if node is None else evaluate(node)
    if node is None or value is None:
        return None
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and not (isinstance(value, int) and is_huge(value))
        and math.isfinite(value)
        and 0 < value <= LONGEST_TIMEOUT
    ):
        return value
    findings.add(BadTimeout, node, text=findings.text(node))
    return None


def read_memory(findings: Findings, node: ast.expr | None) -> int | None:
    """Return the bytes that a combination may use; None if it is not given (or None) or, noted, wrong."""
    value = None if node is None else evaluate(node)
    if node is None or value is None:
        return None
    size = _bytes(value) if isinstance(value, str) else None
    if size is None:
        findings.add(BadMemory, node, text=findings.text(node))
    return size


def _bytes(text: str) -> int | None:
    """Return the size that a text such as ``2 GB`` says, as Snakemake reads it; None if it says none."""
    found = _SIZE.fullmatch(text)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None or len(found[1]) > len(str(_MOST)):
        return None
    size = math.ceil(float(found[1]) * unit)
    return size if _LEAST <= size <= _MOST else None
