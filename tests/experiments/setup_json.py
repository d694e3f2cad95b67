# What a setup returns goes through JSON: tuples become lists, keys strings, NaN survives.
from decorators import setup, trial


@setup()
def init():
    return {"pair": (1, 2), 3: "three", "nan": float("nan"), "deep": {"a": [{"b": None}]}, "é": "ü"}


@trial(1, {"n": [0]})
def look(n):
    nan = SETUP["nan"]
    return [SETUP["pair"], SETUP["3"], nan != nan, SETUP["deep"], SETUP["é"], sorted(SETUP)]
