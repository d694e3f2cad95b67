"""What every message has in common, and how messages are printed."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from mlx2smk.source import Source, Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message about one place; each kind of message is a subclass with a code of its own.

    A subclass's docstring is its long explanation. ``span`` is None where no source line is meant;
    ``excerpt`` is the source line on which the span starts.
    """

    code: ClassVar[str]
    severity: ClassVar[Literal["error", "warning"]] = "error"
    template: ClassVar[str]
    advice: ClassVar[str] = ""

    path: str
    span: Span | None
    message: str
    hint: str
    excerpt: str = ""

    @classmethod
    def at(cls, source: Source, span: Span, **fields: object) -> Self:
        """Make a message about a place in a file; ``fields`` fill the templates."""
        message, hint = cls.template.format(**fields), cls.advice.format(**fields)
        return cls(source.path, span, message, hint, source.line(span.line))

    @classmethod
    def about(cls, path: str, **fields: object) -> Self:
        """Make a message about a whole file or folder; ``fields`` fill the templates."""
        return cls(path, None, cls.template.format(**fields), cls.advice.format(**fields))
