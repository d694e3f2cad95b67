"""What runs again after an edit: what must, and what does, here and in other tools that cache results.

    python benchmarks/rerun_precision.py

The same edits are made to one small project, told in each tool's own terms. Cells are the calls of the
function that ran, out of those that the edit can affect: `0 of 2` is a stale result, `2 of 0` work for nothing.
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from measuring import compile_in, folder, print_table, program, run, snakemake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HELPERS = """\
import os
{head}
from tools import used

SCALE = 3


def ran(n):
    with open(os.environ["MLX_TRACE"], "a") as file:
        print(n, file=file)


def inner(x):
    return x * SCALE


def outer(x):
    return inner(x) + 1


def spare(x):
    return x - 1


VALUES = [1, 2]


"""
BODY = "    ran(n)\n    return outer(n) + used(n)\n"
TOOLS = "def used(x):\n    return x + 5\n\n\ndef unused(x):\n    return x\n"

OURS = HELPERS.format(head="from mlx2smk import trial") + (
    '@trial(1, {"n": [1, 2]})\ndef train(n):\n' + BODY
)
JOBLIB = HELPERS.format(head="from joblib import Memory") + (
    'memory = Memory("cache", verbose=0)\n\n\n@memory.cache\ndef train(n):\n'
    + BODY
    + "\n\nfor n in VALUES:\n    train(n)\n"
)
PYTASK = HELPERS.format(
    head="from pathlib import Path\nfrom typing import Annotated\n\nfrom pytask import Product, task"
) + (
    "for n in VALUES:\n\n    @task(id=str(n))\n"
    '    def task_train(n=n, made: Annotated[Path, Product] = Path(f"{n}.txt")):\n'
    "        ran(n)\n        made.write_text(str(outer(n) + used(n)))\n"
)
REDUN = HELPERS.format(head='from redun import task\n\nredun_namespace = "bench"') + (
    f"@task()\ndef train(n):\n{BODY}\n\n@task()\ndef main():\n    return [train(n) for n in [1, 2]]\n"
)


class Edit(NamedTuple):
    """A text of a file that is replaced, and how many runs it can affect."""

    name: str
    must: int
    file: str = "exp.py"
    old: str = ""
    new: str = ""


EDITS = [
    Edit("nothing", 0),
    Edit("a comment in the function", 0, old="ran(n)\n", new="ran(n)  # soon\n"),
    Edit("formatting of the function", 0, old="ran(n)\n", new="ran( n )\n"),
    Edit("a comment in a helper", 0, old="return inner(x) + 1", new="return inner(x) + 1  # one"),
    Edit("a helper", 2, old="inner(x) + 1", new="inner(x) + 2"),
    Edit("a helper's helper", 2, old="x * SCALE", new="x * SCALE * 2"),
    Edit("a constant that the helpers use", 2, old="SCALE = 3", new="SCALE = 4"),
    Edit("an unused function", 0, old="x - 1", new="x - 2"),
    Edit("a used function of a local module", 2, "tools.py", "x + 5", "x + 6"),
    Edit(
        "an unused function of a local module", 0, "tools.py", "    return x\n", "    return -x\n"
    ),
    Edit("an additional value", 1, old="[1, 2]", new="[1, 2, 3]"),
]


def ours(place: Path) -> None:
    """Compile and run."""
    compile_in(place)
    snakemake(place)


def command(*words: str) -> Callable[[Path], None]:
    """Return what runs a command."""

    def start(place: Path) -> None:
        run(words, place)

    return start


def calls(place: Path, start: Callable[[Path], None]) -> int:
    """Run, and count the calls of the function."""
    trace = place / "trace"
    trace.unlink(missing_ok=True)
    os.environ["MLX_TRACE"] = str(trace)
    start(place)
    return len(trace.read_text(encoding="utf-8").splitlines()) if trace.exists() else 0


def after(edit: Edit, source: str, name: str, start: Callable[[Path], None]) -> str:
    """Return what ran after an edit of a project that was up to date."""
    with folder() as place:
        files = {"exp.py": place / name, "tools.py": place / "tools.py"}
        files["exp.py"].write_text(source, encoding="utf-8")
        files["tools.py"].write_text(TOOLS, encoding="utf-8")
        calls(place, start)
        text = files[edit.file].read_text(encoding="utf-8")
        if edit.old not in text:
            raise SystemExit(f"{name} has no {edit.old!r}")
        files[edit.file].write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        count = calls(place, start)
    return f"{count} of {edit.must}" + ("" if count == edit.must else " **!**")


def tools() -> Mapping[str, tuple[str, str, Callable[[Path], None]]]:
    """Return what is installed: its project, the name of its file, how it is run."""
    known = {
        "mlx2smk": (OURS, "exp.py", ours),
        "joblib": (JOBLIB, "exp.py", command(sys.executable, "exp.py")),
        "pytask": (PYTASK, "task_exp.py", command(sys.executable, "-m", "pytask")),
        "redun": (REDUN, "exp.py", command(program("redun"), "run", "exp.py", "main")),
    }
    return {name: tool for name, tool in known.items() if importlib.util.find_spec(name)}


def main() -> None:
    """Print the table."""
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # edits within a second would be missed
    installed = tools()
    rows = [[edit.name, *(after(edit, *tool) for tool in installed.values())] for edit in EDITS]
    print_table(["edit: calls that ran, of those that had to", *installed], rows)


if __name__ == "__main__":
    main()
