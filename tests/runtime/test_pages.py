"""The pages and images that Snakemake's report shows, from runs in memory."""

import json
import math
import random
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from mlx2smk.runtime import plots, trial_columns
from mlx2smk.runtime.html_pages import table_page, verdicts_page
from mlx2smk.runtime.pages import PagePaths
from mlx2smk.runtime.plots import NOTHING_TO_DRAW, plots_of
from mlx2smk.runtime.trial_columns import MOST_FIELDS, MOST_ROWS, TrialColumns

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["</td><script>x</script>", "a\x00\x1b\ud800&", "\U0001f600 é", "'\"", "y" * 5000, ""]


def columns_of(runs):
    found = TrialColumns(list(runs[0]["params"]) if runs else [])
    for run in runs:
        found.add(run)
    return found


def run(result=None, error=None, duration=1.0, **params):
    base = {"params": params, "duration": duration, "log": "x.log", "success": error is None}
    if error is not None:
        return {**base, "type": "ValueError", "error": error, "return_code": 1}
    return {**base, "result": result}


def image(runs):
    """Return the image of the runs' figures: its texts and its elements by their names."""
    root = ET.fromstring("".join(plots_of(columns_of(runs), "exp: t")))  # noqa: S314
    texts = [each.text for each in root.iter(f"{SVG}text")]
    return texts, {name: list(root.iter(SVG + name)) for name in ("polyline", "polygon", "circle")}


class Cells(HTMLParser):
    """The rows of the tables in a page, and everything else that it says."""

    def __init__(self, pieces):
        super().__init__()
        self.rows, self.text, self.tags, self._in = [], "", [], False
        self.feed("".join(pieces).encode("utf-8").decode("utf-8"))

    def handle_starttag(self, tag, attrs):
        del attrs
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in = True

    def handle_endtag(self, tag):
        self._in = self._in and tag not in {"td", "th"}

    def handle_data(self, data):
        if self._in:
            self.rows[-1][-1] += data
        else:
            self.text += data


def table(runs):
    return Cells(table_page(columns_of(runs), SimpleNamespace(stem="exp"), "t"))


def test_the_table_has_the_columns_of_mlx_results():
    runs = [
        run({"acc": 0.5, "seed": 3, "deep": {"a": [1, 2]}}, seed=0, status="x", duration=0.25),
        run(error="no\nway", seed=1, status="y", duration=2.0),
    ]
    assert table(runs).rows == [
        ["seed", "params.status", "status", "acc", "result.seed", "deep.a", "duration", "error"],
        ["0", "x", "ok", "0.5", "3", "[1, 2]", "0.25", ""],
        ["1", "y", "failed", "", "", "", "2", "ValueError: no"],
    ]
    assert "2 combinations, 1 failed." in table(runs).text


def test_plain_values_and_no_parameters():
    assert table([run(3)]).rows == [["status", "result", "duration"], ["ok", "3", "1"]]
    assert image([run(3)])[0] == [NOTHING_TO_DRAW]


def test_plain_values_and_a_field_named_result_share_a_column():
    assert [row[2] for row in table([run(3, n=1), run({"result": 4}, n=2)]).rows] == [
        *("result", "3", "4")
    ]


def test_a_line_for_each_category_with_the_means_over_seeds():
    runs = [
        run({"acc": n * scale + seed}, n=n, model=model, seed=seed)
        for n in (1, 2, 3)
        for model, scale in (("svm", 10), ("tree", 20))
        for seed in (-1, 0, 1)
    ]
    texts, shapes = image(runs)
    assert {"acc by n (mean ± std)", "mean acc", "distribution of acc", "model=svm"} <= set(texts)
    # One standard deviation of -1, 0 and 1 is 1: the band is as wide as a tenth of the step from 10 to 20.
    lines = [points(each) for each in shapes["polyline"]]
    bands = [points(each) for each in shapes["polygon"]]
    assert len(lines) == len(bands) == 2
    (svm, tree), band = lines, bands[0]
    assert [x for x, _ in svm] == [x for x, _ in tree]
    step = svm[0][1] - svm[1][1]
    assert svm[1][1] - svm[2][1] == pytest.approx(step, abs=0.2)
    assert tree[0][1] == pytest.approx(svm[1][1], abs=0.2)  # both are 20
    assert svm[0][1] - band[0][1] == pytest.approx(step / 10, abs=0.2)
    # The means of the heat map are written in it.
    assert {"10", "20", "30", "40", "60"} <= set(texts)


def points(shape):
    return [tuple(map(float, each.split(","))) for each in shape.get("points").split()]


def test_failed_and_odd_results_are_no_numbers():
    runs = [run({"acc": 1}, n=1), run(error="x", n=2), run({"acc": math.nan}, n=3)]
    runs += [run({"acc": None}, n=4), run({"acc": 5}, n=5)]
    _, shapes = image(runs)
    assert len(points(shapes["polyline"][0])) == 2
    assert [row[2] for row in table(runs).rows[1:]] == ["1", "", "nan", "", "5"]


def test_many_runs_stay_small_and_say_so():
    fields = {f"f{number}": number for number in range(MOST_FIELDS + 5)}
    runs = [run({"acc": n % 7, **fields}, n=n, k=n % 3) for n in range(MOST_ROWS + 500)]
    found = table(runs)
    assert len(found.rows) == MOST_ROWS + 1
    said = f"The table has the first {MOST_ROWS} combinations and the first {MOST_FIELDS} fields"
    assert said in found.text
    assert len("".join(plots_of(columns_of(runs), "x"))) < 100_000


