"""Solve with engines that a file of settings names, in the style of frameworks with plugins."""

import importlib.util
import os
import sys

import backend as np
from decorators import setup, trial, verify
from loading import configuration, engine, engines, installed, is_available

HAS_SOLVER = importlib.util.find_spec("a_solver_that_nobody_has") is not None
HAS_TOML = is_available("tomllib") or is_available("another_that_nobody_has")
IN_NOTEBOOK = "google.colab" in sys.modules


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


@setup()
def start():
    ran("start")
    return {"size": 3}


@trial(1, {"n": [1, 2]})
def solved(n):
    ran("solved", n)
    return [engine().solve(n), SETUP["size"]]


@trial(1, {"n": [5]})
def described(n):
    ran("described", n)
    return [name for name in engines("spare") if name[0] != "_"]


@trial(1, {"n": [0]})
def listed(n):
    ran("listed", n)
    return installed()[n:]


@trial(1, {"file": ["fast"]})
def configured(file):
    ran("configured", file)
    return configuration(f"configs/{file}.py")


@trial(1, {"n": [2]})
def squared(n):
    ran("squared", n)
    return np.square(n)


@trial(1, {"n": [4]})
def checked(n):
    ran("checked", n)
    return [n, HAS_SOLVER, HAS_TOML, IN_NOTEBOOK]


@trial(1, {"n": [6]})
def plain(n):
    ran("plain", n)
    return n


@verify(["solved"])
def check(results):
    ran("check")
    return all(run["success"] for run in results["solved"])
