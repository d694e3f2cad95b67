"""The documentation's site: builds without a warning, and loads nothing from a network."""

import os
import re
import subprocess
import sys

import pytest

from mlx2smk.cli import command_line
from tests.support.paths import ROOT

LOADED = re.compile(
    r"""<(?:script|img|iframe)[^>]*\ssrc="?([^\s">]+)|<link[^>]*\shref="?([^\s">]+)"""
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]  # built once for all tests


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    config = ROOT / "docs" / "site" / "mkdocs.yml"
    words = [
        "build",
        "--quiet",
        "--strict",
        "--config-file",
        str(config),
        "--site-dir",
        str(folder),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_it_builds_and_loads_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 25
    loaded = {
        link
        for page in pages
        for found in LOADED.findall(page.read_text(encoding="utf-8"))
        for link in found
        if link
    }
    assert len(loaded) > 5
    assert [link for link in loaded if "//" in link] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\s]*", styles) == []


def test_the_reference_has_every_command_and_option(site):
    page = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    parser = next(action for action in command_line()._actions if action.choices)
    for name, command in parser.choices.items():
        assert f"mlx {name}" in page
        for action in command._actions:
            assert all(option in page for option in action.option_strings)
