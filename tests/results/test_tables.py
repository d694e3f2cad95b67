"""Columns, groups, order and layout of tables, from rows made by hand."""

import csv
import io
import math
import tracemalloc

import pytest

from mlx2smk.results import formats
from mlx2smk.results.columns import Table, table_of
from mlx2smk.results.formats import rows_to_json, to_csv, to_markdown, to_parquet
from mlx2smk.results.groups import group_lines, statistics_of, t_quantile
from mlx2smk.results.layouts import number_text, table_lines
from mlx2smk.results.ordering import extreme, ordered
from mlx2smk.results.rows import Row


def row(number, params, result=None, **changes):
    run = {"success": True, "result": result, "params": params, "duration": 2.0, "log": "a.log"}
    return Row("t", number, params, {**run, **changes})


def failed(number, params, error="bad\nworse"):
    return row(number, params, success=False, type="ValueError", error=error)


def test_columns_and_their_names():
    rows = [
        row(
            0,
            {"n": 1, "error": "e"},
            {"n": 5, "acc": 0.5, "inner": {"n": 1, "list": [1, "é"]}, "none": {}},
        ),
        row(1, {"n": 2, "error": "e"}, {"status": "done", "acc": None}),
        row(2, {"n": 3, "error": "e"}, 7),
        failed(3, {"n": 4, "error": "e"}),
        Row("t", 4, {"n": 5, "error": "e"}),
    ]
    table = table_of(rows, with_trial=True)
    assert table.names == (
        *(
            "trial",
            "n",
            "params.error",
            "status",
            "result.n",
            "acc",
            "inner.n",
            "inner.list",
            "none",
        ),
        *("result.status", "result", "duration", "error"),
    )
    assert table.lines == [
        ["t", 1, "e", "ok", 5, 0.5, 1, '[1, "é"]', "{}", None, None, 2.0, None],
        ["t", 2, "e", "ok", None, None, None, None, None, "done", None, 2.0, None],
        ["t", 3, "e", "ok", None, None, None, None, None, None, 7, 2.0, None],
        ["t", 4, "e", "failed", *[None] * 7, 2.0, "ValueError: bad"],
        ["t", 5, "e", "missing", *[None] * 9],
    ]


def test_a_parameter_named_result():
    table = table_of([row(0, {"result": 1}, 2)], with_trial=False)
    assert table.names[:3] == ("result", "status", "result.result")


def test_parameters_of_several_trials():
    rows = [row(0, {"a": 1}, 1), Row("u", 0, {"b": True, "a": [1]})]
    table = table_of(rows, with_trial=False)
    assert table.names[:2] == ("a", "b")
    assert [line[:2] for line in table.lines] == [[1, None], ["[1]", True]]


def test_order():
    values = [2, None, float("nan"), "a", 10, -1.5]
    table = table_of(
        [row(at, {"n": at}, value) for at, value in enumerate(values)], with_trial=False
    )
    assert [line[0] for line in ordered(table, "result").lines] == [5, 0, 4, 3, 2, 1]
    assert [line[0] for line in ordered(table, "-result").lines] == [3, 4, 0, 5, 2, 1]
    assert [line[0] for line in extreme(table, "result", "--best").lines] == [4, 0, 5]
    assert [line[0] for line in extreme(table, "result", "--worst").lines] == [5, 0, 4]
    twice = table_of([row(at, {"n": at}, at % 2) for at in range(4)], with_trial=False)
    assert [line[0] for line in ordered(twice, "-result,n").lines] == [1, 3, 0, 2]
    assert [line[0] for line in ordered(twice, "result, -n").lines] == [2, 0, 3, 1]


# ------------------------------------------------------------------ groups


def test_groups_leave_out_trials_that_have_none_of_the_columns():
    rows = [row(0, {"a": 1}, {"acc": 1}), row(1, {"a": None}, {"acc": 2})]
    rows.append(Row("b", 0, {"n": 1}, row(0, {"n": 1}, {"other": 3}).run))
    table = group_lines(table_of(rows, with_trial=True), ["a"])
    assert [line[:3] for line in table.lines] == [[1, 1, 1.0], [None, 1, 2.0]]
    assert not any(name.startswith("other") for name in table.names)
    assert len(group_lines(table_of(rows, with_trial=True), ["trial"]).lines) == 2


