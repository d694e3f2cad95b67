# numpy_seed: numpy's global generator, apart from random's.
import random

import numpy as np
from decorators import setup, trial, verify


@setup()
def init():
    return {"seed": 1, "numpy_seed": 2}


@trial(1, {"n": [3]})
def draw(n: int):
    return {"numpy": np.random.rand(n), "random": random.random(), "normal": np.random.standard_normal()}


@verify(["draw"])
def check(results):
    expected = np.random.RandomState(2).rand(3)
    return np.array_equal(results["draw"][0]["result"]["numpy"], expected)
