"""Small pages for Snakemake's report: the table of a trial's runs, and the verdicts of an experiment.

Their size is bounded, however many runs there are.
"""

from __future__ import annotations

from itertools import chain

from .first_figures import NUMBER
from .grid import Grid
from .result_fields import DURATION, ERROR, STATUS, cell_of
from .svg import escaped_text, label
from .trial_columns import MOST_FIELDS, MOST_ROWS
from .words import counted, failure_line, repro_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .documents import Context, TrialEntry, Verdict
    from .plan import Plan
    from .trial_columns import TrialColumns

LONGEST_SHOWN = 200
"""Characters of a cell."""

LONGEST_TRACEBACK = 4000
"""Characters of a traceback, of which the last count most."""

LISTED_FAILURES = 10
"""Kinds of failures of a trial that are listed."""

PAGE_STYLE = """\
:root{color-scheme:light dark}
body{font:14px/1.5 system-ui,sans-serif;margin:1rem;background:Canvas;color:CanvasText}
h1{font-size:1.25rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.5rem 0 .5rem}
p{margin:.25rem 0 .75rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid #8884}
td{max-width:32rem;overflow-wrap:anywhere}td.n,th.n{text-align:right;white-space:nowrap}
thead th{position:sticky;top:0;background:Canvas;white-space:nowrap}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid}
th[aria-sort=ascending] button::after{content:" \\25B2"}
th[aria-sort=descending] button::after{content:" \\25BC"}
.failed,.refutes,.invalid,.invalidated{color:light-dark(#b3261e,#ff8a80);font-weight:600}
.ok,.supports,.validated{color:light-dark(#1b6e2e,#7ddc8e)}
.supports,.validated{font-weight:600}
pre{overflow:auto;padding:.5rem;background:#8881;font-size:12px}code{overflow-wrap:anywhere}
input{font:inherit;padding:.2rem .4rem;margin:0 0 .75rem;min-width:14rem}
"""

TABLE_SCRIPT = """\
const body = document.querySelector("tbody"), rows = [...body.rows];
const key = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent;
const number = (text) => text.trim() === "" ? NaN : Number(text);
document.querySelectorAll("th button").forEach((button, at) => button.addEventListener("click", () => {
  const head = button.parentElement, down = head.getAttribute("aria-sort") === "ascending";
  document.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const order = (one, other) => {
    const a = key(one, at), b = key(other, at), x = number(a), y = number(b);
    if (isNaN(x) && isNaN(y)) return a.localeCompare(b);
    return isNaN(x) ? 1 : isNaN(y) ? -1 : x - y;
  };
  rows.sort((one, other) => down ? order(other, one) : order(one, other));
  body.append(...rows);
}));
document.querySelector("input").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
"""


def _page(title: str, body: Iterable[str], script: str = "") -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escaped_text(title)}</title>\n<style>\n{PAGE_STYLE}</style>\n</head>\n<body>\n"
    yield from body
    yield f"<script>\n{script}</script>\n" if script else ""
    yield "</body>\n</html>\n"


def page_of(text: str) -> Iterator[str]:
    """Yield a page that only says something."""
    return _page(text, [f"<p>{escaped_text(text)}</p>\n"])


# ------------------------------------------------------------------ the runs of a trial


def table_page(columns: TrialColumns, plan: Plan, trial: str) -> Iterator[str]:
    """Yield the page with the first runs of a trial, which its reader can sort and filter."""
    return _page(f"{plan.stem}: {trial}", _table_body(columns, plan, trial), TABLE_SCRIPT)


def _table_body(columns: TrialColumns, plan: Plan, trial: str) -> Iterator[str]:
    yield f"<h1>{escaped_text(trial)}</h1>\n<p>{_counts(columns)}{_left_out(columns, plan)}</p>\n"
    yield '<input type="search" placeholder="filter" aria-label="Show the rows that contain">\n'
    names = [*columns.params, STATUS, *columns.fields, DURATION]
    numbers = {n for n, column in columns.params.items() if column.kind == NUMBER}
    right = numbers | set(columns.numbers())
    heads = [*names, ERROR] if columns.failed else names
    yield "<table>\n<thead><tr>"
    for name in heads:
        side = ' class="n"' if name in right else ""
        yield f'<th scope="col"{side}><button>{label(name, LONGEST_SHOWN)}</button></th>'
    yield "</tr></thead>\n<tbody>\n"
    for number, row in enumerate(columns.rows):
        params = (column.values[column.places[number]] for column in columns.params.values())
        state = "ok" if row.error is None else "failed"
        cells = [*params, state, *map(row.fields.get, columns.fields), row.duration]
        cells += [row.error] if columns.failed else []
        yield "<tr>" + "".join(map(_cell, heads, cells, (n in right for n in heads))) + "</tr>\n"
    yield "</tbody>\n</table>\n"


