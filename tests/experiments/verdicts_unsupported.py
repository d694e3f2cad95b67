# What SPEC does not list is invalid: numbers, unknown words, lists, other enums.
import enum

from decorators import trial, verify


class Colour(enum.Enum):
    RED = 1


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def one(results):
    return 1


@verify(["t"])
def maybe(results):
    return "maybe"


@verify(["t"])
def spaces(results):
    return " supports "


@verify(["t"])
def empty(results):
    return ""


@verify(["t"])
def listed(results):
    return ["supports"]


@verify(["t"])
def colour(results):
    return Colour.RED


@verify(["t"])
def fine(results):
    return True
