"""The settings that workflows are run with: Snakemake's profiles, one for each kind of place.

They are the user's to change once they are in the folder, so they are written once and then kept.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan

DEFAULT = "default"
"""The profile that plain ``snakemake`` uses."""


def profile_path(name: str) -> str:
    """Return where a profile stands in the folder that is compiled into."""
    return f"{layout.PROFILES}/{name}/config.yaml"


def profile_names() -> list[str]:
    """Return the profiles that can be asked for."""
    shipped = (item.name for item in (files("mlx2smk.emission") / "profiles").iterdir())
    names = {name.removesuffix(".yaml") for name in shipped if name.endswith(".yaml")}
    return sorted(names - {DEFAULT})


def profiles(directory: Path, asked: Collection[str], needed: Sequence[str]) -> dict[str, str]:
    """Return, by path, the default profile, those asked for, and those that are there already.

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
    """Return those of the needed deployment methods that the text of a profile does not name.

    There are many ways to write them, so being named anywhere is enough here.
    """
    synonyms = {"conda": ["conda"], "apptainer": ["apptainer", "singularity"]}
    lines = (line.partition("#")[0] for line in profile.splitlines())
    said = "\n".join(lines)
    return [m for m in needed if not any(word in said for word in synonyms[m])]


def methods(plans: Iterable[Plan]) -> list[str]:
    """Return what Snakemake has to be told to use for the environments."""
    found = [(plan.conda, plan.container) for plan in plans]
    conda, container = any(each for each, _ in found), any(each for _, each in found)
    return ["conda"] * conda + ["apptainer"] * container


def _deployment(needed: Sequence[str]) -> str:
    """Return the setting without which Snakemake leaves the rules' environments unused."""
    if not needed:
        return ""
    lines = "".join(f"  - {method}\n" for method in needed)
    return f"\n# User code runs in the environment that its rules name.\nsoftware-deployment-method:\n{lines}"
