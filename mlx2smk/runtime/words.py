"""How people read combinations and numbers of things, and the command that runs one alone."""

from __future__ import annotations

import os

from . import jsontext, layout
from .grid import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .documents import Failed, Parameters
    from .plan import Plan

UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%")
"""Characters that no shell interprets inside a word."""

LONGEST_LINE = 1000
"""Characters of a failure's first line that are shown."""

SPOKEN_FOR = ("True", "False", "None", "inf", "nan")


def words_of(texts: Mapping[str, str]) -> str:
    """Return a combination, given the literals of its values, ready to paste: n=3 model=svm."""
    return " ".join(shell_word(word_of(name, text)) for name, text in texts.items())


def word_of(name: str, text: str) -> str:
    """Return a parameter with its value, given as a literal."""
    return f"{name}={_bare(text)}"


def texts_of(parameters: Parameters, params: Mapping[str, Any]) -> dict[str, str]:
    """Return the literals of a combination of which a record has the values as JSON."""
    return {
        name: next(
            (text for text in texts if jsontext.is_same(literal(text), params[name])),
            "",
        )
        for name, texts in parameters
        if name in params
    }


def spelled(parts: Mapping[str, str]) -> str:
    """Return a combination, or a part of one, for a message: n=3, model=svm."""
    return ", ".join(f"{name}={text}" for name, text in parts.items())


def repro_command(trial: str, texts: Mapping[str, str], more: Iterable[str] = ()) -> str:
    """Return the command that runs a combination in the foreground; `more` are words for its end."""
    words = ["mlx", "repro", shell_word(trial), words_of(texts), *map(shell_word, more)]
    return " ".join(word for word in words if word)


def repro_here(plan: Plan, trial: str, texts: Mapping[str, str]) -> str:
    """Return the command that runs a combination; empty where the workflow is not that of this folder."""
    experiments = os.path.dirname(plan.base)
    here = os.path.join(os.getcwd(), layout.EXPERIMENTS)
    if os.path.realpath(experiments) != os.path.realpath(here):
        return ""
    more = place_words(os.curdir, plan.stem)
    if plan.data.get("part"):  # the folder of a part: people are in the one that it is in
        more += ["-d", os.path.join(layout.PARTS, os.path.basename(os.getcwd()))]
    return repro_command(trial, texts, more)


def place_words(directory: str, stem: str) -> list[str]:
    """Return the words that name an experiment and its folder, as far as a command needs them here."""
    experiments = os.path.join(directory, layout.EXPERIMENTS)
    compiled = os.listdir(experiments) if os.path.isdir(experiments) else []
    words = [stem] if len(compiled) > 1 else []
    is_here = os.path.realpath(directory) == os.path.realpath(os.curdir)
    return words if is_here else [*words, "-d", directory]


def failure_line(failure: Failed) -> str:
    """Return the type of a failure, and the first line of what it says, or the beginning of a long one."""
    said = failure.get("error", "").partition("\n")[0]
    if len(said) > LONGEST_LINE:
        said = f"{said[:LONGEST_LINE]}…"
    kind = failure.get("type", "Error")
    return f"{kind}: {said}" if said else kind


def counted(count: int, what: str) -> str:
    """Return a number of things in words: 1 job, 2 jobs."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def shell_word(word: str) -> str:
    """Return a word as a shell reads it."""
    if word and UNQUOTED.issuperset(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _bare(text: str) -> str:
    """Return the literal, or the text of a string that cannot be taken for anything else."""
    inner = text[1:-1]
    is_string = text[:1] in ("'", '"') and text[-1:] == text[:1]
    if is_string and inner.isidentifier() and inner not in SPOKEN_FOR:
        return inner
    return text
