"""Which statements must stay behind which: the index answers as a comparison of all pairs would."""

from __future__ import annotations

import random

from mlx2smk.analysis.order_of_units import _Earlier, _Footprint


def footprint(chance: random.Random) -> _Footprint:
    effect = chance.random() < 0.25
    writes, reads = (frozenset(chance.sample("abcdefgh", chance.randint(0, 2))) for _ in "wr")
    return _Footprint(
        writes | reads if effect else writes, reads, effect, effect or chance.random() < 0.3
    )


def must_stay_behind(later: _Footprint, earlier: _Footprint) -> bool:
    if (earlier.effect and later.runs) or (later.effect and earlier.runs):
        return True
    return bool(earlier.writes & (later.writes | later.reads) or earlier.reads & later.writes)


def test_the_same_as_every_pair():
    for seed in range(500):
        chance = random.Random(seed)  # noqa: S311
        before: list[_Footprint] = []
        units = _Earlier()
        for index in range(12):
            later = footprint(chance)
            expected = {at for at, earlier in enumerate(before) if must_stay_behind(later, earlier)}
            assert units.binding(later) == expected
            units.add(index, later)
            before.append(later)
