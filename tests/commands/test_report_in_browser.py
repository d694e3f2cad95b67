"""The page of `mlx report` in a real browser: it draws, sorts, filters and asks nobody for anything."""

import dataclasses
import shutil

import pytest
from selenium.webdriver.support.ui import Select

from mlx2smk.cli import main
from mlx2smk.report.page_columns import page_columns
from mlx2smk.report.page_contents import JudgedVerdict, page_contents
from mlx2smk.report.page_rendering import page_html
from mlx2smk.results.choosing import chosen_plan
from mlx2smk.results.columns import Table
from mlx2smk.runtime.first_figures import chosen_figures
from tests.support.hostile_project import HOSTILE
from tests.support.real_browser import DESKTOP, PHONE, browser

pytestmark = [pytest.mark.xdist_group("looked at"), pytest.mark.slow]

TABLE = "#trial-train .table"
FIGURE = "#trial-train figure"
MANY = 10_000


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def written(folder, file):
    assert main(["report", "-d", str(folder), "-o", str(file)]) == 0
    return file


@pytest.fixture(scope="module")
def page(project, tmp_path_factory):
    return written(project, tmp_path_factory.mktemp("report") / "page.html")


def check_quiet(window, page):
    """Nothing was written to the console, and nothing asked for but the page."""
    assert window.messages() == []
    assert window.requests() == [page.absolute().as_uri()]


def column(window, number, table=TABLE):
    """Return the texts of a column of a table, as they are shown."""
    return [each.text for each in window.all(f"{table} tbody td:nth-child({number})")]


def sort_by(window, number, order):
    """Click the head of a column, and wait until the table is sorted, which it is a moment later."""
    window.all(f"{TABLE} thead th")[number - 1].click()
    window.wait(
        f"document.querySelectorAll('{TABLE} thead th')[{number - 1}].ariaSort == '{order}'"
    )


def contrast(window, selector):
    """Return the contrast of an element's text with the page, as WCAG defines it."""
    channels = window.get(
        "[getComputedStyle(document.querySelector(arguments[0])).color,"
        " getComputedStyle(document.body).backgroundColor]"
        ".map(c => c.match(/[0-9.]+/g).slice(0, 3).map(Number))",
        selector,
    )
    text, back = sorted(map(luminance, channels), reverse=True)
    return (text + 0.05) / (back + 0.05)


def luminance(channels):
    parts = [value / 255 for value in channels]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_draws_everything_and_asks_nobody(window, page, size, dark):
    window.open(page, size, dark=dark)
    check_quiet(window, page)
    assert len(window.all(FIGURE)) == 3
    assert len(window.all("figure svg[role='graphics-document'], figure svg.marks")) == len(
        window.all("figure")
    )
    # The setup, 6 + 2 + 2 + 1 jobs of trials, and the verification.
    assert (
        window.get("document.querySelector('#timeline figcaption').textContent")[:8] == "13 jobs,"
    )
    # Figures are drawn at the size at which they are shown, and nothing is wider than the window.
    sizes = "[each.getBoundingClientRect().width, Number(each.getAttribute('width'))]"
    for shown, drawn in window.get(
        f"[...document.querySelectorAll('svg.marks')].map(each => {sizes})"
    ):
        assert shown == pytest.approx(drawn, abs=1)
    assert window.get("document.documentElement.scrollWidth") <= size[0]
    for selector in ("p.quiet", "figcaption", f"{TABLE} tbody td", "a", ".error", "dt"):
        assert contrast(window, selector) >= 4.5, selector
    bright = luminance(
        window.get("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)")
    )
    assert bright < 0.1 if dark else bright > 0.9


