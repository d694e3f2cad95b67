"""The contents of a report -> one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import TYPE_CHECKING

from mlx2smk.report.libraries import in_script, page_libraries
from mlx2smk.report.listings import highlighting_styles

if TYPE_CHECKING:
    from mlx2smk.report.page_contents import PageContents


def page_html(contents: PageContents) -> str:
    """Return the page. All texts are escaped; a policy in its head keeps anything else from running.

    The policy allows the three scripts by their digests and no connection to anywhere.
    """
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    libraries = page_libraries()
    scripts = [libraries.figures, libraries.tables, in_script(_asset("page.js"))]
    light, dark = highlighting_styles()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_asset("page.html.j2"))
    return template.render(
        page=contents,
        scripts=scripts,
        hashes=" ".join(map(_hash, scripts)),
        style=_asset("page.css"),
        tables_style=libraries.tables_style,
        light=light,
        dark=dark,
        data=_data(contents),
    )


def _data(contents: PageContents) -> str:
    """Return the data as JSON that cannot end the element that it is in."""
    text = json.dumps(contents.data(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Lone surrogates have no place in UTF-8; outside of strings there is no backslash.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _asset(name: str) -> str:
    return (files("mlx2smk.report") / "page" / name).read_text(encoding="utf-8")
