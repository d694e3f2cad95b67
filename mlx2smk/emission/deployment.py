"""Snakemake's profiles: the settings with which workflows run, one for each kind of system.

Users may edit the profiles in their folder, so an edited profile is not overwritten.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan

DEFAULT = "default"
"""The profile that plain ``snakemake`` uses."""

METHOD_OPTIONS = ("software-deployment-method", "deployment-method", "deployment", "sdm")
"""The names of Snakemake's option for deployment methods."""

USE_OPTIONS = {"use-conda": "conda", "use-apptainer": "apptainer", "use-singularity": "apptainer"}
"""Its older options, one for each method."""

YES = ("true", "yes", "1")
"""What Snakemake takes for a yes."""


def profile_path(name: str) -> str:
    """Return the path of a profile below the folder that is compiled into."""
    return f"{layout.PROFILES}/{name}/config.yaml"


def profile_names() -> list[str]:
    """Return the names of the available profiles."""
    shipped = (item.name for item in (files("mlx2smk.emission") / "profiles").iterdir())
    names = {name.removesuffix(".yaml") for name in shipped if name.endswith(".yaml")}
    return sorted(names - {DEFAULT})


def profiles(directory: Path, asked: Collection[str], needed: Sequence[str]) -> dict[str, str]:
    """Return, by path, the default profile, the requested ones, and those that exist already.

    ``needed`` are the deployment methods of the workflow.
    """
    there = [name for name in profile_names() if (directory / profile_path(name)).exists()]
    return {
        profile_path(name): _text(name) + _deployment(needed)
        for name in sorted({DEFAULT, *asked, *there})
    }


def _text(name: str) -> str:
    return (files("mlx2smk.emission") / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")


class ProfileError(ValueError):
    """The text of a profile is none that Snakemake could read."""


def leaves_unused(profile: str, needed: Sequence[str]) -> list[str]:
    """Return those of the needed deployment methods that a profile does not have Snakemake use.

    None of a profile that is a template, as its settings show only when Snakemake fills it in.
    """
    settings = _settings(profile)
    if settings.get("__use_yte__"):
        return []
    used = set(_used(settings))
    return [method for method in needed if method not in used]


def _settings(profile: str) -> dict[str, object]:
    """Return the settings in the text of a profile, under the names that options have."""
    import yaml  # noqa: PLC0415

    try:
        found = yaml.safe_load(profile)
    except yaml.YAMLError as error:
        raise ProfileError(" ".join(str(error).split())) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ProfileError("it has no settings of the form `name: value`")
    return {str(key).removeprefix("--"): value for key, value in found.items()}


def _used(settings: Mapping[str, object]) -> Iterator[str]:
    """Yield the deployment methods that settings name, each as Snakemake calls it."""
    for option in METHOD_OPTIONS:
        value = settings.get(option)
        words = value if isinstance(value, list) else re.findall(r"[\w-]+", str(value or ""))
        yield from (str(word).lower() for word in words)
    for option, method in USE_OPTIONS.items():
        if str(settings.get(option)).lower() in YES:
            yield method


def methods(plans: Iterable[Plan]) -> list[str]:
    """Return the deployment methods that the environments of the plans need."""
    found = [(plan.conda, plan.container) for plan in plans]
    conda, container = any(each for each, _ in found), any(each for _, each in found)
    return ["conda"] * conda + ["apptainer"] * container


def _deployment(needed: Sequence[str]) -> str:
    """Return the setting without which Snakemake ignores the environments of rules."""
    if not needed:
        return ""
    lines = "".join(f"  - {method}\n" for method in needed)
    return f"\n# User code runs in the environment that its rules name.\nsoftware-deployment-method:\n{lines}"
