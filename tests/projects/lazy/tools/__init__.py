import importlib

_PARTS = ("heavy", "other")
OFFSET = 1


def helper(x):
    return x + OFFSET


def __getattr__(name):
    if name in _PARTS:
        return importlib.import_module("." + name, __name__)
    raise AttributeError(name)
