# A verification reads the final SETUP, at module level and inside.
from decorators import VerificationResult, setup, trial, verify

TOLERANCE = SETUP.get("tolerance", 1.0)


@setup()
def init():
    return {"tolerance": 0.25, "seed": 3}


@trial(1, {"n": [1, 2, 3]})
def value(n):
    return {"context_update": {"sum": SETUP.get("sum", 0) + n / 10}}


@verify(["value"])
def near(results):
    ok = abs(SETUP["sum"] - 0.6) < TOLERANCE / 100
    return VerificationResult.SUPPORTS if ok else VerificationResult.REFUTES


@verify(["value"])
def seeded(results):
    import random

    return random.random() == random.Random(3).random()
