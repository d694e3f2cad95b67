"""What to say of a JSON document in the folder that is not as its schema says.

Documents are read as if they were right, with a look at the types of what is used. Only where that fails
is the schema asked, and with it ``jsonschema`` loaded: it takes longer to load than `mlx compile` needs,
and to validate thousands of runs longer than to read them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_folder import MalformedFile
from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.diagnostics.fault import FaultError
from mlx2smk.results.schemas import SCHEMA_NAMES, schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jsonschema import ValidationError

COMPILE = "delete it, and run mlx compile again"
RUN = "delete it, and run snakemake again: it makes what is missing"
DROP = "delete it; what its experiment left is deleted too by the next mlx gc"

UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What comes of reading a document that is not what it should be."""

LONGEST_QUOTE = 60
"""Characters of a value that are shown."""


@contextmanager
def reading(path: Path, name: str, remedy: str = RUN) -> Iterator[None]:
    """Read a document of that schema; FaultError, with what is wrong with it, if that fails."""
    try:
        yield
    except UNREADABLE as error:
        raise FaultError(malformed(path, name, remedy, error)) from error


def malformed(
    path: Path, name: str, remedy: str = RUN, error: BaseException | None = None
) -> MalformedFile:
    """Say what is wrong with a document; ``error`` is what came of reading it, if the schema allows it."""
    where, what = _wrong(path, name) or ("$", f"{type(error).__name__}: {error}")
    return MalformedFile.about(str(path), where=where, what=what, remedy=remedy)


def _wrong(path: Path, name: str) -> tuple[str, str] | None:
    """Return the place that is wrong, and how; None if nothing is."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}", error.msg
    except UnicodeDecodeError:
        return "the text", "not in UTF-8"
    except RecursionError:
        return "the text", "nested too deeply"
    found = sorted(_errors(data, name), key=_rank)
    return (found[0].json_path, _message(found[0], name)) if found else None


def _errors(data: Any, name: str) -> Iterator[ValidationError]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from referencing import Registry, Resource  # noqa: PLC0415

    schemas = [(schema(each)["$id"], Resource.from_contents(schema(each))) for each in SCHEMA_NAMES]
    registry: Any = Registry().with_resources(schemas)
    yield from Draft202012Validator(schema(name), registry=registry).iter_errors(data)


def _rank(error: ValidationError) -> tuple[bool, bool, list[str]]:
    """Put another format or version first; last what only follows from an error further down."""
    path = list(map(str, error.absolute_path))
    return path not in (["format"], ["version"]), error.validator == "unevaluatedProperties", path


def _message(error: ValidationError, name: str) -> str:
    if list(error.absolute_path) in (["format"], ["version"]):
        version = schema(name)["properties"]["version"]["const"]
        found = error.instance
        later = isinstance(found, int) and found > version
        by = ": a later mlx2smk wrote it, and can read it" if later else ""
        return f"{_brief(found)}, so this is not a {name} of version {version}{by}"
    return error.message.replace(repr(error.instance), _brief(error.instance))


def _brief(value: Any) -> str:
    return shorten(repr(value), LONGEST_QUOTE)
