# Verdicts as bools: True supports, False refutes.
from decorators import trial, verify


@trial(1, {"n": [1, 2]})
def t(n):
    return n


@verify(["t"])
def yes(results):
    return len(results["t"]) == 2


@verify(["t"])
def no(results):
    return len(results["t"]) == 3
