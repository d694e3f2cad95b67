"""Each test that docs/guarantees.md names exists, in the file that is linked before it."""

import ast
import re

from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "guarantees.md"
LINK_OR_NAME = re.compile(r"\]\(\.\./(tests/[^)]+\.py)\)|`(test_\w+)`")


def named_tests(text):
    """Return the pairs of a linked file and the name of a test that follows it, in the same row."""
    pairs = []
    for row in text.splitlines():
        file = None
        for path, name in LINK_OR_NAME.findall(row):
            file = path or file
            if name:
                pairs.append((file, name))
    return pairs


def defined(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def promises(text):
    """Return the rows of the tables of promises."""
    rows = [row for row in text.splitlines() if row.startswith("| ")]
    return [row for row in rows if not row.startswith("| promise |")]


def test_every_named_test_exists():
    pairs = named_tests(PAGE.read_text(encoding="utf-8"))
    assert len(pairs) > 20
    assert [pair for pair in pairs if pair[0] is None or pair[1] not in defined(pair[0])] == []


def test_every_promise_names_a_test():
    rows = promises(PAGE.read_text(encoding="utf-8"))
    assert rows
    assert [row for row in rows if not named_tests(row)] == []
