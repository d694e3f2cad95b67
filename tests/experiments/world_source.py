# Code that looks at itself: line numbers, sources, docstrings, tracebacks.
import inspect
import sys
import traceback

from decorators import trial

UNUSED = """
some
lines
"""


def helper():
    """Help."""
    return sys._getframe().f_lineno


def unused():
    pass


def broken():
    raise ValueError("line")


class Documented:
    """Of a class."""


@trial(1, {"n": [1]})
def look(n):
    """Of a trial."""
    try:
        broken()
    except ValueError as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "line": helper(),
        "source": inspect.getsource(helper),
        "doc": [helper.__doc__, look.__doc__, Documented.__doc__],
        "frame": [frame.lineno, frame.name, frame.line],
        "signature": str(inspect.signature(look)),
        "file": inspect.getsourcefile(helper).rpartition("/")[2],
    }
