# Verdicts as members of VerificationResult.
from decorators import VerificationResult, trial, verify


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def supports(results):
    return VerificationResult.SUPPORTS


@verify(["t"])
def inconclusive(results):
    return VerificationResult.INCONCLUSIVE


@verify(["t"])
def invalid(results):
    return VerificationResult.INVALID


@verify(["t"])
def goes_on(results):
    return VerificationResult.CONTINUE
