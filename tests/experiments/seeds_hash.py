# pythonhashseed: in the environment before the interpreter starts.
import os

from decorators import setup, trial, verify

WORDS = {"alpha", "beta", "gamma", "delta"}


@setup()
def init():
    return {"pythonhashseed": 17}


@trial(1, {"n": [1, 2]})
def order(n):
    return [hash("x"), list(WORDS), os.environ["PYTHONHASHSEED"]]


@verify(["order"])
def check(results):
    return all(run["result"] == [hash("x"), list(WORDS), "17"] for run in results["order"])
