"""Strategies: random programs, and random edits of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from tests.support.random_programs import (
    KEYS,
    ONE_KEY,
    READS,
    UPDATES,
    Part,
    Program,
    Read,
    Setup,
    Trial,
    Verify,
)


def _some(draw, names: list[str], most: int = 2) -> tuple[str, ...]:
    return (
        tuple(draw(st.lists(st.sampled_from(names), max_size=most, unique=True))) if names else ()
    )


SALTS = st.integers(0, 99)
VALUES = st.sampled_from([0, 1, 2, 3, 1.0, "u", "v"])
DRAWN_READS = st.builds(Read, st.sampled_from([*ONE_KEY * 3, *READS]), st.sampled_from(KEYS))
FEW_READS = st.lists(DRAWN_READS, max_size=1).map(tuple)
NO_READS = st.just(())
LITERAL_READS = st.lists(
    st.builds(Read, st.just("guarded"), st.sampled_from(KEYS)), max_size=1
).map(tuple)


USABLE = {"C": "CD", "D": "D", "G": "DG", "E": "CD", "R": ""}
EARLY = {"F": "CW", "K": "K", "R": "F"}


@st.composite
def one_part(draw, name: str, named) -> Part:
    kind = name[0]
    early = named(EARLY.get(kind, "")) if kind in "FKR" else []
    return Part(
        name,
        draw(SALTS),
        _some(draw, named(USABLE.get(kind, "CDGFKR"))),
        draw(
            {"F": FEW_READS, "K": FEW_READS, "W": FEW_READS, "C": LITERAL_READS}.get(kind, NO_READS)
        ),
        early=draw(st.sampled_from(early if kind == "R" else ["", *early])),
    )


@st.composite
def parts(draw) -> tuple[Part, ...]:
    """Draw definitions, each of which uses earlier ones only."""
    found: list[Part] = []

    def named(kinds: str) -> list[str]:
        return [part.name for part in found if part.kind in kinds]

    for number in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from("CCDGWFFFKR" + "E" * (number == 0)))
        kind = "F" if kind == "R" and not named("F") else kind
        found.append(draw(one_part(f"{kind}{number}", named)))
    return tuple(found)


@st.composite
def trials(draw, names: list[str], number: int) -> Trial:
    return Trial(
        f"t{number}",
        draw(SALTS),
        _some(draw, names),
        draw(FEW_READS),
        order=draw(st.integers(1, 3)),
        values=tuple(
            tuple(draw(st.lists(VALUES, min_size=1, max_size=3)))
            for _ in range(draw(st.sampled_from([0, 1, 1, 2])))
        ),
        parallel=draw(st.sampled_from([None, None, 1, 2])),
        update=draw(st.tuples(st.sampled_from(list(UPDATES)), st.sampled_from(KEYS))),
        fails=draw(st.sampled_from([None, None, 2, "u"])),
    )


@st.composite
def programs(draw) -> Program:
    found = draw(parts())
    names = [part.name for part in found if part.kind in "CDFGKR"]
    setups = tuple(
        Setup(
            f"s{number}",
            draw(SALTS),
            _some(draw, names, 1),
            draw(FEW_READS),
            order=draw(st.sampled_from([None, 1, 2])),
            keys=tuple(draw(st.dictionaries(st.sampled_from(KEYS), SALTS, max_size=3)).items()),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    tried = tuple(draw(trials(names, number)) for number in range(draw(st.integers(1, 3))))
    verifications = tuple(
        Verify(
            f"v{number}",
            draw(SALTS),
            _some(draw, names, 1),
            draw(FEW_READS),
            trials=_some(draw, [trial.name for trial in tried]),
            everything=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    batch = draw(st.sampled_from([None, None, None, 2]))
    return Program(found, setups, tried, verifications, draw(SALTS), draw(SALTS), batch)


# ---------------------------------------------------------------- editing them


@st.composite
def edited(draw, program: Program) -> Program:
    """Draw one edit and apply it."""
    edit = draw(
        st.sampled_from(
            [*([_edit_salt] * 4), *([_edit_trial] * 3), _edit_reads, _edit_setup, _edit_form]
        )
    )
    return edit(draw, program)


def _edit_salt(draw, program: Program) -> Program:
    part = draw(st.sampled_from(program.all))
    return program.with_part(part.name, replace(part, salt=part.salt + 100))


def _edit_reads(draw, program: Program) -> Program:
    candidates = [part for part in program.all if part.kind in "FKWstv"]
    part = draw(st.sampled_from(candidates))
    return program.with_part(part.name, replace(part, reads=draw(FEW_READS)))


def _edit_setup(draw, program: Program) -> Program:
    if not program.setups:
        return program
    part = draw(st.sampled_from(program.setups))
    keys = dict(part.keys) | {draw(st.sampled_from(KEYS)): draw(SALTS)}
    if draw(st.booleans()):
        keys.pop(draw(st.sampled_from(sorted(keys))))
    return program.with_part(part.name, replace(part, keys=tuple(keys.items())))


def _edit_form(draw, program: Program) -> Program:
    field = draw(st.sampled_from(["layout", "noise", "batch"]))
    value = draw(st.sampled_from([None, 1, 2, 3]) if field == "batch" else SALTS)
    return replace(program, **{field: value})


def _edit_trial(draw, program: Program) -> Program:
    part = draw(st.sampled_from(program.trials))
    field = draw(st.sampled_from(["order", "parallel", "update", "fails", *["values"] * 3]))
    value = {
        "order": st.integers(1, 3),
        "parallel": st.sampled_from([None, 1, 2]),
        "update": st.tuples(st.sampled_from(list(UPDATES)), st.sampled_from(KEYS)),
        "fails": st.sampled_from([None, 2, "u", 0]),
        "values": other_values(part.values),
    }[field]
    return program.with_part(part.name, replace(part, **{field: draw(value)}))


@st.composite
def other_values(draw, values: tuple[tuple[object, ...], ...]) -> tuple[tuple[object, ...], ...]:
    """Draw a grid with one list changed: a value more, a value less, or another order."""
    if not values:
        return values
    at = draw(st.integers(0, len(values) - 1))
    one = list(values[at])
    change = draw(st.sampled_from(["add", "remove", "permute"]))
    if change == "add":
        one.insert(draw(st.integers(0, len(one))), draw(VALUES))
    elif change == "remove" and len(one) > 1:
        one.pop(draw(st.integers(0, len(one) - 1)))
    else:
        one = draw(st.permutations(one))
    return (*values[:at], tuple(one), *values[at + 1 :])
