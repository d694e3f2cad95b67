# What the module's own code raises is the failure of every run; verifications meet it too.
from decorators import setup, trial, verify


@setup()
def init():
    return {"bad": True}


if SETUP.get("bad"):
    raise LookupError("the module says no")


@trial(1, {"n": [1, 2]})
def never(n):
    return n


@verify(["never"])
def check(results):
    return True
