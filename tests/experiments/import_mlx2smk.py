# The spelling for new experiments.
from mlx2smk import VerificationResult, setup, trial, verify


@setup()
def init():
    return {"a": 1}


@trial(1, {"n": [1, 2]})
def t(n):
    return n + SETUP["a"]


@verify(["t"])
def check(results):
    return VerificationResult.SUPPORTS
