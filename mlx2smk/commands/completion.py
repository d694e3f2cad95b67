"""``mlx completion``: the script that makes a shell complete command lines of mlx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.commands import FAILED, OK, print_error

if TYPE_CHECKING:
    import argparse

    from mlx2smk.commands import Commands

MISSING = "completion needs argcomplete: pip install 'mlx2smk[completion]'"


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "completion",
        help="print a script that makes the shell complete commands",
        description="Print a script that makes the shell complete commands, options, experiments, trials and values "
        "of parameters.",
        epilog='example: eval "$(mlx completion bash)" in ~/.bashrc; mlx completion fish | source in config.fish',
    )
    parser.add_argument("shell", metavar="bash|zsh|fish", choices=("bash", "zsh", "fish"))
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the script; return the exit code."""
    try:
        from argcomplete.shell_integration import shellcode  # noqa: PLC0415
    except ModuleNotFoundError:
        return print_error(MISSING, FAILED)
    print(shellcode(["mlx"], shell=given.shell))
    return OK
