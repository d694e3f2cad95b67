"""Compares two ways to fit a line to the points of a file."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "src"))

from decorators import setup, trial, verify

from fitting import *
from fitting.report import describe, save


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


@setup()
def start():
    ran("start")
    return {"seed": 1}


@trial(1, {"kind": ["mean", "ends"]})
def fit(kind):
    ran("fit", kind)
    return build(kind).slope(points())


@trial(1, {})
def noise():
    ran("noise")
    return jitter(points()) != points()


@trial(1, {"n": [1, 2]})
def plain(n):
    ran("plain", n)
    return n * 2


@verify(["fit"])
def check(results):
    ran("check")
    return len(describe(results["fit"])) > 0
