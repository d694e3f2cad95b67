"""Slices of experiments written down as texts: the decorators' import and a trial `t` around a body."""

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse

HEAD = "from decorators import setup, trial, verify\n"


def analysed(text, files=None, path="exp.py"):
    """Analyse an experiment with local modules given as texts by their paths."""
    beside = "decorators.py" in (files or {})  # as the reader of files would tell
    parsed = parse(Source(path, text, own_decorators=beside))
    assert parsed.experiment is not None, parsed.diagnostics
    return analyse_files(parsed.experiment, MemoryFiles({path: text, **(files or {})}))


def trial(before, body="return 1", files=None, after=""):
    """Analyse a trial `t` with some module code before and after it; return its FunctionAnalysis."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    text = f"{HEAD}{before}\n@trial(1, {{}})\ndef t():\n{lines}{after}\n"
    return analysed(text, files)["t"]


def kept(before, body="return 1", files=None, after=""):
    """Return the lines that remain of the code around the trial, without the trial's own."""
    own = {"def t():", *(f"    {line}" for line in body.split("\n"))}
    found = trial(before, body, files, after).slice
    compile(found.text, "slice.py", "exec")
    return [line.rstrip() for line in found.text.split("\n") if line.strip() and line not in own]


def digest(before, body="return 1", files=None, after=""):
    """Return the digest of the trial's slice."""
    return trial(before, body, files, after).slice.digest


def module(name, found):
    """Return the slice of one local module as the lines that remain of it."""
    item = next(item for item in found.slice.modules if item.name == name)
    return [line.rstrip() for line in item.text.split("\n") if line.strip()]