def test_the_table_sorts_and_searches(window, page):
    window.open(page)
    assert column(window, 1) == ["0.1"] * 4 + ["0.5"] * 4 + ["1"] * 2
    head = window.all(f"{TABLE} thead th")
    acc = [each.text for each in head].index("acc") + 1
    sort_by(window, acc, "ascending")
    assert column(window, acc)[:5] == ["1", "1", "2", "2", "5"]
    sort_by(window, acc, "descending")
    assert column(window, acc)[:3] == ["11", "10", "6"]
    (search,) = window.all(f"{TABLE} .dt-search input")
    search.send_keys("tree 0.5")
    window.wait(f"document.querySelectorAll('{TABLE} tbody tr').length === 2")
    assert column(window, 1) == ["0.5", "0.5"]
    assert column(window, 2) == ["tree", "tree"]
    assert "1 to 2 of 2" in window.all(f"{TABLE} .dt-info")[0].text
    check_quiet(window, page)


def test_the_table_filters_by_conditions(window, page):
    window.open(page)
    (add,) = window.all(f"{TABLE} .dtsb-add")
    add.click()
    Select(window.all(f"{TABLE} .dtsb-data")[0]).select_by_visible_text("lr")
    Select(window.all(f"{TABLE} .dtsb-condition")[0]).select_by_value("<")
    window.all(f"{TABLE} .dtsb-value")[0].send_keys("0.3")
    window.wait(f"document.querySelectorAll('{TABLE} tbody tr').length === 4")
    assert column(window, 1) == ["0.1"] * 4
    check_quiet(window, page)


def test_the_reader_changes_axes_and_kinds(window, page):
    window.open(page)
    figure = window.all(FIGURE)[0]
    caption = figure.find_element("css selector", "figcaption")
    # Two seeds a point: acc is 10 lr + seed.
    assert caption.text.startswith("Mean of acc against lr, by model.")
    assert "Largest: 10.5 at lr 1, model svm; smallest: 1.5 at lr 0.1" in caption.text

    def choose(number, text, then):
        Select(figure.find_elements("css selector", "select")[number]).select_by_visible_text(text)
        window.wait(f"document.querySelector('{FIGURE} figcaption').textContent.includes({then!r})")

    choose(2, "seed", "Mean of acc against seed, by model")
    choose(1, "scores.f1", "scores.f1 against seed")
    choose(0, "Heat map", "Mean of scores.f1 for each seed and model")
    choose(0, "Distribution", "over 10 combinations: smallest 0.1, median 0.5, largest 1")
    choose(0, "Parallel coordinates", "lr, model, seed and scores.f1")
    check_quiet(window, page)


def test_controls_have_names_and_tables_captions(window, page):
    window.open(page)
    assert window.get(
        "[...document.querySelectorAll('select, input')].every(each => each.labels?.length"
        " || each.ariaLabel || each.ariaLabelledByElements?.length || each.type === 'search')"
    )
    assert window.get(
        "[...document.querySelectorAll('.table table')].every(each => each.ariaLabel)"
    )
    assert window.get(
        "[...document.querySelectorAll('figure')].every(each => each.lastChild.textContent.length > 20"
        " && each.querySelector('.drawing').ariaLabel === each.lastChild.textContent)"
    )
    assert window.get("document.documentElement.lang") == "en"


def test_it_follows_the_system_to_the_dark(window, page):
    window.open(page)
    before = window.get("getComputedStyle(document.querySelector('figure svg text')).fill")
    window.prefer("dark")
    window.wait(f"getComputedStyle(document.querySelector('figure svg text'))?.fill !== '{before}'")
    assert contrast(window, "figcaption") >= 4.5
    check_quiet(window, page)


def test_texts_of_the_experiment_never_run(window, hostile, tmp_path):
    page = written(hostile, tmp_path / "page.html")
    window.open(page)
    check_quiet(window, page)
    assert window.get("document.title") == "exp: invalid"
    cells = "[...document.querySelectorAll('td:first-child')]"
    assert window.get(f"{cells}.some(each => each.textContent === arguments[0])", HOSTILE)
    assert window.all("img") == []


