"""What the results were made with: Python, packages, platform, git, Snakemake."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.results.recorded import Results
from mlx2smk.runtime.makers import read_head

if TYPE_CHECKING:
    from mlx2smk.planning.plan import Plan, TrialPlan

GIT_TIME_LIMIT = 10
"""Seconds."""


def surroundings(directory: Path, plan: Plan) -> list[tuple[str, str]]:
    """Return names and values for people: what the jobs recorded, then what is here now."""
    pythons: dict[str, None] = {}
    packages: dict[str, dict[str, None]] = {}
    for trial in plan.trials:
        _add_recorded(directory, plan, trial, pythons, packages)
    listed = [f"{name} {', '.join(sorted(packages[name]))}" for name in sorted(packages)]
    git = git_state(directory / Path(plan.source).parent)
    return [
        ("Python of the jobs", ", ".join(pythons) or "not recorded"),
        ("Packages of the jobs", ", ".join(listed) or "none outside the standard library"),
        *([("Conda environment", plan.conda)] if plan.conda else []),
        *([("Container", plan.container)] if plan.container else []),
        ("Platform of this report", platform.platform()),
        *([("Git commit at the time of this report", git)] if git else []),
        ("Snakemake", _version("snakemake")),
        ("mlx2smk", _version("mlx2smk")),
    ]


def _add_recorded(
    directory: Path,
    plan: Plan,
    trial: TrialPlan,
    pythons: dict[str, None],
    packages: dict[str, dict[str, None]],
) -> None:
    """Add what the jobs of a trial recorded, if they ran the code that is compiled."""
    folder = Results(directory, plan.experiment).run_path(trial.name, "any").parent
    for path in sorted(folder.glob("*.json")):
        head = read_head(str(path))
        made = head.get("made_from")
        if made is None or made.get("code") != trial.digest:
            continue
        name, *numbers = made.get("python") or ("",)
        if name:
            pythons[f"{name} {'.'.join(map(str, numbers))}"] = None
        for observation, _ in head.get("observed", ()):
            for package, found in observation.get("packages", {}).values():
                packages.setdefault(package, {})[found] = None


def git_state(folder: Path) -> str:
    """Return the commit that is checked out in a folder, and whether files differ from it; "" without git."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return ""
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return f"{commit}, with uncommitted changes" if changed else commit


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=GIT_TIME_LIMIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
