"""A run as a Workflow Run RO-Crate: the workflow, the experiment, the results and their report in one folder."""

from __future__ import annotations

import os
import posixpath
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_usage import NoCrate
from mlx2smk.diagnostics.fault import FaultError
from mlx2smk.report.timeline import job_times
from mlx2smk.results.progress import NOT_FINISHED, NOT_RUN, RUNNING, progress_of
from mlx2smk.results.recorded import Results
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan

CRATE_PACKAGES = {"rocrate": "rocrate"}
METADATA = "ro-crate-metadata.json"
VERSION = "1.1"
"""Of RO-Crate: what the profiles of Workflow Run build on."""

CONFORMS_TO = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
SNAKEMAKE = "https://snakemake.readthedocs.io"
TYPES = {
    ".html": "text/html",
    ".json": "application/json",
    ".log": "text/plain",
    ".py": "text/x-python",
    ".rst": "text/x-rst",
    ".yaml": "application/yaml",
}
NO_LICENSE = "The author of the experiment has not said under which license it may be used."


def check_target(folder: Path) -> None:
    """Raise FaultError if the folder holds anything but an earlier crate, which is then overwritten."""
    if folder.exists() and not (folder / METADATA).is_file() and any(folder.iterdir()):
        raise FaultError(NoCrate.about(str(folder)))


def write_crate(directory: Path, plan: Plan, page: str, folder: Path) -> None:
    """Write the crate of an experiment; ``page`` is the text of its report."""
    from rocrate.rocrate import ROCrate  # noqa: PLC0415

    crate = ROCrate(version=VERSION)
    report = f"{layout.results_of(plan.experiment)}/{layout.PAGE}"
    sources = [
        crate.add_file(*_file(directory, path, at), properties=_described(path))
        for path, at in _sources(directory, plan)
    ]
    workflow = _add_workflow(crate, directory, plan)
    for path in _below(directory, layout.BUNDLE):
        if path != layout.SNAKEFILE:
            crate.add_file(*_file(directory, path, path), properties=_described(path))
    made = [
        crate.add_file(*_file(directory, path, path), properties=_described(path))
        for path in _made(directory, plan)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / report).parent.mkdir(parents=True, exist_ok=True)
    (folder / report).write_text(page, encoding="utf-8", errors="backslashreplace")
    properties = _described(report) | {"name": f"Report of {plan.experiment}"}
    made.append(crate.add_file(folder / report, report, properties=properties))
    _add_run(crate, directory, plan, workflow, (sources, made))
    crate.write(folder)


def _file(directory: Path, path: str, at: str) -> tuple[Path, str]:
    return directory / path, at


def _described(path: str) -> dict[str, Any]:
    kind = TYPES.get(posixpath.splitext(path)[1], "text/plain")
    return {"name": path, "encodingFormat": kind}


def _sources(directory: Path, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the files of the user's, from the folder, with their places in the crate."""
    folder = posixpath.dirname(plan.source)
    base = os.path.relpath(plan.file_in(directory).parent, directory)
    modules = {module.path for each in plan.functions for module in each.modules}
    for name in (plan.file, *sorted(modules - {plan.file})):
        path = posixpath.normpath(posixpath.join(folder, name))
        inside = not path.startswith(("..", "/"))
        at = path if inside else f"experiment/{posixpath.basename(path)}"
        yield posixpath.normpath(posixpath.join(base, name)), at


def _made(directory: Path, plan: Plan) -> Iterator[str]:
    """Yield the results: the report for programs, all runs of each trial, all verdicts."""
    results = Results(directory, plan.experiment)
    paths = [results.report_path]
    paths += [results.collected_paths(trial.name)[0] for trial in plan.trials]
    paths += [results.verdict_path(verify.name) for verify in plan.verifications]
    yield from (path.relative_to(directory).as_posix() for path in paths if path.is_file())


def _below(directory: Path, folder: str) -> list[str]:
    return sorted(
        path.relative_to(directory).as_posix()
        for path in (directory / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def _add_workflow(crate: Any, directory: Path, plan: Plan) -> Any:
    properties = {
        "name": "Workflow, compiled by mlx2smk",
        "encodingFormat": "text/plain",
        "version": plan.file_digest,
        "url": {"@id": SNAKEMAKE},
    }
    return crate.add_workflow(
        *_file(directory, layout.SNAKEFILE, layout.SNAKEFILE),
        main=True,
        lang="snakemake",
        properties=properties,
    )


def _add_run(
    crate: Any, directory: Path, plan: Plan, workflow: Any, files: tuple[list[Any], list[Any]]
) -> None:
    """Describe the run, and the crate as a whole."""
    times = job_times(directory, plan)
    ends = [datetime.fromtimestamp(time.end, UTC) for time in times]
    status = progress_of(directory, plan).status
    partial = status in {RUNNING, NOT_FINISHED, NOT_RUN}
    action: dict[str, Any] = {
        "name": f"Run of {plan.source} by Snakemake: {status}",
        "description": f"Snakemake ran the workflow that was compiled from {plan.source}.",
        "actionStatus": f"http://schema.org/{'Failed' if partial else 'Completed'}ActionStatus",
    }
    if times:
        action["startTime"] = datetime.fromtimestamp(times[0].start, UTC).isoformat(
            timespec="seconds"
        )
        action["endTime"] = max(ends).isoformat(timespec="seconds")
    if partial:
        action["error"] = f"The experiment is {status}."
    sources, made = files
    given = sources if len(sources) > 1 else sources[0]
    run = crate.add_action(workflow, "#run", object=given, result=made, properties=action)
    crate.root_dataset["mentions"] = run
    crate.name = f"Experiment {plan.experiment}: {status}"
    crate.description = f"The experiment {plan.source}, compiled by mlx2smk to a Snakemake workflow, and its results."
    crate.datePublished = max(ends, default=datetime.now(UTC))
    _add_profiles(crate)
    _add_license(crate)


def _add_profiles(crate: Any) -> None:
    from rocrate.model.contextentity import ContextEntity  # noqa: PLC0415

    profiles = []
    for address, name in CONFORMS_TO.items():
        version = address.rpartition("/")[2]
        properties = {"@type": "CreativeWork", "name": name, "version": version}
        profiles.append(crate.add(ContextEntity(crate, address, properties=properties)))
    crate.root_dataset["conformsTo"] = profiles


def _add_license(crate: Any) -> None:
    from rocrate.model.contextentity import ContextEntity  # noqa: PLC0415

    properties = {"@type": "CreativeWork", "name": "No license", "description": NO_LICENSE}
    crate.license = crate.add(ContextEntity(crate, "#no-license", properties=properties))
