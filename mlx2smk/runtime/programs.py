"""Records which other programs a process starts, with which files and variables."""

from __future__ import annotations

import os
import sys

from . import watching
from .lineage import SHELLS
from .paths import NO_FILE, has_pattern_signs, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .observing import Handler, Observer
    from .paths import Name

MOST_WORDS = 20_000
"""The number of words of a command line that are examined."""

LONGEST_FILE_NAME = 256
"""No file has a longer name."""

NEVER_IN_NAMES = frozenset("\n*?[](){}$`|&;<>=")
"""Characters that hardly a name of a file has, but patterns and code."""

NEVER_IN_PATTERNS = NEVER_IN_NAMES.difference("*?[]").union("\\^'\"%,:")
"""Characters that hardly a pattern of files has, but patterns of texts and code."""

MOST_BYTES = 1 << 28
"""The size of all files of a process whose content is noted before a program may change them."""

STARTERS = ("multiprocessing.spawn ", "multiprocessing.forkserver ", "loky.backend.popen_loky")
"""How the commands of `multiprocessing` and `loky` (joblib) start an interpreter for a function."""


class Programs:
    """The audit events for starting programs."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._left = MOST_BYTES

    def handlers(self) -> dict[str, Handler]:
        """Return the handler for each event."""
        return {
            "subprocess.Popen": self._on_popen,
            "os.system": self._on_system,
            "os.exec": self._on_exec,
            "os.posix_spawn": self._on_exec,
            "os.spawn": self._on_spawn,
        }

    def _on_popen(self, args: tuple[Any, ...]) -> None:
        executable, words, folder, environment = args
        self._starts(executable, words, folder, environment)

    def _on_system(self, args: tuple[Any, ...]) -> None:
        self._starts(None, ["sh", "-c", os.fsdecode(args[0])], None, None)

    def _on_exec(self, args: tuple[Any, ...]) -> None:
        self._starts(args[0], args[1], None, args[2])

    def _on_spawn(self, args: tuple[Any, ...]) -> None:
        self._starts(args[1], args[2], None, args[3])

    def _starts(self, executable: Name, words: Any, folder: Name, environment: Any) -> None:
        """Record how a program is started: files among its words, and variables set for it."""
        if isinstance(words, (str, bytes)) or hasattr(words, "__fspath__"):
            words = [words]
        texts = [os.fsdecode(word) for word in list(words or ())[:MOST_WORDS]]
        program = texts[0] if texts else os.fsdecode(executable or "")
        is_shell = os.path.basename(program) in SHELLS
        texts = _without_options(texts) if is_shell else texts
        if len(texts) > 2 and texts[1] == "-c":
            patterns = _patterns(texts[2:]) if is_shell else []
            texts = _with_command(texts)
            program = texts[0]
            texts += self._expanded(patterns, os.fsdecode(folder or os.curdir))
        self._runs(program, folder, environment)
        for text in texts[:MOST_WORDS]:
            if text != program:
                self._is_given(text, folder)
        if environment is not None and environment is not os.environ:
            self._sets(environment)
        name = os.path.basename(program)
        if not name.startswith("python") and self._observer.is_local_code():
            self._observer.tell("x", name)

    def _runs(self, program: str, folder: Name, environment: Any) -> None:
        """Record the file of a program, which the user may compile, or compile again."""
        path = self._observer.path(_found(program, environment), folder)
        if path is not None:
            self._observer.reads(path, "R")

    def _is_given(self, word: str, folder: Name) -> None:
        """Record a word that is the path of a file, or may become one, or such a path after `=`."""
        _, _, value = word.partition("=")
        for name in [value] if word.startswith("-") else [word, value]:
            path = self._observer.path(name, folder) if name else None
            if path is not None and (_may_become_file(name) or signature(path) != "-"):
                self._left -= self._observer.hands_over(path, "R", self._left)

    def _expanded(self, patterns: Iterable[str], folder: str) -> list[str]:
        """Return the paths that a shell puts in the place of patterns, whose folders are listed for that."""
        found: list[str] = []
        for pattern in patterns:
            from glob import glob

            whole = os.path.join(os.path.abspath(folder), pattern)
            # One that is neither may be a word of a text.
            if "/" in pattern or "." in pattern or self._matches(whole):
                found += glob(whole)
        return sorted(found)

    def _matches(self, pattern: str) -> bool:
        from glob import glob

        self._observer.look_away(True)
        try:
            return bool(glob(pattern))
        finally:
            self._observer.look_away(False)

    def _sets(self, environment: Any) -> None:
        for key, value in dict(environment).items():
            name, text = os.fsdecode(key), os.fsdecode(value)
            own = watching.watched().raw(os.fsencode(name))
            if own is None or os.fsdecode(own) != text:
                self._observer.tell("E", name)


def _with_command(words: list[str]) -> list[str]:
    """Return the words of a command line whose third word is one, or code of Python, which observes itself."""
    program, _, *rest = words
    name = os.path.basename(program)
    if name.startswith("python"):
        return [program, *rest[1:]]
    pieces = [piece.strip("'\"<>;|&()") for text in rest for piece in text.split()]
    return pieces if pieces and name in SHELLS else [program, *pieces]


def _without_options(words: list[str]) -> list[str]:
    """Return a shell's words without the options before its command: `-c COMMAND` for `-eo pipefail -lc COMMAND`."""
    at = 1
    while at < len(words) - 1 and words[at][:1] in ("-", "+"):
        letters = "" if words[at].startswith("--") else words[at][1:]
        at += 1
        if "c" in letters:
            return [words[0], "-c", *words[at:]]
        at += letters.endswith(("o", "O"))  # which a name follows
    return words


def _patterns(texts: Iterable[str]) -> list[str]:
    """Return what may be patterns of files in commands of a shell.

    Code, as for awk and sed, and what is quoted, as for grep and find, rarely names a folder.
    """
    pieces = [piece.strip("'\"") for text in texts for piece in text.split()]
    words = [word for word in pieces if "/" in word]
    for text in texts:
        plain = "'".join("'".join(text.split("'")[::2]).split('"')[::2])
        words += [word for word in plain.split() if "/" not in word and word.strip("[]")]
    stripped = dict.fromkeys(word.strip("<>;|&()") for word in words)
    return [each for each in stripped if _is_pattern(each)]


def _is_pattern(word: str) -> bool:
    return has_pattern_signs(word) and not NEVER_IN_PATTERNS.intersection(word)


def _may_become_file(word: str) -> bool:
    """Tell whether a word may be the name of a file that is missing, and is no code, pattern or address."""
    is_long = len(os.path.basename(word)) >= LONGEST_FILE_NAME
    return not is_long and "://" not in word and not NEVER_IN_NAMES.intersection(word)


def _found(program: str, environment: Any) -> str:
    """Return the path of a program, for which the system looks if it is named without a folder."""
    if not program or os.sep in program:
        return program
    places = (os.path.join(place, program) for place in os.get_exec_path(environment))
    return next((path for path in places if signature(path) not in NO_FILE), "")


def words_of_command() -> list[str]:
    """Return the command line that started this interpreter."""
    words = getattr(sys, "orig_argv", None)
    if words is None:
        with open("/proc/self/cmdline", "rb") as file:
            words = os.fsdecode(file.read()).split("\0")
    return list(words)


def is_pool_worker(words: Iterable[str]) -> bool:
    """Tell whether a command line starts an interpreter that runs functions of the one that starts it."""
    return any(name in word for word in words for name in STARTERS)
