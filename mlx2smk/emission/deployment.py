"""Snakemake's profiles: the settings with which workflows run, one for each kind of system.

Users may edit the profiles in their folder, so an edited profile is not overwritten.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan

DEFAULT = "default"
"""The profile that plain ``snakemake`` uses."""


def profile_path(name: str) -> str:
    """Return the path of a profile below the folder that is compiled into."""
    return f"workflow/profiles/{name}/config.yaml"


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


def leaves_unused(profile: str, needed: Sequence[str]) -> list[str]:
    """Return the needed deployment methods that the text of a profile does not mention.

    They can be written in many ways, so any mention is enough.
    """
    synonyms = {"conda": ["conda"], "apptainer": ["apptainer", "singularity"]}
    lines = (line.partition("#")[0] for line in profile.splitlines())
    said = "\n".join(lines)
    return [m for m in needed if not any(word in said for word in synonyms[m])]


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
