# ruff: noqa: INP001 -- Python looks for it by its name alone
"""Lets the worker see what other Python interpreters read and write that a job starts.

Python loads it when it starts, since the job has put this folder on PYTHONPATH. It works on every
version of Python, or does nothing; a `sitecustomize` of the user's, which it hides, is loaded after it.
"""

import os
import sys

FOLLOW_FOLDER = os.path.dirname(os.path.abspath(__file__))


def observe():  # type: ignore[no-untyped-def]  # noqa: ANN201 - read by old versions too
    """Start the observer of the worker's package, which is in the folder above."""
    package = os.path.dirname(FOLLOW_FOLDER)
    sys.path.insert(0, os.path.dirname(package))
    try:
        __import__(os.path.basename(package) + ".observing").observing.follow()
    finally:
        del sys.path[0]


try:
    if sys.version_info >= (3, 8) and os.environ.get("MLX_OBSERVED"):
        observe()  # type: ignore[no-untyped-call]
except Exception as error:  # noqa: BLE001 - the program must run all the same
    sys.stderr.write("mlx: what this program touches is not seen: " + repr(error) + "\n")

sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != FOLLOW_FOLDER]
own = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
except ImportError:
    if own is not None:  # Python looks for it once more
        sys.modules["sitecustomize"] = own
