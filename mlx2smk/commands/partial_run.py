"""A run of a part of the grids (`mlx run --only … --limit …`), in a folder of its own below ``.mlx``.

The workflow, results and logs there are not those of the whole experiment, which stay as they are. What is
private is shared, the store above all: what has run counts in the whole run too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.commands import count_of
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mlx2smk.compiler import CompileOptions


def add_part_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a part of the grids."""
    parser.add_argument(
        "--only",
        dest="part_only",
        metavar="EXPR",
        help="run only the combinations for which this holds, as in mlx results --where: seed == 0",
    )
    parser.add_argument(
        "--limit",
        dest="part_limit",
        metavar="N",
        type=count_of,
        help="run at most N combinations of each trial",
    )


def is_partial(given: argparse.Namespace) -> bool:
    """Tell whether a part of the grids is wanted."""
    return given.part_only is not None or given.part_limit is not None


def of_part(
    given: argparse.Namespace, options: CompileOptions, experiments: Sequence[str]
) -> CompileOptions:
    """Return the options that compile a part, into its own folder, which is made."""
    from dataclasses import replace  # noqa: PLC0415

    from mlx2smk.results.selecting import GridPart  # noqa: PLC0415

    home = options.directory
    name = "+".join(sorted({Path(path).stem for path in experiments}))
    folder = home / layout.PARTS / name
    folder.mkdir(parents=True, exist_ok=True)
    private = folder / layout.PRIVATE
    if not private.is_symlink():
        private.symlink_to(os.path.relpath(home / layout.PRIVATE, folder))
    return replace(
        options,
        directory=folder,
        only=True,
        part=GridPart(home, given.part_only, given.part_limit),
        # The history is that of whole runs.
        settings={**options.settings, "mlx_history": "0"},
    )
