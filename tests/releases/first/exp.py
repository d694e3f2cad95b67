"""An experiment of the first release: all kinds of records, a failure, a chain, and a file that is read."""

from decorators import setup, trial, verify


@setup()
def init():
    return {"base": 10, "seed": 3}


@trial(1, {"n": [1, 2, 3], "kind": ["a"]}, inputs=["data.txt"])
def square(n, kind):
    if n == 3:
        raise ValueError("three")
    with open("data.txt") as file:
        return {"square": n * n, "kind": kind, "read": file.read().strip()}


@trial(2, {"k": [1, 2]})
def count(k):
    return {"total": SETUP["base"] + k, "context_update": {"base": SETUP["base"] + k}}


@verify(["square", "count"])
def check(results):
    good = [run["result"]["square"] for run in results["square"] if run["success"]]
    return good == [1, 4] and SETUP["base"] == 13
