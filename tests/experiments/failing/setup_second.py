# The second of two setups fails on what the first returned.
from decorators import setup


@setup(2)
def second():
    return {"b": SETUP["a"]["missing"]}


@setup(1)
def first():
    return {"a": {}}
