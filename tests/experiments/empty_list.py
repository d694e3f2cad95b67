# An empty list of values means no combination; the trial has no runs and no failure.
from decorators import trial, verify, VerificationResult


@trial(1, {"n": [], "m": [1, 2, 3]})
def never(n, m):
    return n


@trial(2, {"n": [1]})
def once(n):
    return n


@verify(["never"])
def check(results):
    if not results.get("never", []):
        return VerificationResult.INCONCLUSIVE
    return VerificationResult.REFUTES


@verify(["once"])
def other(results):
    return results["never"] == [] and len(results["once"]) == 1
