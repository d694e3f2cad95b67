from __future__ import annotations

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import re
from typing import NamedTuple

import pytest

from mlx2smk.runtime.results_json import as_json


class Colour(enum.IntEnum):
    RED = 1


class Word(str, enum.Enum):  # noqa: UP042 - what users still write
    YES = "yes"


class Odd(dict):
    def items(self):
        raise ValueError("no items")


class Pair(NamedTuple):
    left: int
    right: str


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        ("é", "é"),
        ((1, (2, [3])), [1, [2, [3]]]),
        (Pair(1, "b"), [1, "b"]),
        (Colour.RED, 1),
        (Word.YES, "yes"),
        ({1: 1, 1.5: 2, False: 3, None: 4}, {"1": 1, "1.5": 2, "false": 3, "null": 4}),
        (collections.OrderedDict(a=1), {"a": 1}),
        ({"x": {"y": ()}}, {"x": {"y": []}}),
        (10**30, 10**30),
    ],
)
def test_values_of_json(value, expected):
    converted = as_json(value)
    assert converted == expected
    assert type(converted) is type(expected)


def test_not_a_number_survives():
    assert math.isnan(as_json(float("nan")))
    assert as_json(-math.inf) == -math.inf


def test_numpy():
    np = pytest.importorskip("numpy")
    value = {
        "scalar": np.float32(0.5),
        "integer": np.int64(3),
        "flag": np.bool_(1),
        "matrix": np.arange(4).reshape(2, 2),
        "objects": np.array([None, "a"], dtype=object),
        "nothing": np.array([]),
    }
    assert as_json(value) == {
        "scalar": 0.5,
        "integer": 3,
        "flag": True,
        "matrix": [[0, 1], [2, 3]],
        "objects": [None, "a"],
        "nothing": [],
    }


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (
            lambda np: {"a": np.array([1j])},
            "result['a'][0] is of type 'complex': return [value.real, value.imag]",
        ),
        (
            lambda np: [np.array([{1}], dtype=object)],
            "result[0][0] is of type 'set': return sorted(value)",
        ),
        (lambda np: {np.longdouble(1): 2}, "result has a key of type 'longdouble'"),
        (
            lambda np: {"a": [{np.int64(1): 2, "1": 3}]},
            "result['a'][0] has the keys np.int64(1) and '1', which are the same in JSON",
        ),
        (lambda np: [np.longdouble(1)], "result[0] is of type 'longdouble'"),
    ],
)
def test_numpy_that_is_not_json(make, error):
    np = pytest.importorskip("numpy")
    with pytest.raises(TypeError) as caught:
        as_json(make(np))
    assert str(caught.value) == f"result is not JSON: {error}"


def test_numpy_in_keys():
    np = pytest.importorskip("numpy")
    counted = collections.Counter(np.array([3, 3, 5]))
    value = [counted, ({"a": {np.bool_(1): np.int64(1)}, np.float32(0.5): (None,)},)]
    assert as_json(value) == [{"3": 2, "5": 1}, [{"a": {"true": 1}, "0.5": [None]}]]


class Tensor:
    """Stands for torch's: known by the module of its type."""

    __module__ = "torch.fake"

    def tolist(self):
        return [1, 2]


def test_torch():
    assert as_json({"t": Tensor()}) == {"t": [1, 2]}


