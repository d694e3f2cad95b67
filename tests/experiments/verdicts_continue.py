# One "continue" among "supports" leaves the whole inconclusive.
from decorators import trial, verify


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def yes(results):
    return "Supports"


@verify(["t"])
def more(results):
    return "continue"
