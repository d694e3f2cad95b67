"""Checks what the parser says about a file: the classes and the places of its messages."""

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse

IMPORT = "from mlx2smk import setup, trial, verify\n"
TRIAL = "@trial(1, {})\ndef t(): ...\n"


def check(text, *expected, path="exp.py"):
    """Parse a file and compare the classes and places of its messages; return the first message."""
    parsed = parse(Source(path, text))
    found = [
        (type(each), each.span and each.span.line, each.span and each.span.column)
        for each in parsed.diagnostics
    ]
    assert found == list(expected)
    errors = [kind for kind, _, _ in expected if kind.severity == "error"]
    assert (parsed.experiment is None) == bool(errors)
    return parsed.diagnostics[0]


def check_values(written, *expected, signature="**options"):
    """Check the values of the one trial of a file; columns count from the values' first sign."""
    text = f"{IMPORT}@trial(1, {written})\ndef t({signature}): ...\n"
    return check(text, *((kind, 2, column + 10) for kind, column in expected))


def check_list(written, *expected):
    """Check the list of the one parameter; columns count from the list's first sign."""
    return check_values(f'{{"n": {written}}}', *((kind, column + 6) for kind, column in expected))


def check_call(call, *expected):
    """Check the decorator line of a trial of n; columns are those of the line."""
    text = f"{IMPORT}{call}\ndef t(n=1): ...\n"
    return check(text, *((kind, 2, column) for kind, column in expected))


def check_function(values, signature, *expected):
    """Check a trial with these values; places are those of lines 2 (decorator) and 3 (function)."""
    return check(f"{IMPORT}@trial(1, {values})\ndef t({signature}): ...\n", *expected)


def check_names(names, *expected):
    """Check the names that a verification gives; columns count from their first sign."""
    text = f"{IMPORT}{TRIAL}@setup()\ndef s(): ...\ndef helper(): ...\nX = 1\n@verify({names})\ndef v(r): ...\n"
    return check(text, *((kind, 8, column + 8) for kind, column in expected))


def mistakes(text, files=None):
    """Return the messages about what an experiment's functions do, with local modules as texts."""
    parsed = parse(Source("exp.py", text))
    assert parsed.experiment is not None, parsed.diagnostics
    return analyse_files(parsed.experiment, MemoryFiles({"exp.py": text, **(files or {})})).mistakes


def places(found):
    """Return the classes of messages with where they are: on the text that the carets mark."""
    return [(type(each), each.span.line, _marked(each)) for each in found]


def _marked(message):
    assert message.span.line == message.span.end_line
    return message.excerpt[message.span.column - 1 : message.span.end_column - 1]
