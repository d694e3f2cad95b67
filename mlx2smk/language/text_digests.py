"""The digest that stands for source texts, wherever one is compared or kept."""

from __future__ import annotations

import hashlib


def digest_of(*parts: str) -> str:
    """Return the SHA-256 of some texts, told apart by their lengths."""
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hasher.update(b"%d:" % len(data))
        hasher.update(data)
    return hasher.hexdigest()
