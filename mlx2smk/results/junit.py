"""The progress of an experiment as JUnit XML, which CI services show as tests.

A combination is a test case of its trial's suite, a verification one of the suite ``verifications``. What
has not run, or has no opinion, counts as skipped; an invalid verification is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mlx2smk.results.choosing import grid_of
from mlx2smk.runtime.words import failure_line

if TYPE_CHECKING:
    from mlx2smk.results.progress import Progress, TrialProgress
    from mlx2smk.results.rows import Row
    from mlx2smk.runtime.documents import VerdictRecord
    from mlx2smk.runtime.grid import Grid

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
OUTCOMES = ("failure", "error", "skipped")


def to_junit(progress: Progress) -> str:
    """Return the XML."""
    root = ET.Element("testsuites", name=progress.plan.experiment)
    grids = {trial.name: grid_of(trial) for trial in progress.plan.trials}
    for trial in progress.trials:
        _add_trial(root, progress.plan.experiment, trial, grids[trial.name])
    if progress.verdicts:
        suite = ET.SubElement(root, "testsuite", name="verifications")
        for name, record in progress.verdicts.items():
            _add_verdict(suite, f"{progress.plan.experiment}.verifications", name, record)
    for suite in root:
        _count(suite)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add_trial(root: ET.Element, experiment: str, trial: TrialProgress, grid: Grid) -> None:
    suite = ET.SubElement(root, "testsuite", name=trial.name)
    for row in trial.rows:
        name = grid.label(row.number) or trial.name
        case = _case(suite, f"{experiment}.{trial.name}", name)
        if row.run is None:
            ET.SubElement(case, "skipped", message="has not run")
            continue
        case.set("time", f"{row.run['duration']:.6f}")
        if not row.run["success"]:
            _add_failure(case, row)


def _add_failure(case: ET.Element, row: Row) -> None:
    run = row.run
    if run is not None:
        message = _clean(failure_line(run))
        found = ET.SubElement(case, "failure", message=message, type=_clean(run.get("type", "")))
        found.text = _clean(run.get("traceback") or run.get("error", ""))


def _add_verdict(
    suite: ET.Element, classname: str, name: str, record: VerdictRecord | None
) -> None:
    case = _case(suite, classname, name)
    if record is None:
        ET.SubElement(case, "skipped", message="has not run")
        return
    case.set("time", f"{record['duration']:.6f}")
    verdict = record["verdict"]
    if verdict == "supports":
        return
    what = {"refutes": "failure", "invalid": "error"}.get(verdict, "skipped")
    message = verdict
    if "error" in record:
        message = f"{verdict}, {failure_line(record)}"
    found = ET.SubElement(case, what, message=_clean(message))
    found.text = _clean(record.get("traceback", "")) or None


def _case(suite: ET.Element, classname: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=_clean(classname), name=_clean(name))


def _count(suite: ET.Element) -> None:
    """Add the counts that readers of JUnit files expect."""
    suite.set("tests", str(len(suite)))
    for what, name in zip(OUTCOMES, ("failures", "errors", "skipped"), strict=True):
        suite.set(name, str(sum(case.find(what) is not None for case in suite)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite):.6f}")


def _clean(text: str) -> str:
    """Return the text without characters that XML does not allow."""
    return _FORBIDDEN.sub("�", text)
