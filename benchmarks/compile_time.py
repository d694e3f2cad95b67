"""How long compiling takes, against the number of combinations and of lines, and for real modules.

python benchmarks/compile_time.py [rounds]
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys
import sysconfig
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import (
    EXPERIMENT,
    alternating,
    clear,
    compile_in,
    folder,
    middle,
    print_table,
    ratio,
    run,
)

if TYPE_CHECKING:
    from measuring import Cost

COMBINATIONS = (100, 1000, 10_000, 100_000)
LINES = (100, 1000, 10_000)
HELPER = """
def helper_{n}(x):
    if x > {n}:
        return helper_{before}(x) + CONSTANT_{n}
    return x * {n}


CONSTANT_{n} = {n}

"""


def source(combinations: int, lines: int) -> str:
    """Return an experiment with about so many lines, all of which its trial needs."""
    count = lines // len(HELPER.splitlines())
    helpers = (HELPER.format(n=n, before=max(n - 1, 0)) for n in range(count))
    text = EXPERIMENT.format(values=list(range(combinations)))
    called = f"helper_{count - 1}(n)" if count else "n"
    return text.replace("\n\n@trial", "".join(helpers) + "\n\n@trial").replace(
        "return n\n", f"return {called}\n"
    )


MODULES = ("argparse", "ast", "typing", "inspect", "tarfile", "_pydecimal")
"""Of the standard library; they are copied beside the experiment under other names."""
PARSING = (
    "import ast, pathlib\nfor path in pathlib.Path().glob('lib_*.py'): ast.parse(path.read_bytes())"
)


def copy_modules(place: Path) -> int:
    """Copy the modules beside the experiment, and return how many lines they have."""
    lines = 0
    for name in MODULES:
        text = Path(sysconfig.get_path("stdlib"), f"{name}.py").read_bytes()
        (place / f"lib_{name}.py").write_bytes(text)
        lines += text.count(b"\n")
    return lines


def source_of_modules() -> str:
    """Return an experiment that needs all of the modules."""
    imports = "".join(f"import lib_{name}\n" for name in MODULES)
    used = ", ".join(f"vars(lib_{name})" for name in MODULES)
    return imports + EXPERIMENT.format(values=[1]).replace("return n\n", f"return {used}\n")


def compile_fresh(place: Path, text: str) -> Cost:
    """Compile into an empty folder."""
    clear(place, "workflow")
    (place / "exp.py").write_text(text, encoding="utf-8")
    return compile_in(place)


def main(rounds: int = 3) -> None:
    """Print the tables."""
    with folder() as place:
        grids = {f"{n} combinations": source(n, 0) for n in COMBINATIONS}
        files = {f"{n} lines": source(1, n) for n in LINES}
        texts = grids | files
        texts[f"{copy_modules(place)} lines of real modules"] = source_of_modules()
        cases = {k: partial(compile_fresh, place, t) for k, t in texts.items()}
        cases["parsing these"] = partial(run, (sys.executable, "-c", PARSING), place)
        costs = alternating(cases, rounds)
    base = costs[next(iter(costs))]
    rows = [
        [
            name,
            f"{middle(runs).seconds:.2f}",
            f"{middle(runs).processors:.2f}",
            ratio(runs, base),
            f"{middle(runs).memory:.0f}",
        ]
        for name, runs in costs.items()
    ]
    print_table(["", "time (s)", "CPU (s)", "ratio to the first row", "memory (MiB)"], rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
