"""Follows what libxml2 reads for lxml: documents, and what these name, such as stylesheets that they import.

A parser asks its resolvers about each file, also about the document itself, so each parser gets one that
only takes note.
"""

from __future__ import annotations

import sys

from .paths import path_of_url
from .wrapping import put_around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable

PARSERS = {
    "lxml.etree": (
        "ElementTree HTML XML XMLDTDID XMLID _ElementTree.parse fromstring fromstringlist parse parseid "
        "set_default_parser"
    ),
    "lxml.objectify": "XML fromstring parse",
}
"""The functions that are given parsers, by module."""


class XmlDocuments:
    """Gives the parsers of lxml a resolver that records what they read."""

    def __init__(self, reads: Callable[[Iterable[str]], None]) -> None:
        self._reads = reads
        self._resolver: Any = None

    def wrap(self, module: Any) -> None:
        """Put the resolver into the default parser, and into each one that a function is given."""
        if self._resolver is None:
            etree = sys.modules["lxml.etree"]
            kind = type("Noting", (etree.Resolver,), {"resolve": self._resolve})
            self._resolver = kind()
            etree.get_default_parser().resolvers.add(self._resolver)
        put_around(module, PARSERS[module.__name__], self._parse)

    def _parse(
        self, make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        for each in (*given, *named.values()):
            resolvers: Any = getattr(each, "resolvers", None)
            if type(resolvers).__name__ == "_ResolverRegistry":
                resolvers.add(self._resolver)
        return make(*given, **named)

    def _resolve(self, url: str | None, _public: Any, _context: Any) -> None:
        """Return None, so that libxml2 reads the file by itself."""
        path = path_of_url(url or "")
        if path:
            self._reads([path])
