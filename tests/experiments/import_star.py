# The decorators by a star import.
from decorators import *


@setup()
def init():
    return {"a": 1}


@trial(1, {"n": [1]})
def t(n):
    return n + SETUP["a"]


@verify(["t"])
def check(results):
    return VerificationResult.SUPPORTS
