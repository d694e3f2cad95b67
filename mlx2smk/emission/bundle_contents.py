"""Makes the bundle from plans: the texts of all files of a workflow."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.emission.archive import archived
from mlx2smk.emission.bundle import Bundle
from mlx2smk.emission.deployment import methods, profiles
from mlx2smk.emission.snakefile import snakefile
from mlx2smk.language.text_digests import digest_of
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from mlx2smk.planning.plan import FunctionPlan, VariantPlan
    from mlx2smk.planning.planned import PlannedExperiment


_CAPTIONS = ("plots.rst", "results.rst", "verdicts.rst")
"""What ``snakemake --report`` says about each category."""


def make_bundle(
    experiments: Sequence[PlannedExperiment],
    directory: Path,
    settings: Mapping[str, str],
    chosen_profiles: Sequence[str],
    gone: Mapping[str, str],
) -> Bundle:
    """Return everything that is to be written into a folder.

    ``settings`` become defaults of Snakemake's config. ``chosen_profiles`` are written in addition to the
    default profile. ``gone`` are the plans of dropped experiments, by path.
    """
    texts = _fixed_files()
    for experiment in experiments:
        texts |= _experiment_files(experiment)
    digest = digest_of(*(part for path in sorted(texts) for part in (path, texts[path])))
    plans = [experiment.plan for experiment in experiments]
    texts[layout.SNAKEFILE] = snakefile(plans, settings, digest)
    shown = profiles(directory, chosen_profiles, methods(plans))
    archive = {p: text for each in experiments for p, text in archived(each.analysis).items()}
    return Bundle(texts | shown, frozenset(shown), archive, gone, digest)


def _fixed_files() -> dict[str, str]:
    """Return the rules and the worker, which are the same for all experiments."""
    package = files("mlx2smk")
    texts = {
        layout.RULES: _text(_rules_folder() / "mlx.smk"),
        layout.WORKER: _text(package / "runtime" / "worker.py"),
    }
    for caption in _CAPTIONS:
        texts[f"{layout.CAPTIONS}/{caption}"] = _text(package / "emission" / "captions" / caption)
    for folder in ("", "follow/", "workflow/"):
        for module in sorted(_modules(package / "runtime" / folder), key=lambda item: item.name):
            texts[f"{layout.RUNTIME}/{folder}{module.name}"] = _text(module)
    return texts


def _experiment_files(experiment: PlannedExperiment) -> dict[str, str]:
    plan = experiment.plan
    folder = layout.experiment_folder(plan.experiment)
    texts = {layout.plan_path(plan.experiment): plan.to_json()}
    for function in plan.functions:
        found = experiment.analysis[function.name]
        parts: list[FunctionPlan | VariantPlan] = [function, *getattr(function, "variants", ())]
        for part, own in zip(parts, found.slices, strict=True):
            texts[f"{folder}/{part.slice}"] = own.text
            for module, piece in zip(part.modules, own.modules, strict=True):
                texts[f"{folder}/{module.slice}"] = piece.text
    return texts


def _rules_folder() -> Traversable:
    """Return the folder of hand-written rules: in the installed package, or beside it in a checkout."""
    installed = files("mlx2smk") / "rules"
    return installed if installed.is_dir() else Path(__file__).parent.parent.parent / "rules"


def _modules(folder: Traversable) -> Iterator[Traversable]:
    for item in folder.iterdir():
        if item.name.endswith(".py") and item.name != "worker.py":
            yield item


def _text(item: Traversable) -> str:
    return item.read_text(encoding="utf-8")
