# Any "refutes" outweighs an invalid verification.
from decorators import trial, verify


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def broken(results):
    return 1 / 0


@verify(["t"])
def no(results):
    return False


@verify(["t"])
def yes(results):
    return True
