# numpy_seed without seed.
import numpy as np
from decorators import setup, trial


@setup()
def init():
    return {"numpy_seed": 5}


@trial(1, {"n": [1, 2]})
def draw(n):
    return np.random.randint(0, 1000, n)