def _counts(columns: TrialColumns) -> str:
    said = counted(columns.count, "combination")
    return f"{said}, {columns.failed} failed." if columns.failed else f"{said}."


def _left_out(columns: TrialColumns, plan: Plan) -> str:
    """Return what the table does not show, if anything."""
    parts = []
    if columns.count > MOST_ROWS:
        parts.append(f"the first {MOST_ROWS} combinations")
    if columns.has_more:
        parts.append(f"the first {MOST_FIELDS} fields of results")
    if not parts:
        return ""
    shown = " and ".join(parts)
    return f" The table has {shown}; <code>mlx results {escaped_text(plan.stem)}</code> shows all."


def _cell(name: str, value: Any, is_right: bool) -> str:
    if value is None:
        return "<td></td>"
    if name == STATUS:
        return f'<td class="{value}">{value}</td>'
    if not is_right:
        return f"<td>{label(str(cell_of(value)), LONGEST_SHOWN)}</td>"
    exact = cell_of(value)
    shown = f"{value:.6g}" if isinstance(value, float) else str(exact)
    more = f' data-v="{exact}"' if shown != str(exact) else ""
    return f'<td class="n"{more}>{label(shown, LONGEST_SHOWN)}</td>'


# ------------------------------------------------------------------ the verdicts


def verdicts_page(
    plan: Plan,
    outcome: tuple[str, Context],
    trials: dict[str, TrialColumns],
    verdicts: dict[str, Verdict],
) -> Iterator[str]:
    """Yield the page that says what an experiment came to: its status, and its final context."""
    status, context = outcome
    body = (_conclusion(plan, status, verdicts), _trial_list(plan, trials), _context_table(context))
    return _page(plan.stem, chain.from_iterable(body))


def _conclusion(plan: Plan, status: str, verdicts: dict[str, Verdict]) -> Iterator[str]:
    yield f'<h1>{escaped_text(plan.stem)}: <span class="{status}">{status}</span></h1>\n'
    partial = plan.data.get("part")
    if partial:
        yield f"<p>Only a part of the combinations has run: {escaped_text(partial)}.</p>\n"
    if plan.verifications:
        yield "<h2>Verdicts</h2>\n<table>\n<thead><tr><th>verification</th><th>verdict</th>"
        yield "<th>about</th></tr></thead>\n<tbody>\n"
        for verification in plan.verifications:
            verdict = verdicts[verification["name"]]
            about = ", ".join(verification["trial_names"])
            yield _verdict_row(verification["name"], verdict, about)
        yield "</tbody>\n</table>\n"


def _trial_list(plan: Plan, trials: dict[str, TrialColumns]) -> Iterator[str]:
    yield "<h2>Trials</h2>\n<ul>\n"
    for trial in plan.trials:
        yield from _trial_item(plan.stem, trial, trials[trial["name"]])
    yield "</ul>\n"


def _verdict_row(name: str, verdict: Verdict, about: str) -> str:
    word = escaped_text(verdict["verdict"])
    cells = f'<td>{escaped_text(name)}</td><td class="{word}">{word}</td>'
    error = verdict.get("error")
    said = "" if error is None else f"<br>{label(failure_line(verdict), LONGEST_SHOWN)}"
    trace = verdict.get("traceback", "")[-LONGEST_TRACEBACK:]
    shown = f"<pre>{escaped_text(trace)}</pre>" if trace else ""
    return f"<tr>{cells}<td>{escaped_text(about)}{said}{shown}</td></tr>\n"


def _trial_item(stem: str, trial: TrialEntry, columns: TrialColumns) -> Iterator[str]:
    yield f"<li><strong>{escaped_text(trial['name'])}</strong>: {_counts(columns)}"
    if columns.failures:
        yield "\n<ul>\n"
        most = sorted(columns.failures.items(), key=lambda item: -item[1][0])[:LISTED_FAILURES]
        for line, (count, number) in most:
            command = repro_command(trial["name"], Grid(trial["parameters"]).texts(number), [stem])
            yield f'<li><span class="failed">{count} times</span> {label(line, LONGEST_SHOWN)}<br>'
            yield f"step into it: <code>{escaped_text(command)}</code></li>\n"
        yield "</ul>"
    yield "</li>\n"


def _context_table(context: Context) -> Iterator[str]:
    if not context:
        return
    yield "<h2>Final SETUP</h2>\n<table>\n<tbody>\n"
    for key, value in context.items():
        yield f'<tr><th scope="row">{label(key, LONGEST_SHOWN)}</th>'
        yield f"<td>{label(str(cell_of(value)), LONGEST_SHOWN)}</td></tr>\n"
    yield "</tbody>\n</table>\n"
