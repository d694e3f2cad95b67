"""Random experiments whose functions talk through files, variables of the environment and other code.

A ``Program`` is a row of steps, each a setup or a trial of an order of its own. It can be printed as
files; each function notes what it saw before it returns a number made of that. What lies around it, the
``Surroundings``, is drawn and edited apart from it. Nothing here is taken from the compiler.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = ("in0.txt", "in1.txt", "code.py")
VARIABLES = ("RANDOM_A", "RANDOM_B")

HEADER = """\
import os
import zlib

from decorators import setup, trial, verify


def mix(*values):
    return zlib.crc32(repr(values).encode())


def noted(name, *values):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(name, *values, file=file)
    return mix(name, *values)


def text(path):
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return file.read()


def opened(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


def executed(path):
    space = {}
    if os.path.exists(path):
        exec(compile(open(path).read(), path, "exec"), space)
    return space.get("VALUE")


def write(path, value):
    with open(path, "w") as file:
        file.write(f"{value} ")
"""

LOOKS = {
    "in0.txt": 'text("in0.txt")',
    "in1.txt": 'opened("in1.txt")',
    "code.py": 'executed("code.py")',
    "listing": 'sorted(os.listdir("data"))',
    "RANDOM_A": 'os.environ.get("RANDOM_A")',
    "RANDOM_B": 'os.environ["RANDOM_B"] if "RANDOM_B" in os.environ else 0',
}


@dataclass(frozen=True)
class Step:
    """A setup (``s…``) or a trial (``t…``): what it looks at, and what it writes.

    ``writes``: each run writes a file of its own.
    """

    name: str
    salt: int
    looks: tuple[str, ...] = ()
    writes: bool = False
    values: tuple[int, ...] = (1,)

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files that are there after it."""
        return tuple(f"{self.name}_{n}.txt" for n in self.values if self.writes)

    @property
    def text(self) -> str:
        looks = [LOOKS.get(look, f'text("{look}")') for look in self.looks]
        number = "1" if self.name[0] == "s" else "n"
        value = f'noted("{self.name}", {", ".join([number, str(self.salt), *looks])})'
        lines = [f"    value = {value}"]
        if self.writes:
            lines.append(f'    write(f"{self.name}_{{{number}}}.txt", value)')
        if self.name[0] == "s":
            lines.append(f'    return {{"{self.name}": value}}')
            return f"@setup()\ndef {self.name}():\n" + "\n".join(lines) + "\n"
        head = f'@trial({self.name[1:]}, {{"n": {list(self.values)}}})\n'
        return head + f"def {self.name}(n):\n" + "\n".join([*lines, "    return value"]) + "\n"


@dataclass(frozen=True)
class Program:
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        return "\n\n".join([HEADER, *(step.text for step in self.steps)])

    def with_step(self, step: Step) -> Program:
        return Program(tuple(step if one.name == step.name else one for one in self.steps))


@dataclass(frozen=True)
class Surroundings:
    """Texts of input files, names in a folder, and values of variables; what is not there is left out."""

    files: tuple[tuple[str, str], ...] = ()
    listed: frozenset[str] = frozenset()
    variables: tuple[tuple[str, str], ...] = ()

    def write(self, folder: Path) -> None:
        """Make the folder's inputs these; what is there already as it should be is not touched."""
        (folder / "data").mkdir(exist_ok=True)
        wanted = dict(self.files) | {f"data/{name}": "" for name in self.listed}
        there = [*INPUTS, *(f"data/{path.name}" for path in (folder / "data").iterdir())]
        for name in there:
            if name not in wanted:
                (folder / name).unlink(missing_ok=True)
        for name, text in wanted.items():
            path = folder / name
            if not path.exists() or path.read_text() != text:
                path.unlink(missing_ok=True)
                path.write_text(text)
                os.utime(path, (1_000_000_000, 1_000_000_000))


SALTS = st.integers(0, 9)
TEXTS = st.sampled_from(["a", "b", "c"])
CODE = st.sampled_from(["VALUE = 1\n", "VALUE = 2\n", "OTHER = 1\n"])


@st.composite
def _step(draw, name: str, before: list[Step]) -> Step:
    made = [file for step in before for file in step.files]
    looks = draw(st.lists(st.sampled_from([*LOOKS, *made * 2]), max_size=2, unique=True))
    values = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True))
    writes = draw(st.booleans())
    return Step(name, draw(SALTS), tuple(looks), writes, (1,) if name[0] == "s" else tuple(values))


@st.composite
def programs(draw) -> Program:
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 1))):
        steps.append(draw(_step(f"s{number}", steps)))
    for number in range(1, draw(st.integers(2, 5))):
        steps.append(draw(_step(f"t{number}", steps)))
    return Program(tuple(steps))


@st.composite
def surroundings(draw) -> Surroundings:
    files = {
        name: draw(CODE if name == "code.py" else TEXTS) for name in INPUTS if draw(st.booleans())
    }
    variables = {name: draw(TEXTS) for name in VARIABLES if draw(st.booleans())}
    listed = draw(st.frozensets(TEXTS))
    return Surroundings(tuple(files.items()), listed, tuple(variables.items()))


@st.composite
def edited(draw, program: Program) -> Program:
    """Draw another salt, another grid or other looks of one step."""
    at = draw(st.integers(0, len(program.steps) - 1))
    step = program.steps[at]
    drawn = draw(_step(step.name, list(program.steps[:at])))
    field = draw(st.sampled_from(["salt", "salt", "looks", "values"]))
    if field == "values" and step.name[0] == "s":
        field = "salt"
    value = drawn.salt + 10 if field == "salt" else getattr(drawn, field)
    return program.with_step(replace(step, **{field: value}))


@st.composite
def disturbed(draw, folder: Path, program: Program) -> None:
    """Do something to a file that a run has left: nothing, touch, change or delete it."""
    made = [file for step in program.steps for file in step.files if (folder / file).exists()]
    if not made:
        return
    path = folder / draw(st.sampled_from(made))
    how = draw(st.sampled_from(["", "touch", "change", "delete"]))
    if how == "touch":
        path.touch()
    elif how == "change":
        path.write_text("changed")
    elif how == "delete":
        path.unlink(missing_ok=True)
