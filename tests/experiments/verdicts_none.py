# No verdict is inconclusive.
from decorators import trial, verify


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def nothing(results):
    pass


@verify(["t"])
def yes(results):
    return True