def test_large_results_are_not_kept_whole():
    deep = {"end": 1}
    for _ in range(900):
        deep = {"k": deep}
    texts = {str(n): "z" * 10_000 for n in range(1000)}
    runs = [run({"list": [0.5] * 100_000, "deep": deep, **texts}, n=n) for n in range(3)]
    runs += [run(["y" * 10**6] * 3, n=3), run("x" * 10**6, n=4)]
    page = "".join(table_page(columns_of(runs), SimpleNamespace(stem="exp"), "t"))
    assert len(page) < 100_000
    kept = [value for row in columns_of(runs).rows for value in row.fields.values()]
    assert sum(map(len, map(str, kept))) < 50_000
    assert "[0.5, 0.5" in page


@pytest.mark.parametrize("seed", range(20))
def test_any_values_make_valid_pages(seed):
    chance = random.Random(seed)  # noqa: S311
    odd = [*HOSTILE, 0, -0.0, 1e-320, 1e308, 10**400, math.inf, math.nan, True, None, [1], {}, 1e99]
    values = {name: chance.choices(odd, k=chance.randint(1, 5)) for name in ("a", "b", "status")}
    runs = []
    for _ in range(chance.randint(0, 40)):
        params = {name: chance.choice(each) for name, each in values.items()}
        result = {chance.choice(["x", "y.z", "a", HOSTILE[1]]): chance.choice(odd)}
        error = chance.choice([None, None, None, *HOSTILE[:2]])
        runs.append(run(result, error, chance.choice([0.0, 1e-9, 3.5]), **params))
    found = columns_of(runs)
    pieces = list(plots_of(found, HOSTILE[1]))
    ET.fromstring("".join(pieces).encode("utf-8"))  # noqa: S314
    page = table(runs)
    assert page.tags.count("script") == 1
    assert len(page.rows) == len(runs) + 1
    assert {len(row) for row in page.rows} == {len(page.rows[0])}


def test_verdicts_say_what_failed_and_how_to_step_into_it():
    trial = {"name": "t", "parameters": [("n", ["1", "2"])]}
    verifications = [{"name": name, "trial_names": ["t"]} for name in ("good", "bad")]
    plan = SimpleNamespace(
        stem="exp", data={"part": "n == 1"}, trials=[trial], verifications=verifications
    )
    columns = {"t": columns_of([run(1, n=1), run(error="<no>", n=2)])}
    verdicts = {
        "good": {"verdict": "supports"},
        "bad": {"verdict": "invalid", "type": "KeyError", "error": "'k'", "traceback": "Trace <b>"},
    }
    page = Cells(verdicts_page(plan, ("invalid", {"seed": 1, "path": "<d>"}), columns, verdicts))
    assert page.rows[1:3] == [
        ["good", "supports", "t"],
        ["bad", "invalid", "tKeyError: 'k'Trace <b>"],
    ]
    assert page.rows[-2:] == [["seed", "1"], ["path", "<d>"]]
    text = re.sub(r"\s+", " ", page.text)
    assert "exp: invalid" in text
    assert "Only a part of the combinations has run: n == 1." in text
    assert "2 combinations, 1 failed." in text
    assert "1 times ValueError: <no>step into it: mlx repro t n=2 exp" in text


def test_numbers_are_shown_short_and_sorted_exactly():
    page = "".join(table_page(columns_of([run(1 / 3, n=1)]), SimpleNamespace(stem="e"), "t"))
    assert f'data-v="{1 / 3!r}">0.333333</td>' in page
    assert json.loads(f"{1 / 3!r}") == 1 / 3


def test_values_at_the_same_place_of_an_axis():
    texts, drawn = image([run(result=n, number=n) for n in (1, 1.0, 2, 2.0, 3)])
    assert "result by number" in texts
    assert drawn["polyline"]


def test_of_very_many_combinations_the_first_are_drawn(monkeypatch):
    monkeypatch.setattr(trial_columns, "MOST_DRAWN", 10)
    monkeypatch.setattr(plots, "MOST_DRAWN", 10)
    texts, _ = image([run(result=n, number=n) for n in range(30)])
    assert "drawn: the first 10 of 30 combinations" in texts
    found = columns_of([run(error="no", number=n) for n in range(30)])
    assert (found.count, found.failed, len(found.durations.numbers)) == (30, 30, 10)
    assert (
        "30 combinations, 30 failed"
        in Cells(table_page(found, SimpleNamespace(stem="exp"), "t")).text
    )


@pytest.mark.parametrize(
    "numbers", [[10**400, 1], [1e308, -1e308], [5e-324, 1e-323], [True, 2**70]]
)
def test_numbers_that_are_hard_to_compute_with(numbers, tmp_path, capsys):
    found = columns_of([run(result=n, number=n) for n in numbers])
    paths = [str(tmp_path / name) for name in ("t.html", "t.svg")]
    PagePaths(None, paths[:1], paths[1:]).write(
        SimpleNamespace(stem="exp"), ("validated", {}), {"t": found}, {}
    )
    assert ET.parse(paths[1]).getroot().tag == f"{SVG}svg"  # noqa: S314
    assert "could not be shown" not in capsys.readouterr().err


def test_what_cannot_be_shown_costs_no_result(tmp_path, capsys):
    broken = SimpleNamespace(count="no number <&>")
    paths = [str(tmp_path / name) for name in ("t.html", "t.svg")]
    PagePaths(None, paths[:1], paths[1:]).write(
        SimpleNamespace(stem="exp"), ("validated", {}), {"t": broken}, {}
    )
    for path in paths:
        assert "could not be shown" in (tmp_path / path).read_text()
    assert capsys.readouterr().err.count("could not be shown") == 2
    assert ET.parse(paths[1]).getroot().tag == f"{SVG}svg"  # noqa: S314
