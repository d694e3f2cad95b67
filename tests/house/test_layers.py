"""Imports between the packages run in one direction, as CONTRIBUTING.md draws it."""

import ast
import re

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "mlx2smk"
LAYERS = (
    *("cli", "commands", "compiler", "forecast", "results", "emission", "planning", "analysis"),
    *("language", "diagnostics", "runtime", "decorators"),
)
"""Each may import those after it."""


def imported(path):
    """Return the rooms of the package that a module imports, also for type checkers only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "mlx2smk":
                yield rest.partition(".")[0]


def test_every_room_is_in_a_layer():
    rooms = {item.stem for item in PACKAGE.iterdir() if item.suffix in ("", ".py")}
    assert rooms - {"__init__", "__pycache__", "rules"} == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_run_down(layer):
    everything = [PACKAGE / f"{layer}.py", *(PACKAGE / layer).rglob("*.py")]
    modules = [module for module in everything if module.exists()]
    assert modules
    found = {room for module in modules for room in imported(module)}
    assert found <= set(LAYERS[LAYERS.index(layer) :])


def test_the_worker_imports_nothing_of_the_compiler():
    modules = list((PACKAGE / "runtime").rglob("*.py"))
    assert PACKAGE / "runtime" / "worker.py" in modules
    assert {room for module in modules for room in imported(module)} == set()


def test_contributing_draws_the_layers():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = re.search(r"```\n(cli.*?)```", text, re.DOTALL)
    assert drawing is not None
    assert tuple(re.findall(r"^([a-z]+) ", drawing[1], re.MULTILINE)) == LAYERS