def test_equal_numbers_have_no_deviation():
    assert statistics_of([0.1] * 3) == [0.1, 0.0, 0.1, 0.1]
    assert math.isnan(statistics_of([math.inf] * 2)[1])


# Two-sided quantiles for 95 %, from tables of Student's distribution.
TABULATED = {
    1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 6: 2.4469, 7: 2.3646, 8: 2.3060, 9: 2.2622,
    10: 2.2281, 15: 2.1314, 20: 2.0860, 25: 2.0595, 30: 2.0423, 40: 2.0211, 60: 2.0003, 120: 1.9799,
    1000: 1.9623,
}  # fmt: skip


@pytest.mark.parametrize(("freedom", "expected"), TABULATED.items())
def test_quantiles_of_t(freedom, expected):
    assert t_quantile(freedom) == pytest.approx(expected, abs=6e-5)


def test_both_ways_to_the_quantile_agree():
    scipy = pytest.importorskip("scipy.stats")
    for freedom in (1, 2, 3, 17, 199, 200, 201, 202, 5000):
        assert t_quantile(freedom) == pytest.approx(scipy.t.ppf(0.975, freedom), rel=1e-8)


def test_statistics():
    # Mean 3, deviation √2.5, t(4) = 2.7764.
    half = 2.7764451 * math.sqrt(2.5) / math.sqrt(5)
    expected = [3, math.sqrt(2.5), 3 - half, 3 + half]
    assert statistics_of([1, 2, 3, 4, 5]) == pytest.approx(expected)
    assert statistics_of([4]) == [4, None, None, None]
    assert statistics_of([]) == [None] * 4
    assert statistics_of([math.inf, 1])[0] == math.inf
    assert all(map(math.isnan, statistics_of([math.inf, -math.inf])))
    assert statistics_of([10**400, 1])[0] == math.inf


def test_groups_count_what_succeeded():
    rows = [
        row(at, {"a": at % 2, "s": at}, {"acc": at, "name": "x", "ok": at > 1}) for at in range(4)
    ]
    rows += [failed(4, {"a": 1, "s": 4}), Row("t", 5, {"a": 2, "s": 5})]
    table = group_lines(table_of(rows, with_trial=False), ["a"])
    assert table.names[:3] == ("a", "count", "acc.mean")
    assert [name for name in table.names if name.endswith(".mean")] == [
        "acc.mean",
        "ok.mean",
        "duration.mean",
    ]
    assert [line[:3] for line in table.lines] == [[0, 2, 1.0], [1, 2, 2.0], [2, 0, None]]


def test_groups_of_equal_values_of_other_types():
    rows = [row(at, {"a": value}, 1) for at, value in enumerate([1, 1.0, True, "1"])]
    assert len(group_lines(table_of(rows, with_trial=False), ["a"]).lines) == 4


# ------------------------------------------------------------------ Parquet


def test_columns_of_several_types_are_texts_in_parquet():
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    values = [1, 2.5, "a", True, None, 10**30]
    rows = [
        row(at, {"n": at}, {"mixed": value, "number": at / 2}) for at, value in enumerate(values)
    ]
    found = pandas.read_parquet(io.BytesIO(to_parquet(table_of(rows, with_trial=False))))
    assert found["mixed"].fillna("-").tolist() == ["1", "2.5", "a", "true", "-", str(10**30)]
    assert found["number"].tolist() == [0, 0.5, 1, 1.5, 2, 2.5]


# ------------------------------------------------------------------ layout


