"""Functions that are found by their names."""

import sys

BASE = 7


def plain(x):
    return x


def twice(x):
    return x + plain(x)


def thrice(x):
    return 3 * x


def run(name, x):
    return getattr(sys.modules[__name__], name)(x)


def formula(text, n):
    return eval(text)
