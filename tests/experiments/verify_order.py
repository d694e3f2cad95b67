# Verifications stand before and between the trials in the file; all run after all trials.
from decorators import setup, trial, verify


@verify(["late", "early"])
def before(results):
    return list(results) == ["early", "late"] and SETUP["n"] == 2


@trial(2, {"n": [2]})
def late(n):
    return {"context_update": {"n": n}}


@verify(["early"])
def between(results):
    return SETUP["n"] == 2


@trial(1, {"n": [1]})
def early(n):
    return {"context_update": {"n": n}}


@setup()
def init():
    return {"n": 0}
