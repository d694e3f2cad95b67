# Combinations that write what none of them reads: the result is as one after another.
from decorators import setup, trial


@setup()
def init():
    return {"base": 10}


@trial(1, {"n": [1, 2, 3, 4, 5, 6]})
def square(n):
    return {"sum": SETUP["base"] + n, "context_update": {"last": n, "square": n * n}}


@trial(2, {"n": [0]})
def look(n):
    return [SETUP["last"], SETUP["square"], SETUP["base"]]
