"""Keeps the definitions that functions consisted of when they were compiled, in ``.mlx/code``.

A result records the digest of the code that made it. The archive tells what has changed since.
"""

from __future__ import annotations

import json
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mlx2smk.analysis.slicing import Piece
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from pathlib import Path

    from mlx2smk.analysis import Analysis

ARCHIVE_FORMAT = "mlx2smk-code"
ARCHIVE_VERSION = 1


def code_path(digest: str) -> str:
    """Return the path of the definitions of the function with that digest, below the folder compiled into."""
    return f"{layout.ARCHIVE}/{digest}.json"


def archived(analysis: Analysis) -> dict[str, str]:
    """Return the texts that describe all functions of an experiment, by path."""
    return {
        code_path(each.digest): _text(item.name, each.pieces)
        for item in analysis.functions
        for each in item.slices
    }


def read_code(directory: Path, digest: str) -> tuple[Piece, ...] | None:
    """Return the definitions of the function with that digest; None if they are not in the archive."""
    try:
        data = json.loads((directory / code_path(digest)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (
        ARCHIVE_FORMAT,
        ARCHIVE_VERSION,
    ):
        return None
    try:
        return tuple(_piece(entry) for entry in data["pieces"])
    except (KeyError, TypeError):
        return None


def _text(name: str, pieces: tuple[Piece, ...]) -> str:
    head = {"format": ARCHIVE_FORMAT, "version": ARCHIVE_VERSION, "function": name}
    # A line for each: with `indent=`, Python takes ten times as long.
    lines = ",\n".join(json.dumps(_entry(piece), ensure_ascii=False) for piece in pieces)
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "pieces": [\n{lines}\n]}}\n'


def _entry(piece: Piece) -> dict[str, Any]:
    return {name: getattr(piece, name) for name in _FIELDS}


_FIELDS = tuple(map(attrgetter("name"), fields(Piece)))


def _piece(entry: dict[str, Any]) -> Piece:
    return Piece(**{**entry, "names": tuple(entry["names"])})
