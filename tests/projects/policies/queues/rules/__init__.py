"""Loads each rule beside it, which registers itself."""

import os
import sys
from importlib import import_module

LOADED = {}


def register(rule):
    LOADED[rule.__name__] = rule
    return rule


def load_all(folder, package):
    for file in sorted(os.listdir(folder)):
        name = file.partition(".")[0]
        if file.endswith(".py") and not file.startswith("_") and name not in sys.modules:
            import_module(f"{package}.{name}")


load_all(os.path.dirname(__file__), "queues.rules")
