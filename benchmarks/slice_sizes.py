"""How much of an installed package a function's slice includes, and why it includes whole modules.

python benchmarks/slice_sizes.py [functions of each package] [package …]

The package is taken for local modules, and a trial that calls one of its public functions is sliced. The
functions are spread evenly over all that the package and its public modules define.
"""
# ruff: noqa: INP001, T201 -- a script that prints

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import statistics
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.analysis.modules import FolderFiles
from mlx2smk.analysis.project import Project
from mlx2smk.analysis.slicing import Slicer
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PACKAGES = ("json", "email", "logging", "networkx", "numpy", "scipy", "sklearn", "pandas")
NOT_COUNTED = {"tests", "test", "testing", "conftest.py", "setup.py"}
MOST_REASONS = 3


def public_modules(package: ModuleType) -> Iterator[ModuleType]:
    """Yield a package and its public modules that can be imported."""
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", lambda _: None):
        parts = found.name.split(".")
        if any(part.startswith("_") or part in NOT_COUNTED for part in parts):
            continue
        try:
            yield importlib.import_module(found.name)
        except Exception:  # noqa: BLE001, S112 -- it may need what is not installed
            continue


def public_functions(package: ModuleType) -> list[str]:
    """Return the dotted names of the Python functions that a package offers, each once."""
    names: dict[object, str] = {}
    for module in public_modules(package):
        for name, value in sorted(vars(module).items()):
            own = inspect.isfunction(value) and value.__module__.startswith(package.__name__)
            if own and not name.startswith("_"):
                names.setdefault(value, f"{module.__name__}.{name}")
    return sorted(names.values())


def spread(names: list[str], size: int) -> list[str]:
    """Return so many of them, at equal distances."""
    step = max(len(names) / size, 1)
    return [names[int(index * step)] for index in range(min(size, len(names)))]


def slicer_of(folder: Path, functions: list[str]) -> Slicer:
    """Return a slicer of an experiment with a trial for each function."""
    imports = {name.rpartition(".")[0] for name in functions}
    lines = [*(f"import {name}" for name in sorted(imports)), "from decorators import trial"]
    for number, name in enumerate(functions):
        lines += ["", "", "@trial(1, {})", f"def t{number}():", f"    return {name}()"]
    parsed = parse(Source("exp.py", "\n".join(lines) + "\n"))
    assert parsed.experiment is not None, parsed.diagnostics  # noqa: S101
    return Slicer(Project(parsed.experiment, FolderFiles(folder)))


def statements_of(folder: Path) -> int:
    """Return the number of top-level statements in a package, without its tests."""
    count = 0
    for path in folder.rglob("*.py"):
        if not NOT_COUNTED.intersection(path.relative_to(folder).parts):
            count += len(ast.parse(path.read_text(encoding="utf-8", errors="replace")).body)
    return count


def reason_of(text: str) -> str:
    """Return a reason without the names in it."""
    return re.sub(r"(module|names of|imports|holds the module) \S+", r"\1 …", text)


def measure(name: str, size: int) -> str:
    """Return a row of the table."""
    package = importlib.import_module(name)
    home = Path(package.__path__[0])
    functions = spread(public_functions(package), size)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).symlink_to(home, target_is_directory=True)
        slicer = slicer_of(Path(folder), functions)
        total = statements_of(home)
        reasons: Counter[str] = Counter()
        shares, widened, began = [], 0, time.perf_counter()
        for number in range(len(functions)):
            found, taken = slicer.slice(f"t{number}")
            kept = {
                (item.module.dotted, item.unit.statement)
                for item in taken
                if not NOT_COUNTED.intersection((item.module.name or "tests").split("."))
            }
            shares.append(100 * len(kept) / total)
            widened += bool(found.widened)
            reasons.update({reason_of(item.reason) for item in found.widened[:1]})
        seconds = (time.perf_counter() - began) / max(len(functions), 1)
    said = ", ".join(f"{why} ({count})" for why, count in reasons.most_common(MOST_REASONS))
    mean, median = statistics.mean(shares), statistics.median(shares)
    share = f"{mean:.1f} | {median:.1f}"
    return f"| {name} | {total} | {len(functions)} | {share} | {widened} | {said} | {seconds:.2f} |"


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    print(
        "| package | statements | functions | mean % | median % | widened | first reasons | s each |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in sys.argv[2:] or PACKAGES:
        print(measure(name, size), flush=True)


if __name__ == "__main__":
    main()
