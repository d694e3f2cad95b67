# A chain of 30 combinations, each of which needs the one before it.
from decorators import setup, trial, verify


@setup()
def init():
    return {"a": 0, "b": 1}


@trial(
    1,
    {
        "tens": [0, 1, 2],
        "ones": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    },
)
def fibonacci(tens, ones):
    a, b = SETUP["a"], SETUP["b"]
    return {"n": 10 * tens + ones, "value": a, "context_update": {"a": b, "b": a + b}}


@verify(["fibonacci"])
def check(results):
    return results["fibonacci"][29]["result"]["value"] == 514229 and SETUP["a"] == 832040
