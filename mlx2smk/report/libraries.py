"""The JavaScript libraries that are put into the page, from packages that ship them: nothing is downloaded.

Vega-Lite draws the figures (from vl-convert-python), DataTables the tables (from itables). Both are
modules; what the page needs of them is made global, because the parts of one file cannot import each other.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from mlx2smk.diagnostics.about_usage import MissingPackage
from mlx2smk.diagnostics.fault import FaultError

PAGE_PACKAGES = {"itables": "itables", "vl_convert": "vl-convert-python", "pygments": "Pygments"}
"""Modules of the extra, with the names of their packages."""

_EXPORT = re.compile(r"export\{(?P<names>[^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Libraries:
    """The texts of the libraries, safe inside of a script or style element."""

    figures: str
    tables: str
    tables_style: str


def check_installed(what: str, needed: dict[str, str]) -> None:
    """Raise FaultError, with the command that installs them, if packages are missing."""
    missing = [package for module, package in needed.items() if find_spec(module) is None]
    if missing:
        raise FaultError(MissingPackage.about(what, what=what, package=" ".join(missing)))


@functools.cache
def page_libraries() -> Libraries:
    """Return the libraries; the packages of the extra are there."""
    folder = files("itables") / "html"
    script = (folder / "dt_bundle.js").read_text(encoding="utf-8")
    style = (folder / "dt_bundle.css").read_text(encoding="utf-8")
    return Libraries(
        figures=in_script(_bundled_figures()),
        tables=in_script(_global_tables(script)),
        tables_style=style.replace("</", "<\\/"),
    )


def in_script(text: str) -> str:
    """Return JavaScript in which nothing ends the script element, or begins a comment of HTML."""
    ended = re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE)
    return ended.replace("<!--", r"<\!--")


def _global_tables(script: str) -> str:
    """Make the exports of the module a global object."""
    found = list(_EXPORT.finditer(script))
    if len(found) != 1:
        raise RuntimeError("this version of itables bundles DataTables in a way that is not known")
    pairs = (name.split(" as ") for name in found[0]["names"].split(","))
    exports = ", ".join(f"{pair[-1]}: {pair[0]}" for pair in pairs)
    start, end = found[0].span()
    return f"{script[:start]};window.mlxTables = {{{exports}}};{script[end:]}"


def _bundled_figures() -> str:
    """Return Vega, Vega-Lite and vega-embed as one module; it takes seconds to make, so it is kept."""
    import vl_convert  # noqa: PLC0415

    kept = _kept_folder() / f"vega-{version('vl-convert-python')}.js"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return kept.read_text(encoding="utf-8")
    made: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # has a default
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(made, encoding="utf-8")
        part.replace(kept)
    return made


def _kept_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlx2smk"
