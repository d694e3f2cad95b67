"""JSON Schemas (draft 2020-12) of the files that programs may read, and of the records of jobs.

Those are plan, run, verdict and report; the records are for other jobs and for the commands. They name each other by ``$id``; a validator needs all of them in its registry.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

SCHEMA_NAMES = (
    *("plan", "report", "run", "verdict"),
    *("context", "history", "job", "judgement", "runs", "setup"),
)


def schema(name: str) -> dict[str, Any]:
    """Return the schema of that name; raise KeyError if there is none."""
    if name not in SCHEMA_NAMES:
        raise KeyError(name)
    text = (files(__name__) / f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
