"""Writes the literals that messages propose into the source, and leaves every other byte as it is."""

from __future__ import annotations

import io
import os
import re
import shutil
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.diagnostics.source import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")


def fix_file(path: str, found: Iterable[Diagnostic]) -> int:
    """Write the proposed literals into a file; return how many. Raises OSError if it cannot be written."""
    edits = {
        each.span: each.replacement
        for each in found
        if each.path == path and each.span is not None and each.replacement is not None
    }
    if edits:
        _replace(Path(path), fixed(Path(path).read_bytes(), edits))
    return len(edits)


def fixed(data: bytes, edits: dict[Span, str]) -> bytes:
    """Return the bytes of a file with some of its parts replaced; the parts do not overlap."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text = data.decode(encoding)
    starts = [match.start() for match in _LINE.finditer(text)]
    for span in sorted(edits, reverse=True):
        start = starts[span.line - 1] + span.column - 1
        end = starts[span.end_line - 1] + span.end_column - 1
        text = text[:start] + edits[span] + text[end:]
    return text.encode(encoding)


def _replace(path: Path, data: bytes) -> None:
    """Replace a file's content at once, wherever a link leads to."""
    there = path.resolve()
    new = there.with_name(f".{there.name}.{os.getpid()}.tmp")
    try:
        new.write_bytes(data)
        shutil.copymode(there, new)
        new.replace(there)
    finally:
        new.unlink(missing_ok=True)
