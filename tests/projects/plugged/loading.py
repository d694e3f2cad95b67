"""Finds engines by the names that settings have for them."""

import importlib
import importlib.util
import json
import pkgutil

import engines as package


def is_available(name):
    return importlib.util.find_spec(name) is not None


def engine():
    with open("settings.json") as file:
        settings = json.load(file)
    module = importlib.import_module(settings["engine"])
    return getattr(module, settings["kind"])()


def engines(name):
    module = importlib.import_module("-".join([name]))
    return sorted(dir(module))


def installed():
    return sorted(found.name for found in pkgutil.iter_modules(package.__path__))