def test_tables_are_aligned():
    rows = [row(0, {"n": 1, "m": "é語"}, 0.123456789), row(1, {"n": 10, "m": "a"}, 12.0)]
    table = table_of(rows, with_trial=False).without_empty("error")
    assert list(table_lines(table, None, colour=False)) == [
        " n  m    status    result  duration",
        " 1  é語  ok      0.123457         2",
        "10  a    ok          12.0         2",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_tables_fit_the_terminal(width):
    params = {f"parameter{at}": at for at in range(5)}
    rows = [failed(0, params, "long " * 50), row(1, params, {"a": "語" * 30, "b": "x" * 30})]
    found = list(table_lines(table_of(rows, with_trial=False), width, colour=False))
    *lines, last = found
    wide = [sum(2 if char == "語" else 1 for char in line) for line in lines]
    assert max(wide) <= width
    assert "not shown: " in last
    assert "…" in lines[1]


def test_texts_of_megabytes_are_cut_for_people_and_whole_for_programs():
    whole = "x" * 3_000_000
    rows = [row(0, {"n": 1}, {"text": whole, "list": [whole]})]
    table = table_of(rows, with_trial=False)
    for text in ("\n".join(table_lines(table, None, colour=False)), "".join(to_markdown(table))):
        assert len(text) < 5000
        assert "x" * 400 in text
        assert "x…" in text
    assert whole in "".join(to_csv(table))
    assert whole in "".join(rows_to_json(rows))


TEXTS = [
    "",
    "a",
    "plain text",
    'say "a"',
    '""""""""',
    "a,b,c,d,e",
    "line\nline\r\n",
    "é" * 9,
    "\ud800 \0",
]


@pytest.mark.parametrize("large", [1, 3, 1 << 20])
def test_pieces_of_large_cells_are_what_csv_writes(monkeypatch, large):
    monkeypatch.setattr(formats, "LARGE_CELL", large)
    lines = [[one, other, None, 1.5] for one in TEXTS for other in TEXTS]
    lines += [[one] for one in TEXTS]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["x"], *lines])
    assert "".join(to_csv(Table(("x",), lines, 1))) == out.getvalue()


def test_a_large_cell_is_not_copied_as_a_whole():
    size = 32 << 20
    table = Table(("x", "y"), [["a" * size, 1], ['"' * size, 2]], 2)
    tracemalloc.start()
    try:
        written = sum(map(len, to_csv(table)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert written == len("x,y\n") + size + len(",1\n") + 2 + 2 * size + len(",2\n")
    assert peak < size / 2


def test_nothing_in_a_cell_controls_the_terminal():
    table = table_of([row(0, {"a": "\x1b[31m\r\n"}, 1)], with_trial=False)
    assert "\x1b" not in "".join(table_lines(table, None, colour=False))


def test_colours_tell_failures():
    table = table_of([failed(0, {"n": 1}), row(1, {"n": 2}, 1)], with_trial=False)
    head, first, second = table_lines(table, None, colour=True)
    assert head.startswith("\x1b[1m")
    assert first.startswith("\x1b[31m")
    assert "\x1b" not in second


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1 / 3, "0.333333"),
        (1e-9, "1e-09"),
        (2e9, "2e+09"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers(number, text):
    assert number_text(number) == text


def test_names_that_would_be_the_same():
    """Each field has a column, whatever its name looks like beside those of others."""
    result = {"a": {"b": 1}, "a.b": 2, "x": 3, "result": {"x": 4}, "0": {"5": 5}, "0.5": 6}
    rows = [row(0, {"x": 0}, result), row(1, {"x": 1}, 7), row(2, {"x": 2}, {"result": 8})]
    table = table_of(rows, with_trial=False)
    assert len(set(table.names)) == len(table.names)
    fields = dict(zip(table.names, table.lines[0], strict=True))
    shown = [fields[name] for name in table.names if name not in ("x", "status", "duration")]
    assert [value for value in shown if value is not None] == [1, 2, 3, 4, 5, 6]
    assert fields["a.b"] == 1
    assert fields['"a.b"'] == 2
    assert [
        next(v for n, v in zip(table.names, line, strict=True) if n.startswith("result") and v)
        for line in table.lines[1:]
    ] == [7, 8]
