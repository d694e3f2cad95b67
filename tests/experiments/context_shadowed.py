# A local name SETUP is the function's own.
from decorators import setup, trial


@setup()
def init():
    return {"a": 1}


def helper(SETUP):
    return SETUP["a"]


@trial(1, {"n": [1]})
def local(n):
    SETUP = {"a": 2}
    return [SETUP["a"], helper({"a": 3})]


@trial(2, {"n": [1]})
def rebound(n):
    global SETUP
    before = SETUP["a"]
    SETUP = {"a": 4}
    return [before, helper(SETUP), SETUP["a"]]
