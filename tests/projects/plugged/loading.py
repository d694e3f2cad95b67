"""Finds engines by the names that settings have for them."""

import importlib
import importlib.util
import json
import pkgutil
import runpy

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


def configuration(path):
    spec = importlib.util.spec_from_file_location("configuration", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    more = runpy.run_path(module.MORE)
    return {name: value for name, value in (vars(module) | more).items() if name.isupper()}