def with_table(project, table, page, **changes):
    """Write a page that has this table in place of its first trial's."""
    contents = page_contents(project, chosen_plan(project, "exp"), ())
    columns = page_columns(table)
    data = {
        "name": "train",
        "rows": len(table.lines),
        "columns": [
            {"name": c.name, "role": c.role, "kind": c.kind, "shown": True, "distinct": c.distinct}
            for c in columns
        ],
        "values": [c.values for c in columns],
        "figures": [each.axes() for each in chosen_figures([c.facts for c in columns])],
    }
    trial = dataclasses.replace(contents.trials[0], data=data)
    contents = dataclasses.replace(contents, trials=(trial,), **changes)
    page.write_text(page_html(contents), encoding="utf-8")
    return page


def test_long_names_push_nothing_off_a_phone(window, project, tmp_path):
    long = "n_estimators_of_the_whole_big_forest_of_trees_in_the_woods"
    table = Table((long, "status", "acc"), [[n, "ok", n * 0.5] for n in range(5)], 3, ("acc",))
    verdict = JudgedVerdict(long, "supports", "train", (), "0" * 12)
    page = with_table(
        project, table, tmp_path / "long.html", verdicts=(verdict,), context=((long, "1"),)
    )
    window.open(page, PHONE)
    check_quiet(window, page)
    ends = "document.querySelector(arguments[0]).getBoundingClientRect().right"
    for cell in (f"{TABLE} tbody td", "#verdicts .badge", "#context td"):
        assert window.get(ends, cell) <= PHONE[0]


def test_ten_thousand_rows(window, project, tmp_path):
    lines = [[n % 100 / 100, f"m{n % 7}", n // 100, "ok", n * 0.5] for n in range(MANY)]
    table = Table(("lr", "model", "seed", "status", "acc"), lines, 5, ("acc",))
    page = with_table(project, table, tmp_path / "many.html")
    window.open(page)
    check_quiet(window, page)
    assert "of 10,000" in window.all(f"{TABLE} .dt-info")[0].text
    assert len(column(window, 1)) == 10  # the others are not in the document
    sort_by(window, 5, "ascending")
    sort_by(window, 5, "descending")
    assert column(window, 5)[0] == "4999.5"


def test_it_prints_all_rows_without_controls(window, page):
    window.open(page)
    window.driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert len(column(window, 1)) == 12
    window.driver.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(column(window, 1)) == 10
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not any(each.is_displayed() for each in window.all("nav, .axes, .dt-search, .copy"))
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_partial_report_draws_too(window, project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(project, folder, symlinks=True)
    shutil.rmtree(folder / "results")
    shutil.rmtree(folder / ".mlx" / "store")
    page = written(folder, tmp_path / "page.html")
    window.open(page)
    check_quiet(window, page)
    assert column(window, 4)[:2] == ["missing", "missing"]
    assert window.all("#results figure") == []


# ------------------------------------------------------------------ what Snakemake's report shows


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_of_snakemakes_report_sort_filter_and_fit(window, project, dark):
    pages = project / "results/exp/pages"
    window.prefer("dark" if dark else "light")
    window.messages(), window.requests()
    table = pages / "tables/train.html"
    window.driver.get(table.as_uri())
    heads = window.all("th button")
    assert [each.text for each in heads[:4]] == ["lr", "model", "seed", "status"]
    assert column(window, 1, "table")[:5] == ["0.1"] * 4 + ["0.5"]
    heads[0].click(), heads[0].click()
    assert column(window, 1, "table")[:5] == ["1"] * 4 + ["0.5"]
    window.all("input")[0].send_keys("too large")
    assert [each for each in column(window, 4, "table") if each] == ["failed"] * 2
    assert contrast(window, "td.failed") >= 4.5
    check_quiet(window, table)
    verdicts = pages / "verdicts.html"
    window.driver.get(verdicts.as_uri())
    assert contrast(window, "td.supports") >= 4.5
    check_quiet(window, verdicts)
