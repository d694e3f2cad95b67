"""The parser of the command line, whose errors suggest what may have been meant."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INVALID_CHOICE = re.compile(r"invalid choice: '(?P<given>[^']*)' \(choose from (?P<known>.*)\)")
UNKNOWN_OPTION = re.compile(r"unrecognized arguments:.*?(?P<given>--[^\s=]+)")

COMPLETED = frozenset({"experiments", "what", "experiment", "trial", "words"})
"""Arguments whose values the shell completes from what is compiled (`candidates.py`)."""


class CommandParser(argparse.ArgumentParser):
    """Argparse's parser; a mistyped command or option gets a suggestion."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._options: set[str] = set()
        super().__init__(*arguments, **options)
        self.set_defaults(parser=self)  # in the end that of the command

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """Add an argument, as argparse does, and remember its names."""
        self._options.update(name for name in names if name.startswith("--"))
        action = super().add_argument(*names, **options)
        if action.dest in COMPLETED:
            action.completer = _Completer(action.dest)  # type: ignore[attr-defined] # argcomplete's
        return action

    def parse_command(self, words: Sequence[str] | None) -> argparse.Namespace:
        """Return what the words say; exit with status 2 if they are wrong.

        A command that passes words on has a default for `unknown`; there they are put. Words of a command
        that takes them may come after options, as in `mlx repro train -d D n=3`. `typed` is all that was
        typed.
        """
        if "_ARGCOMPLETE" in os.environ:
            _complete(self)
        typed = list(sys.argv[1:] if words is None else words)
        given, unknown = self.parse_known_args(_joined(typed))
        given.typed = typed
        if "unknown" in given:
            given.unknown = unknown
        elif "words" in given and not any(word.startswith("-") for word in unknown):
            given.words += unknown
        elif unknown:
            given.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        return given

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, with a suggestion, and exit with status 2."""
        super().error(f"{message}{self._suggestion(message)}")

    def _suggestion(self, message: str) -> str:
        choice, option = INVALID_CHOICE.search(message), UNKNOWN_OPTION.search(message)
        if choice is not None:
            return _near(choice["given"], re.findall(r"[\w-]+", choice["known"]))
        return "" if option is None else _near(option["given"], self._options)


class _Completer:
    """Tells argcomplete what the value of an argument may become."""

    def __init__(self, argument: str) -> None:
        self._argument = argument

    def __call__(self, prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        from mlx2smk.commands.candidates import candidates  # noqa: PLC0415

        return candidates(self._argument, parsed_args, prefix)


def _complete(parser: CommandParser) -> None:
    """Answer the shell, which asks for completions, and exit."""
    try:
        import argcomplete  # noqa: PLC0415
    except ModuleNotFoundError:
        sys.exit(1)
    argcomplete.autocomplete(parser, always_complete_options=False)


def _joined(words: Sequence[str]) -> list[str]:
    """Join an option and its value where the value may begin with a minus: `--sort -acc`."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "--sort":
            joined[-1] = f"--sort={word}"
        else:
            joined.append(word)
    return joined


def _near(name: str, known: Iterable[str]) -> str:
    from mlx2smk.diagnostics.diagnostic import did_you_mean  # noqa: PLC0415

    hint = did_you_mean(name, known, "")
    return hint and f"; {hint}"
