"""Every link of the documentation leads somewhere: to a file of the repository, and to a heading in it."""

import re
import subprocess

import pytest

from tests.support.paths import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LISTED = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split()


def prose(page):
    """Return the text of a page without its code blocks."""
    return FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))


def links(page):
    """Return the links of a page; code in a line is no link, even if it looks like one."""
    return LINK.findall(re.sub(r"`[^`\n]*`", "", prose(page)))


def anchors(page):
    """Return the names by which the headings of a page are linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", prose(page), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {each.strip().replace(" ", "-") for each in words}


def broken(page, link):
    """Tell whether a link of a page leads nowhere; links out of the repository count as good."""
    if "://" in link or link.startswith("mailto:"):
        return False
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    if not target.exists():
        return True
    return bool(anchor) and anchor not in anchors(target.resolve().relative_to(ROOT))


@pytest.mark.parametrize("page", LISTED)
def test_every_link_leads_somewhere(page):
    assert [link for link in links(page) if broken(page, link)] == []


def test_there_are_links_and_headings_to_check():
    assert len([link for page in LISTED for link in links(page)]) > 20
    assert "where-things-are" in anchors("CONTRIBUTING.md")
    assert broken("README.md", "docs/nowhere.md")
    assert broken("README.md", "CONTRIBUTING.md#nowhere")
    assert not broken("README.md", "CONTRIBUTING.md#set-up")
