"""Prints rules, calls and strings for Snakefiles, formatted as by snakefmt and black."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.planning.naming import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH = 88  # columns; the limit of black and snakefmt

INLINE = frozenset({"localrule", "priority", "threads"})
"""Directives that are printed on one line with their value."""

LONGEST_COMMENT = 500  # characters; keys of SETUP can have any length

ARGUMENT_INDENT = 8  # columns before a directive's arguments

NamedArguments = dict[str, str | list[str]]
"""The named arguments of a directive as code; a list that is too long has one item per line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of a Snakefile; arguments are code, ready to print."""

    keyword: str = "rule"
    name: str
    comment: str = ""
    input: NamedArguments = field(default_factory=dict)
    output: NamedArguments = field(default_factory=dict)
    log: str = ""
    wildcard_constraints: NamedArguments = field(default_factory=dict)
    localrule: bool = False
    conda: str = ""
    container: str = ""
    priority: int | None = None
    threads: int | None = None
    resources: NamedArguments = field(default_factory=dict)
    params: NamedArguments = field(default_factory=dict)
    shell: Sequence[str] = ()

    def __str__(self) -> str:
        """Return the text of the rule, with its directives in snakefmt's order."""
        head = [f"# {in_comment(self.comment)}"] if self.comment else []
        blocks = (
            ("input", _arguments(self.input)),
            ("output", _arguments(self.output)),
            ("log", [f"{self.log},"] if self.log else []),
            ("wildcard_constraints", _arguments(self.wildcard_constraints)),
            ("localrule", ["True"] if self.localrule else []),
            ("conda", [self.conda] if self.conda else []),
            ("container", [self.container] if self.container else []),
            ("priority", [] if self.priority is None else [str(self.priority)]),
            ("threads", [] if self.threads is None else [str(self.threads)]),
            ("resources", _arguments(self.resources)),
            ("params", _arguments(self.params)),
            ("shell", [quoted(line) for line in self.shell]),
        )
        body = [line for name, lines in blocks if lines for line in _block(name, lines)]
        return "\n".join([*head, f"{self.keyword} {self.name}:", *body]) + "\n"


def _block(directive: str, lines: Sequence[str]) -> list[str]:
    if directive in INLINE:
        return [f"    {directive}: {lines[0]}"]
    return [f"    {directive}:", *(f"        {line}" for line in lines)]


def _arguments(arguments: Mapping[str, str | list[str]]) -> list[str]:
    lines: list[str] = []
    for name, value in arguments.items():
        line = f"{name}={value if isinstance(value, str) else '[' + ', '.join(value) + ']'},"
        if isinstance(value, str) or len(line) <= WIDTH - ARGUMENT_INDENT:
            lines.append(line)
        else:
            lines += [f"{name}=[", *(f"    {item}," for item in value), "],"]
    return lines


def call(function: str, *arguments: str, indent: int = ARGUMENT_INDENT) -> str:
    """Print a call as black would, with one argument per line if it is too long for one line.

    ``indent`` are the columns before it.
    """
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDTH - indent - len("context=,"):
        return line
    before = " " * indent
    inner = "".join(f"{before}    {argument},\n" for argument in arguments)
    return f"{function}(\n{inner}{before})"


def dictionary(items: Mapping[str, str], indent: int) -> str:
    """Print a dict of strings as black would, at the end of a line that is indented by so many columns."""
    pairs = [f"{quoted(key)}: {quoted(value)}" for key, value in items.items()]
    line = f"{{{', '.join(pairs)}}}"
    if indent + len(f"labels={line},") <= WIDTH:
        return line
    before = " " * indent
    return "\n".join(["{", *(f"{before}    {pair}," for pair in pairs), f"{before}}}"])


def quoted(text: str) -> str:
    """Quote a string as black does, in double quotes unless single ones need fewer backslashes."""
    double = escaped(json.dumps(text, ensure_ascii=False))
    if text.count('"') <= text.count("'"):
        return double
    inner = double[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def in_comment(text: str) -> str:
    """Return the text for use in a comment, without line breaks, which would end the comment."""
    return shorten("".join(char if char.isprintable() else "?" for char in text), LONGEST_COMMENT)
