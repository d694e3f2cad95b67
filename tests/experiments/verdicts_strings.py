# Verdicts as strings, whatever their case.
from decorators import trial, verify


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def lower(results):
    return "supports"


@verify(["t"])
def upper(results):
    return "REFUTES"


@verify(["t"])
def mixed(results):
    return "InConclusive"


@verify(["t"])
def capital(results):
    return "Invalid"


@verify(["t"])
def goes_on(results):
    return "conTINUE"
