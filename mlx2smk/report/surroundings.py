"""What the results were made with, as the jobs recorded it: Python, packages, hosts, git."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from mlx2smk.results.recorded import Results
from mlx2smk.runtime.makers import read_head
from mlx2smk.runtime.variants import all_codes
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan
    from mlx2smk.runtime.documents import Head, Provenance

NOT_RECORDED = "not recorded"

MOST_VALUES_LISTED = 5
"""Different values that are listed."""


@dataclass(slots=True)
class Recorded:
    """What the runs of an experiment recorded; each value with how many runs have it."""

    pythons: dict[str, int] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    commits: dict[str, int] = field(default_factory=dict)
    times: set[str] = field(default_factory=set)
    packages: dict[str, set[str]] = field(default_factory=dict)

    def add(self, head: Head) -> None:
        """Add what is in the head of a record."""
        name, *numbers = head["made_from"].get("python") or ("cpython",)
        made_by = head.get("provenance", [])
        for made, runs in made_by:
            python = made.get("python", ".".join(map(str, numbers)))
            _count(self.pythons, f"{name} {python}".rstrip(), len(runs))
            self._add_provenance(made, len(runs))
        if not made_by and numbers:  # a record of an earlier version
            _count(self.pythons, f"{name} {'.'.join(map(str, numbers))}", 1)
        for observation, _ in head.get("observed", ()):
            for package, found in observation.get("packages", {}).values():
                self.packages.setdefault(package, set()).add(found)

    def _add_provenance(self, made: Provenance, runs: int) -> None:
        if "when" in made:
            self.times.add(made["when"])
        if "host" in made:
            _count(self.hosts, made["host"], runs)
        git = made.get("git")
        if git is not None:
            edited = ", with uncommitted changes" if git["dirty"] else ""
            _count(self.commits, f"{git['commit']}{edited}", runs)


def _count(counts: dict[str, int], value: str, runs: int) -> None:
    counts[value] = counts.get(value, 0) + runs


def surroundings(directory: Path, plan: Plan) -> list[tuple[str, str]]:
    """Return names and values for people: what the jobs recorded, then what is here now."""
    found = Recorded()
    for head in _heads(directory, plan):
        found.add(head)
    packages = [
        f"{name} {', '.join(sorted(found.packages[name]))}" for name in sorted(found.packages)
    ]
    return [
        ("Python of the jobs", _listed(found.pythons)),
        ("Packages of the jobs", ", ".join(packages) or "none outside the standard library"),
        ("Git commit of the code", _listed(found.commits)),
        ("Hosts", _listed(found.hosts)),
        ("Jobs started", _period(found.times)),
        *([("Conda environment", plan.conda)] if plan.conda else []),
        *([("Container", plan.container)] if plan.container else []),
        ("Platform of this report", platform.platform()),
        ("Snakemake of this report", _version("snakemake")),
        ("mlx2smk of this report", _version("mlx2smk")),
    ]


def _heads(directory: Path, plan: Plan) -> Iterator[Head]:
    """Yield the heads of all records that were made by the code that is compiled."""
    results = Results(directory, plan.experiment)
    setups = {results.setup_path(setup.name): {setup.digest} for setup in plan.setups}
    verdicts = {results.verdict_path(verify.name): {verify.digest} for verify in plan.verifications}
    runs = {
        path: set(trial.codes)
        for trial in plan.trials
        for path in sorted(results.run_path(trial.name, "any").parent.glob("*.json"))
    }
    for path, codes in {**setups, **runs, **verdicts}.items():
        head = read_head(str(path))
        if not codes.isdisjoint(all_codes(head.get("made_from", {}))):
            yield head


def _listed(counts: dict[str, int]) -> str:
    """Return the values, those of most runs first; with several, how many runs each has."""
    if len(counts) < 2:
        return "".join(counts) or NOT_RECORDED
    most = sorted(counts.items(), key=lambda item: -item[1])
    said = "; ".join(
        f"{value} ({counted(count, 'run')})" for value, count in most[:MOST_VALUES_LISTED]
    )
    return (
        f"{said}; and {len(most) - MOST_VALUES_LISTED} more"
        if len(most) > MOST_VALUES_LISTED
        else said
    )


def _period(times: set[str]) -> str:
    if not times:
        return NOT_RECORDED
    first, last = (text.replace("T", " ").replace("Z", " UTC") for text in (min(times), max(times)))
    return first if first == last else f"{first} to {last}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
