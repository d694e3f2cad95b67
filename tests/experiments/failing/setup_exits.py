# A setup that leaves, even with status 0.
import sys

from decorators import setup, trial


@setup()
def leaves():
    sys.exit(0)


@trial(1, {"n": [1]})
def never(n):
    return n
