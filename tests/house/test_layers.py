"""Imports between the packages run in one direction, as CONTRIBUTING.md draws it."""

import ast
import re

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "mlx2smk"
LAYERS = (
    *("cli", "commands", "compiler", "report", "forecast", "results", "emission", "planning"),
    *("analysis", "language", "diagnostics", "runtime", "decorators"),
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
    assert rooms - {"__init__", "__main__", "__pycache__", "rules"} == set(LAYERS)


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


# ------------------------------------------------------------------ one meaning for each name

MODULES = [path for path in PACKAGE.rglob("*.py") if path.stem not in {"__init__", "__main__"}]
COMMANDS = {
    f"commands/{path.stem}"
    for path in (PACKAGE / "commands").glob("*.py")
    if "\ndef add_to(" in path.read_text(encoding="utf-8")
}
"""The modules of `mlx`, each of which is one command."""

SHARED_NAMES = {
    # What the commands of mlx, and the worker's, have in common.
    "add_to": COMMANDS,
    "main": {"cli", "runtime/main"},
    "run": COMMANDS | {"runtime/child"},
    # The plan as the compiler writes it and as the worker, which imports nothing, reads it.
    "Plan": {"planning/plan", "runtime/plan"},
    # The context that experiments import, and what it is named in their text.
    "SETUP": {"decorators", "language/keys"},
}
"""Public names that several modules define, and which these are."""

SHARED_MODULE_NAMES = {
    "gc": {"commands", "results"},
    "plan": {"planning", "runtime"},
    "report": {"analysis/mistakes", "commands"},
    "retry": {"commands", "results"},
}
"""Names of modules that occur in several packages."""


def defined(path):
    """Return the public names that a module defines at top level."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = []
        for statement in node.body if isinstance(node, ast.If) else [node]:
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                names.append(statement.name)
            elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
                names += [each.id for each in ast.walk(statement) if is_stored(each)]
        yield from (name for name in names if not name.startswith("_"))


def is_stored(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def where(path):
    inside = path.parent if path.name == "__init__.py" else path.with_suffix("")
    return inside.relative_to(PACKAGE).as_posix()


def test_public_names_have_one_meaning():
    places = {}
    for path in PACKAGE.rglob("*.py"):
        for name in defined(path):
            places.setdefault(name, set()).add(where(path))
    del places["TYPE_CHECKING"]  # the worker does without importing typing
    assert {name: found for name, found in places.items() if len(found) > 1} == SHARED_NAMES


def test_names_of_modules_say_what_is_in_them_without_their_package():
    packages = {}
    for path in MODULES:
        packages.setdefault(path.stem, set()).add(where(path.parent / "__init__.py"))
    shared = {name: found for name, found in packages.items() if len(found) > 1}
    assert shared == SHARED_MODULE_NAMES
