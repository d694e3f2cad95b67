"""Finds mistakes in the functions' slices without running them.

All are warnings, but for imports that every job would fail with: an exception in a trial is a result like others, and a key may be missing on purpose.
Where it is not certain that something is missing, nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.analysis.mistakes.context_keys import check_context_keys
from mlx2smk.analysis.mistakes.lost import check_lost
from mlx2smk.analysis.mistakes.missing import check_imported_names
from mlx2smk.analysis.mistakes.report import Looked, Report
from mlx2smk.analysis.mistakes.result_keys import check_results
from mlx2smk.analysis.mistakes.returns import check_updates, check_verdicts
from mlx2smk.analysis.mistakes.undefined import check_undefined_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.analysis.project import Project
    from mlx2smk.diagnostics.diagnostic import Diagnostic

__all__ = ["Looked", "find_mistakes"]


def find_mistakes(project: Project, functions: Sequence[Looked]) -> tuple[Diagnostic, ...]:
    """Return the mistakes in the functions and their local modules, sorted by location."""
    report = Report(project)
    check_imported_names(report)
    check_undefined_names(report, functions)
    check_context_keys(report, functions)
    check_results(report, functions)
    check_verdicts(report, functions)
    check_updates(report, functions)
    check_lost(report, functions)
    return report.ordered()