def test_other_objects_with_tolist_are_not_converted():
    with pytest.raises(
        TypeError, match=r"^result is not JSON: result is of type 'array': return value.tolist\(\)$"
    ):
        as_json(array.array("i", [1]))


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"a": [{1}]}, "result['a'][0] is of type 'set': return sorted(value)"),
        ((0, b"x"), "result[1] is of type 'bytes': return value.hex()"),
        ({"it's": 1j}, "result[\"it's\"] is of type 'complex': return [value.real, value.imag]"),
        ({1: {2: object}}, "result[1][2] is of type 'type'"),
        ({(1,): 0}, "result has a key of type 'tuple'"),
        ({1: 2, "1": 2}, "result has the keys 1 and '1', which are the same in JSON"),
        (
            [{"null": 0, "x": 1, None: 0}],
            "result[0] has the keys 'null' and None, which are the same in JSON",
        ),
        (
            {"a": {False: [{}], "false": 1}},
            "result['a'] has the keys False and 'false', which are the same in JSON",
        ),
        (
            {2.5: {}, "2.5": {}, "z": set()},
            "result has the keys 2.5 and '2.5', which are the same in JSON",
        ),
        (
            {float("nan"): 1, float("-nan"): 2},
            "result has the keys nan and nan, which are the same in JSON",
        ),
        ({"a": {b"": 0}}, "result['a'] has a key of type 'bytes'"),
        (Odd(a=1), "no items"),
    ],
)
def test_what_is_not_json_is_named(value, error):
    with pytest.raises(TypeError) as caught:
        as_json(value)
    assert str(caught.value) == f"result is not JSON: {error}"


def test_circles():
    around: dict = {"a": []}
    around["a"].append({"b": around})
    with pytest.raises(TypeError, match=r"result\['a'\]\[0\]\['b'\] contains itself$"):
        as_json(around)


def test_the_same_object_twice_is_no_circle():
    part = [1]
    assert as_json([part, part]) == [[1], [1]]


def test_depth_leaves_room_for_the_report_around_it():
    deep: list = []
    for _ in range(200_000):
        deep = [deep]
    with pytest.raises(TypeError, match=r"^result is not JSON: result is nested too deeply$"):
        as_json(deep)
    fits: list = []
    for _ in range(300):
        fits = [fits]
    assert json.loads(json.dumps({"trials": {"t": [{"result": as_json(fits)}]}}))


@dataclasses.dataclass
class Point:
    x: int


HINTS = [
    (Point(1), "dataclasses.asdict(value)"),
    (enum.Enum("Own", "A").A, "value.value"),
    (pathlib.Path("x"), "str(value)"),
    (dt.datetime(2026, 1, 1), "value.isoformat()"),  # noqa: DTZ001
    (dt.date(2026, 1, 1), "value.isoformat()"),
    (dt.timedelta(1), "value.total_seconds()"),
    (decimal.Decimal(1), "float(value) or str(value)"),
    (1j, "[value.real, value.imag]"),
    ({1}, "sorted(value)"),
    (b"x", "value.hex()"),
    (range(3), "list(value)"),
    ((item for item in "ab"), "list(value)"),
]


@pytest.mark.parametrize(("value", "call"), HINTS)
def test_what_is_not_json_says_what_would_be(value, call):
    with pytest.raises(TypeError, match=re.escape(f": return {call}") + "$"):
        as_json({"a": [value]})


def test_hints_for_libraries():
    np, pd = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1]})
    for value, call in [
        (np.complex128(1), "[value.real, value.imag]"),
        (np.array(["2026-01-01"], dtype="datetime64[D]"), "value.isoformat()"),
        (frame, 'value.to_dict("list")'),
        (frame["a"], "value.tolist() or value.to_dict()"),
        (frame.index, "value.tolist()"),
        (pd.Timestamp("2026"), "value.isoformat()"),
        (pd.NA, "None"),
        (pd.NaT, "None"),
    ]:
        with pytest.raises(TypeError, match=re.escape(f": return {call}") + "$"):
            as_json(value)


@pytest.mark.parametrize(
    ("value", "converted"),
    [
        (dataclasses.asdict(Point(1)), {"x": 1}),
        (pathlib.PurePosixPath("a/b").as_posix(), "a/b"),
        (dt.date(2026, 1, 2).isoformat(), "2026-01-02"),
    ],
)
def test_what_the_hints_say_is_json(value, converted):
    assert as_json(value) == converted
