# What a job sees of its world: names, arguments, folders, the module itself.
import os
import pathlib
import sys

from decorators import setup, trial, verify

FIRED = False
if __name__ == "__main__":
    FIRED = True
    raise SystemExit("the guard must not fire")


def world():
    here = pathlib.Path(__file__)
    return {
        "name": __name__,
        "file": here.name,
        "folder": here.resolve().parent == pathlib.Path.cwd().resolve(),
        "path": pathlib.Path(sys.path[0]).resolve() == pathlib.Path.cwd().resolve(),
        "argv": [pathlib.Path(argument).name for argument in sys.argv],
        "argv is file": sys.argv[0] == __file__,
        "module": sys.modules[__name__].__dict__ is globals(),
        "class": type("C", (), {}).__module__,
        "function": world.__module__,
        "builtins": len([1, 2]),
        "doc": __doc__,
        "exists": os.path.exists(__file__),
        "fired": FIRED,
    }


@setup()
def init():
    return {"setup": world()}


@trial(1, {"n": [1]})
def look(n):
    return world()


@verify(["look"])
def check(results):
    return world() == SETUP["setup"] == results["look"][0]["result"]
