"""What a program prints, which is no result, and whether it may keep that and look at it.

Output goes to the log of a job, and nothing that a function returns can rest on it, unless some code puts
something else in the place of ``sys.stdout`` or of ``print``.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.values import Values

_STREAMS: Final = frozenset({"stdout", "stderr", "__stdout__", "__stderr__"})
_STREAM_METHODS: Final = ("write", "writelines", "flush")

PRINTING: Final = frozenset(
    {
        *("print", "pprint.pprint", "pprint.pp", "traceback.print_exc", "traceback.print_stack"),
        *(
            "click.echo",
            "click.secho",
            "typer.echo",
            "typer.secho",
            "rich.print",
            "tqdm.tqdm.write",
        ),
        *("tqdm.tqdm", "tqdm.trange", "tqdm.auto.tqdm", "tqdm.auto.trange", "rich.progress.track"),
        *(f"sys.{stream}.{method}" for stream in _STREAMS for method in _STREAM_METHODS),
    }
)
"""Functions that write to the standard streams, and do nothing else, unless they are told another file."""

_FILES: Final = frozenset({"file", "stream"})
"""The arguments by which they are told."""

_FEW: Final = {
    **dict.fromkeys(
        ("pprint.pprint", "pprint.pp", "click.echo", "typer.echo", "tqdm.tqdm.write"), 1
    ),
    **dict.fromkeys(("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.trange", "tqdm.auto.trange"), 4),
}
"""So many arguments they have before the one that is the file."""

_KEEPING: Final = frozenset(
    {
        *("redirect_stdout", "redirect_stderr", "dup2", "capture_output", "captured_output"),
        *("CliRunner", "wurlitzer"),
    }
)
"""Names of what puts something else in the place of the standard streams."""

_NAMED: Final = re.compile(r"[\w.]*\b(__stdout__|__stderr__|stdout|stderr|print)")
"""Texts by which code may do the same: ``setattr(sys, "stdout", f)``, ``mock.patch("builtins.print")``."""


def only_prints(name: str, node: ast.Call, values: Values) -> bool:
    """Whether a call of one of these functions writes to nothing but the standard streams."""
    if any(keyword.arg is None for keyword in node.keywords):
        return False
    limit = _FEW.get(name)
    starred = any(isinstance(item, ast.Starred) for item in node.args)
    if limit is not None and (starred or len(node.args) > limit):
        return False
    files = [keyword.value for keyword in node.keywords if keyword.arg in _FILES]
    return all(values.library(file) in _STANDARD for file in files)


_STANDARD: Final = frozenset(f"sys.{stream}" for stream in _STREAMS)


def keeps_output(project: Project) -> bool:
    """Whether a program may look at what it prints."""
    whole = project.experiment
    return any(map(_keeps, (whole, *project.imported_with(whole))))


def _keeps(module: Module) -> bool:
    kinds = (ast.Attribute, ast.Name, ast.Call, ast.alias, ast.ImportFrom)
    return any(_may_keep(node) for kind in kinds for node in module.of_kind(kind)) or any(
        map(_NAMED.fullmatch, module.texts)
    )


def _may_keep(node: ast.AST) -> bool:
    """Whether code replaces what output goes to, or has a name for what does."""
    match node:
        case ast.Attribute(attr=name, ctx=ast.Load()) | ast.Name(id=name):
            return name in _KEEPING
        case ast.Attribute(attr=name):
            own = isinstance(node.value, ast.Name) and node.value.id == "self"
            return name in _STREAMS | {"print"} or (name in _REPLACEABLE and not own)
        case ast.Call():
            return _call_may_keep(node)
        case ast.alias(name=str(dotted)) | ast.ImportFrom(module=str(dotted)):
            return not _KEEPING.isdisjoint(dotted.split("."))
    return False


_REPLACEABLE: Final = _STREAMS | {printing.rpartition(".")[2] for printing in PRINTING}


def _call_may_keep(node: ast.Call) -> bool:
    """Whether a call does the same by name, as ``setattr``, ``vars(sys).update(stdout=f)`` and ``exec`` may."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
    if name in {"update", "multiple"}:
        return any(keyword.arg in _REPLACEABLE for keyword in node.keywords)
    if name == "setattr":
        return not _REPLACEABLE.isdisjoint(texts[:1])
    words = {word for text in texts[:1] for word in re.findall(r"\w+", str(text))}
    return name == "exec" and not words.isdisjoint({"builtins", *_STREAMS, *_KEEPING})
