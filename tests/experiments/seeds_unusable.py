# Seeding is best effort: a value that a library refuses is no failure.
import random

import numpy as np
from decorators import setup, trial


@setup()
def init():
    return {"seed": [1, 2], "numpy_seed": -5}


@trial(1, {"n": [1]})
def draw(n):
    return 0 <= random.random() < 1 and 0 <= np.random.rand() < 1
