# Sequential mode: an update is seen by the very next combination and by later trials.
from decorators import setup, trial, verify


@setup()
def init():
    return {"path": "/tmp/data", "total": 0}


@trial(1, {"n": [1, 2, 3]})
def add(n):
    before = SETUP["total"]
    return {"before": before, "context_update": {"total": before + n, "last_n": n}}


@trial(2, {"n": [10]})
def later(n):
    return SETUP["total"] * n + SETUP["last_n"]


@verify(["add", "later"])
def check(results):
    seen = [run["result"]["before"] for run in results["add"]]
    return seen == [0, 1, 3] and results["later"][0]["result"] == 63 and SETUP["total"] == 6
