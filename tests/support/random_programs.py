"""Random experiments whose dependencies are known, because they were made up with them.

A ``Program`` is a handful of definitions that use each other, with setups, trials and verifications
that use them. It can be printed as files, and asked what a function reaches. Nothing here is taken from
the compiler.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = ["a", "b", "c", "seed"]
SEEDS = {"seed", "numpy_seed", "torch_seed", "pythonhashseed"}

MIX = """
def mix(*values):
    return zlib.crc32(repr(values).encode())
"""

HEADER = f"""\
import os
import random
import zlib

import lib
from decorators import setup, trial, verify

KEY_A = "a"

{MIX}

def ran(name, given):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(name, given, file=file)


def look(given, key):
    return given.get(key)


def updating(value):
    return {{"value": value, "context_update": {{"c": value}}}}
"""

READS = {
    "get": "SETUP.get({key!r})",
    "in": "{key!r} in SETUP",
    "guarded": "SETUP[{key!r}] if {key!r} in SETUP else None",
    "constant": "SETUP.get(KEY_A)",
    "computed": 'SETUP.get("".join([{key!r}]))',
    "whole": "sorted(SETUP.items())",
    "size": "len(SETUP)",
    "passed": "look(SETUP, {key!r})",
    "global": 'globals()["SETUP"].get({key!r})',
}
"""Ways to read the context. All but the first four may read any key."""
ONE_KEY = ("get", "in", "guarded", "constant")

UPDATES = {
    "literal": '{{"context_update": {{{key!r}: value}}}}',
    "other": '{{"context_update": {{{key!r}: value, "b": salt}}}}',
    "conditional": '{{"context_update": {{{key!r}: value}} if value % 2 else {{}}}}',
    "call": '{{"context_update": dict({key}=value)}}',
    "computed": '{{"context_update": {{"".join([{key!r}]): value}}}}',
    "zipped": '{{"context_update": dict(zip([{key!r}], [value]))}}',
    "helper": "updating(value)",
    "none": "value",
}


@dataclass(frozen=True)
class Read:
    style: str
    key: str

    @property
    def text(self) -> str:
        return READS[self.style].format(key=self.key)

    @property
    def keys(self) -> set[str] | None:
        """Return the keys that it looks at, None for all."""
        if self.style not in ONE_KEY:
            return None
        return {"a"} if self.style == "constant" else {self.key}


@dataclass(frozen=True)
class Part:
    """Anything with a body: a number that edits change, what it uses by name, and what it reads.

    The first letter of a name says what it is: C constant, F function, K class, W decorator, R registry,
    E effect; D constant and G function of the local module; s setup, t trial, v verification.
    ``early``: what is used when the definition runs: a default, a decorator, a base class.
    """

    name: str
    salt: int
    uses: tuple[str, ...] = ()
    reads: tuple[Read, ...] = ()
    early: str = ""

    @property
    def kind(self) -> str:
        return self.name[0]

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.uses, self.early) if self.early else self.uses

    def arguments(self, first: str = "x") -> str:
        uses = [expression(use, local=self.kind in "DG") for use in self.uses]
        return ", ".join([str(self.salt), first, *uses, *(read.text for read in self.reads)])


@dataclass(frozen=True)
class Setup(Part):
    order: int | None = None
    keys: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Trial(Part):
    order: int = 1
    values: tuple[tuple[object, ...], ...] = ()
    parallel: int | None = None
    update: tuple[str, str] = ("none", "a")
    fails: object = None

    @property
    def parameters(self) -> list[str]:
        return ["p", "q"][: len(self.values)]


@dataclass(frozen=True)
class Verify(Part):
    trials: tuple[str, ...] = ()
    everything: bool = False


@dataclass(frozen=True)
class Program:
    parts: tuple[Part, ...]
    setups: tuple[Setup, ...]
    trials: tuple[Trial, ...]
    verifications: tuple[Verify, ...]
    layout: int = 0
    noise: int = 0
    batch: int | None = None

    @property
    def all(self) -> tuple[Part, ...]:
        return (*self.parts, *self.setups, *self.trials, *self.verifications)

    def __getitem__(self, name: str) -> Part:
        return next(part for part in self.all if part.name == name)

    def with_part(self, name: str, part: Part) -> Program:
        """Return the program with one part replaced."""
        changed = {
            field: tuple(part if one.name == name else one for one in getattr(self, field))
            for field in ("parts", "setups", "trials", "verifications")
        }
        return replace(self, **changed)


# ---------------------------------------------------------------- printing


def expression(name: str, *, local: bool = False) -> str:
    """Return what uses a definition, somewhere where there is an ``x``."""
    module = "" if local else "lib."
    return {
        "C": name,
        "F": f"{name}(x)",
        "K": f"{name}().m(x)",
        "R": f'{name}["f"](x)',
        "D": f"{module}{name}",
        "G": f"{module}{name}(x)",
    }[name[0]]


def text_of(part: Part) -> str:
    """Return the text of a definition, without the decorator that makes it a trial or the like."""
    return PRINTERS[part.kind](part)


def _constant(part: Part) -> str:
    return f"{part.name} = ({part.arguments('0')})\n"


def _function(part: Part) -> str:
    decorator = f"@{part.early}\n" if part.early[:1] == "W" else ""
    default = f", d={part.early}" if part.early[:1] == "C" else ""
    more = ", d" if default else ""
    return f"{decorator}def {part.name}(x{default}):\n    return mix({part.arguments()}{more})\n"


def _class(part: Part) -> str:
    first = "super().m(x)" if part.early else "x"
    head = f"class {part.name}({part.early}):" if part.early else f"class {part.name}:"
    return f"{head}\n    def m(self, x):\n        return mix({part.arguments(first)})\n"


def _decorator(part: Part) -> str:
    inner = f"    def wrapper(x):\n        return mix({part.arguments('function(x)')})\n"
    return f"def {part.name}(function):\n{inner}\n    return wrapper\n"


def _registry(part: Part) -> str:
    return f'{part.name} = {{"salt": {part.salt}}}\n{part.name}["f"] = {part.early}\n'


def _effect(part: Part) -> str:
    return f'os.environ["{part.name}"] = str(({part.arguments("0")}))\n'


def _setup(part: Setup) -> str:
    mixed = part.arguments("0")
    pairs = [f"{key!r}: mix({salt}, {mixed})" for key, salt in part.keys]
    result = f"    return {{{', '.join(pairs)}}}\n" if pairs else f"    mix({mixed})\n"
    return f'def {part.name}():\n    ran("{part.name}", ())\n    x = 0\n{result}'


def _trial(part: Trial) -> str:
    given = ", ".join(part.parameters)
    style, key = part.update
    lines = [
        f"def {part.name}({given}):",
        f'    ran("{part.name}", [{given}])',
        f"    x = [{given}]",
        f"    salt = {part.salt}",
        f"    if {part.fails!r} in x:",
        "        raise ValueError(f'not {x}')",
        f"    value = mix({part.arguments()}, random.random() if SETUP.get('seed') else 0)",
        f"    return {UPDATES[style].format(key=key)}",
    ]
    return "\n".join(lines) + "\n"


def _verify(part: Verify) -> str:
    sources = (
        ["results.values()"]
        if part.everything
        else ["[" + ", ".join(f'results["{name}"]' for name in part.trials) + "]"]
    )
    lines = [
        f"def {part.name}(results):",
        f'    ran("{part.name}", ())',
        "    x = 0",
        f"    runs = [run for runs in {sources[0]} for run in runs]",
        '    seen = [(run.get("result"), run.get("error")) for run in runs]',
        f"    return mix({part.arguments('seen')}) % 2 == 0",
    ]
    return "\n".join(lines) + "\n"


PRINTERS = {
    "C": _constant,
    "D": _constant,
    "F": _function,
    "G": _function,
    "K": _class,
    "W": _decorator,
    "R": _registry,
    "E": _effect,
    "s": _setup,
    "t": _trial,
    "v": _verify,
}


def files_of(program: Program) -> dict[str, str]:
    """Return the experiment and its local module."""
    noise = random.Random(program.noise)  # noqa: S311
    blocks = {"exp.py": [HEADER], "lib.py": [f"import zlib\n\n{MIX}"]}
    for part in ordered(program):
        if noise.random() < 0.3:
            blocks["exp.py"].append(f"# A comment, {noise.random()}.\n")
        file = "lib.py" if part.kind in "DG" else "exp.py"
        blocks[file].append(decorator_of(part) + text_of(part))
    return {name: "\n\n".join(texts) for name, texts in blocks.items()}


def decorator_of(part: Part) -> str:
    """Return the line that declares a setup, trial or verification; empty for other definitions."""
    if isinstance(part, Setup):
        return f"@setup(order={part.order})\n"
    if isinstance(part, Trial):
        values: dict[str, object] = dict(zip(part.parameters, map(list, part.values), strict=True))
        if part.parallel is not None:
            values["__parallel__"] = part.parallel
        return f"@trial({part.order}, {values!r})\n"
    return f"@verify({list(part.trials)!r})\n" if isinstance(part, Verify) else ""


def ordered(program: Program) -> list[Part]:
    """Order the definitions at random, but so that what runs at once finds what it needs."""
    chance = random.Random(program.layout)  # noqa: S311
    places = {part.name: chance.random() for part in program.parts}
    decorated = (*program.setups, *program.trials, *program.verifications)
    places |= {part.name: (at + 1) / (len(decorated) + 1) for at, part in enumerate(decorated)}
    for part in program.parts:  # what is used comes earlier among the parts
        before = [
            places[name] for name in (part.needs if part.kind in "CDER" else (part.early,)) if name
        ]
        places[part.name] = max([places[part.name], *(place + 1e-6 for place in before)])
    return sorted(program.all, key=lambda part: places[part.name])


# ---------------------------------------------------------------- what a function depends on


@dataclass(frozen=True)
class Reach:
    """All texts that a function's run depends on, and the keys of the context; None for all.

    ``dynamic``: something in it looks names up at run time, and so may get at anything.
    """

    texts: tuple[str, ...]
    keys: frozenset[str] | None
    dynamic: bool


def reach(program: Program, name: str) -> Reach:
    """Find what a decorated function depends on."""
    found = set(_closure(program, name)) | {
        other
        for part in program.parts
        if part.kind == "E"
        for other in _closure(program, part.name)
    }
    dynamic = any(read.style == "global" for other in found for read in program[other].reads)
    parts = [part for part in ordered(program) if dynamic or part.name in found]
    texts = [text_of(part) for part in parts]
    # The order of what has effects counts, and that of what may be looked up at run time.
    free = not dynamic and all(part.kind != "E" for part in parts)
    keys = _keys(parts, seeded=name[0] != "s")
    return Reach(tuple(sorted(texts) if free else texts), keys, dynamic)


def _closure(program: Program, name: str) -> Iterator[str]:
    yield name
    for other in program[name].needs:
        yield from _closure(program, other)


def _keys(parts: list[Part], *, seeded: bool) -> frozenset[str] | None:
    keys = set(SEEDS) if seeded else set()
    for read in (read for part in parts for read in part.reads):
        if read.keys is None:
            return None
        keys |= read.keys
    return frozenset(keys)
