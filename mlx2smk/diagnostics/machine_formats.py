"""Messages in the formats of other programs: SARIF 2.1.0, and the annotations of GitHub's workflows."""

from __future__ import annotations

import inspect
import json
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.diagnostics.diagnostic import Diagnostic

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
GITHUB_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def to_sarif(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the messages as a SARIF log with one run."""
    found = list(diagnostics)
    kinds = sorted({type(each) for each in found}, key=lambda kind: kind.code)
    driver = {"name": "mlx2smk", "rules": [_sarif_rule(kind) for kind in kinds]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(each) for each in found],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _sarif_rule(kind: type[Diagnostic]) -> dict[str, object]:
    text = inspect.cleandoc(kind.__doc__ or "")
    return {
        "id": kind.code,
        "name": kind.__name__,
        "shortDescription": {"text": text.partition("\n")[0]},
        "fullDescription": {"text": text},
    }


def _sarif_result(diagnostic: Diagnostic) -> dict[str, object]:
    place: dict[str, object] = {
        "artifactLocation": {"uri": PurePath(diagnostic.path).as_posix()},
    }
    span = diagnostic.span
    if span is not None:
        place["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity,
        "message": {"text": _with_hint(diagnostic)},
        "locations": [{"physicalLocation": place}],
    }


def to_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the messages as commands that make GitHub annotate the lines of a pull request."""
    return "".join(f"{_annotation(each)}\n" for each in diagnostics)


def _annotation(diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {"file": diagnostic.path}
    span = diagnostic.span
    if span is not None:
        properties |= {"line": span.line, "col": span.column, "endLine": span.end_line}
        if span.end_line == span.line:  # GitHub takes columns within one line only
            properties["endColumn"] = span.end_column
    properties["title"] = diagnostic.code
    told = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in properties.items())
    return f"::{GITHUB_LEVELS[diagnostic.severity]} {told}::{_escaped(_with_hint(diagnostic))}"


def _escaped(text: str, more: str = "") -> str:
    """Return a text with the characters replaced that end a command or a part of it."""
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _with_hint(diagnostic: Diagnostic) -> str:
    hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
    return f"{diagnostic.message}{hint}"
