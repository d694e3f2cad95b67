# A decorators.py beside the experiment wins: its decorators and its enum are what runs.
from decorators import MARK, VerificationResult, setup, trial, verify


@setup()
def init():
    return {"mark": MARK}


@trial(1, {"n": [1, 2]})
def t(n):
    return [n, t.kind, SETUP["mark"]]


@verify(["t"])
def check(results):
    good = results["t"][1]["result"] == [2, "trial", "own"] and check.kind == "verify"
    return VerificationResult.SUPPORTS if good else VerificationResult.REFUTES


@verify(["t"])
def unsure(results):
    return VerificationResult.CONTINUE
