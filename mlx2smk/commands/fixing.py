"""``--fix``: write into experiments what their messages propose."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    import argparse


def add_fix(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--fix",
        action="store_true",
        help="first write out values that are no literals but plain, such as range(3), in the experiments",
    )


def write_literals(given: argparse.Namespace) -> None:
    """Replace, in the given experiments, the expressions whose literals are known; say how many on stderr."""
    from mlx2smk.diagnostics.source import Source  # noqa: PLC0415
    from mlx2smk.language.edited_text import fix_file  # noqa: PLC0415
    from mlx2smk.language.parser import parse  # noqa: PLC0415
    from mlx2smk.language.reader import read_source  # noqa: PLC0415

    for path in dict.fromkeys(given.experiments):
        source = read_source(path)
        if not isinstance(source, Source):
            continue
        count = fix_file(path, parse(source).diagnostics)
        if count:
            print(f"{path}: wrote out {counted(count, 'value')}", file=sys.stderr)
