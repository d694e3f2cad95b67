# A setup that returns a list.
from decorators import setup, trial


def contents():
    return [("a", 1)]


@setup()
def lists():
    return contents()


@trial(1, {"n": [1]})
def never(n):
    return n
