"""``mlx explain``: what a message means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.commands import OK, USAGE, complain

if TYPE_CHECKING:
    import argparse

    from mlx2smk.commands import Commands


def add_to(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "explain",
        help="explain a message such as MLX201",
        description="Explain a message by its code.",
    )
    parser.add_argument("what", metavar="MLXnnn")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the long form of a message."""
    from mlx2smk.messages import explain  # noqa: PLC0415

    text = explain(given.what)
    if text is None:
        return complain(f"there is no message {given.what}; messages are named like MLX201", USAGE)
    print(text, end="")
    return OK
