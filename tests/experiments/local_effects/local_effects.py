# Local modules with effects and state: registries, settings, stars, cycles, module __getattr__.
import conf as settings
import pkg
import plugins  # it registers itself
import registry
import stateful
import sub.tool
from decorators import setup, trial, verify
from lib import *
from sub import helper as h

registry.ITEMS.append("experiment")
settings.LEVEL = 7
stateful.bump()
_ = stateful.bump()
pkg.VALUE += 1


@setup()
def init():
    return {"a": 1}


@trial(1, {"n": [1]})
def registered(n):
    return registry.ITEMS


@trial(1, {"n": [1]})
def configured(n):
    return [settings.LEVEL, settings.describe(), getattr(settings, "LE" + "VEL")]


@trial(1, {"n": [1]})
def starred(n):
    return [star_a, star_f(), "_hidden" in globals()]


@trial(1, {"n": [1]})
def state(n):
    return [stateful.COUNT, pkg.VALUE, pkg.late(), pkg.dynamic_attribute, pkg.read()]


@trial(1, {"n": [1]})
def submodules(n):
    return [sub.tool.T, h.H, sub.X]


@trial(1, {"n": [1]})
def lazy(n):
    import lazymod

    return [lazymod.run(SETUP), lazymod.__name__]


@trial(1, {"n": [1]})
def cyclic(n):
    import cycle_a

    return cycle_a.f()


@trial(1, {"n": [1]})
def reloaded(n):
    import importlib

    stateful.COUNT = 100
    importlib.reload(stateful)
    return stateful.COUNT


@trial(1, {"n": [1]})
def in_another_process(n):
    import subprocess
    import sys

    program = "import pkg, plugins, registry; print(pkg.VALUE, registry.ITEMS)"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout


@trial(1, {"n": [1]})
def hints(n):
    import typing

    import hinted

    return str(typing.get_type_hints(hinted.f))


@verify(["registered"])
def check(results):
    return registry.ITEMS == results["registered"][0]["result"]
