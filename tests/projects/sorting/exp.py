"""Compare sorting algorithms that are chosen by name, and read a grid that was pickled."""

import importlib
import os

import scores
from decorators import setup, trial, verify
from lab import cache, dispatch, report

TITLE = "Sorting"


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


@setup()
def start():
    ran("start")
    return {"size": 2, "low": 0}


@trial(1, {"name": ["quick", "merge"]})
def timed(name):
    ran("timed", name)
    module = importlib.import_module(f"sorts.{name}")
    return module.sort([3, 1, 2])[: SETUP["size"]]


@trial(1, {"metric": ["inversions", "runs"]})
def scored(metric):
    ran("scored", metric)
    return getattr(scores, metric)([2, 1, 3])


@trial(1, {"kind": ["plain", "twice"]})
def dispatched(kind):
    ran("dispatched", kind)
    return {"value": dispatch.run(kind, 5), "context_update": {kind: 1}}


@trial(1, {"n": [1, 2]})
def evaluated(n):
    ran("evaluated", n)
    return dispatch.formula("n + BASE", n)


@trial(1, {})
def cached():
    ran("cached")
    return cache.load("grid.pickle").area()


@trial(1, {"size": [4, 5]})
def compared(size):
    ran("compared", size)
    return report.logged(scores.largest(report.prefix(sized(scores), size)))


def sized(problem):
    return list(range(problem.STEP))


@verify(["timed"])
def check(results):
    ran("check")
    return report.summary(TITLE, results["timed"]) > 0
