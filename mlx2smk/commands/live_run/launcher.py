"""Starts Snakemake, able to find the logger in `plugins`: `launcher.py PARENT WORD …`."""

import signal
import sys
from pathlib import Path

PLUGINS = Path(__file__).with_name("plugins")


def start() -> None:
    """Run Snakemake in this process; end when the parent does."""
    parent, words = int(sys.argv[1]), sys.argv[2:]
    # Python puts the folder of a script first; its modules are not Snakemake's business.
    sys.path[:1] = []
    sys.path.append(str(PLUGINS))
    from mlx2smk.runtime.lineage import die_with  # noqa: PLC0415 - not found before

    die_with(parent, signal.SIGTERM)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a parent in the background ignores it
    sys.argv = ["snakemake", *words]
    from snakemake.cli import main as snakemake  # noqa: PLC0415

    snakemake(words)


if __name__ == "__main__":
    start()
