# Each verification is a process of its own: what one does to its results, another does not see.
from decorators import setup, trial, verify


@setup()
def init():
    return {"limit": 2}


@trial(1, {"n": [1, 2]})
def t(n):
    return {"n": n}


@verify(["t"])
def spoils(results):
    results["t"].clear()
    SETUP["limit"] = 0
    return not results["t"]


@verify(["t"])
def judges(results):
    return [run["result"]["n"] for run in results["t"]] == [1, 2] and SETUP["limit"] == 2
