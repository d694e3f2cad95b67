# An update may set the seed of what comes after it.
import random

from decorators import setup, trial


@setup()
def init():
    return {"seed": 1}


@trial(1, {"n": [10, 20, 20]})
def draw(n):
    return {"r": random.random(), "context_update": {"seed": n}}


@trial(2, {"n": [0]})
def again(n):
    return random.random()
