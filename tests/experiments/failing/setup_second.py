# The second of two setups fails on what the first returned.
from decorators import setup, trial


@setup(2)
def second():
    return {"b": SETUP["a"]["missing"]}


@setup(1)
def first():
    return {"a": {}}


@trial(1, {"n": [1]})
def never(n):
    return n
