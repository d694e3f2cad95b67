# Local modules imported by a name that only the run knows.
import importlib

from decorators import trial


@trial(1, {"name": ["one"]})
def dynamic(name):
    return importlib.import_module(f"parts_{name}").NAME
