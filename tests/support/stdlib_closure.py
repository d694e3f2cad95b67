"""The closure property on the standard library, as a table: ``python tests/support/stdlib_closure.py [how many modules]``.

``… 30 networkx numpy`` does the same for so many modules of each of some installed packages.

For every top-level function of a pure-Python module: its slice compiles, leaves no free name that the
module would have bound (found with ``symtable``, which the slicer does not use), and does not change
when an unrelated definition joins the module. And nothing in it is taken for an undefined name.
"""

from __future__ import annotations

import ast
import importlib.util
import symtable
import sys
import sysconfig
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.analysis.mistakes import Looked, find_mistakes
from mlx2smk.analysis.modules import MemoryFiles, decoded
from mlx2smk.analysis.project import Project
from mlx2smk.analysis.slicing import FunctionSlice, Slicer
from mlx2smk.diagnostics.source import Source, Span
from mlx2smk.language.experiment import Experiment, Setup
from mlx2smk.runtime.guards import UNTAKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

UNRELATED = "\n\ndef _a_name_that_nobody_uses():\n    return 1\n"

_SKIPPED = (
    "test",
    "tests",
    "idlelib",
    "lib2to3",
    "site-packages",
    "turtledemo",
    "__pycache__",
    "ensurepip",
)


@dataclass
class Tally:
    """What was tried, and what came out."""

    modules: int = 0
    functions: int = 0
    widened: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    statements: int = 0
    failures: list[str] = field(default_factory=list)


def standard_modules() -> list[Path]:
    """All pure-Python files of the standard library, in a fixed order."""
    return _modules_below(Path(sysconfig.get_paths()["stdlib"]))


def package_modules(name: str) -> list[Path]:
    """All pure-Python files of an installed package without its tests, in a fixed order; none if it is not there."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec is not None else None
    found = [path for place in places or () for path in _modules_below(Path(place))]
    return [path for path in found if "tests" not in path.parts]


def _modules_below(root: Path) -> list[Path]:
    paths = sorted(root.rglob("*.py"))
    return [
        path for path in paths if not any(part in _SKIPPED for part in path.relative_to(root).parts)
    ]


def sample(paths: list[Path], size: int) -> list[Path]:
    """Spread over the list, always the same for the same list."""
    step = max(len(paths) // size, 1)
    return paths[::step][:size]


def slicer_of(name: str, text: str) -> Slicer | None:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    return Slicer(Project(Experiment(Source(name, text), tree, (), (), ()), MemoryFiles({})))


def functions_of(slicer: Slicer) -> Iterator[str]:
    tree = slicer.project.experiment.tree
    yield from dict.fromkeys(
        node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def global_names(text: str) -> tuple[set[str], set[str]]:
    """Return the names that a module binds and those that it uses from its globals."""
    top = symtable.symtable(text, "m.py", "exec")
    bound = {
        item.get_name() for item in top.get_symbols() if item.is_assigned() or item.is_imported()
    }
    used = {item.get_name() for item in top.get_symbols() if item.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        waiting.extend(table.get_children())
        for item in table.get_symbols():
            if item.is_global() and item.is_referenced():
                used.add(item.get_name())
            if item.is_declared_global() and item.is_assigned():
                bound.add(item.get_name())
    return bound, used


def problems(text: str, found: FunctionSlice, again: FunctionSlice) -> Iterator[str]:
    try:
        compile(found.text, "slice.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        yield f"does not compile: {error}"
        return
    whole, _ = global_names(text)
    bound, used = global_names(found.text)
    if lost := (used & whole) - bound:
        yield f"leaves free: {sorted(lost)}"
    if set(found.removed) & bound:
        yield f"says removed, but binds: {sorted(set(found.removed) & bound)}"
    if any(
        kept not in ("", original)
        for kept, original in zip(found.text.split("\n"), Source("m.py", text).lines, strict=True)
        if not original.lstrip().startswith(("import", "from"))
        and "import" not in original
        and kept.strip() != original.strip()
        and kept.split(",")[0].strip() not in original
        and UNTAKEN not in kept
    ):
        yield "moves or changes text"
    if not found.widened and (again.digest, again.statements) != (found.digest, found.statements):
        yield "changes with an unrelated definition"


def try_module(path: Path, tally: Tally) -> None:
    try:
        text = decoded(path.read_bytes())
    except (SyntaxError, UnicodeDecodeError):
        return
    slicer, other = slicer_of(path.name, text), slicer_of(path.name, text + UNRELATED)
    if slicer is None or other is None:
        return
    tally.modules += 1
    looked = []
    for name in functions_of(slicer):
        found, taken = slicer.slice(name)
        body = slicer.project.experiment.tree.body
        at = next(index for index, node in enumerate(body) if getattr(node, "name", "") == name)
        item = Setup(name, None, Span(1, 1, 1, 2), at)
        looked.append(Looked(item, slicer.project.experiment, found, taken))
        again, _ = other.slice(name)
        tally.functions += 1
        tally.widened.update({item.reason for item in found.widened})
        tally.kept += len(found.statements)
        tally.statements += len(slicer.project.experiment.tree.body)
        tally.failures.extend(f"{path}: {name} {what}" for what in problems(text, found, again))
    mistakes = find_mistakes(slicer.project, looked)
    tally.failures.extend(f"{path}: {each.span.line} {each.message}" for each in mistakes)


def main() -> int:
    tally = Tally()
    size, packages = int(sys.argv[1]) if len(sys.argv) > 1 else 0, sys.argv[2:]
    for paths in map(package_modules, packages) if packages else (standard_modules(),):
        for path in sample(paths, size or len(paths)):
            try_module(path, tally)
    lines = [f"{tally.modules} modules, {tally.functions} functions"]
    lines.append(f"{tally.kept} of {tally.statements} statements kept")
    lines.extend(f"{count:6} widened: {reason}" for reason, count in tally.widened.most_common())
    sys.stdout.write("\n".join([*lines, *tally.failures, ""]))
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
