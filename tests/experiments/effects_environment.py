# Effects outside the module: the environment, generators, warnings, the recursion limit, sys.path.
import os
import random
import sys
import warnings

from decorators import setup, trial

os.environ["MLX_TEST_WORD"] = "set at module level"
random.seed(99)
warnings.simplefilter("error")
sys.setrecursionlimit(1500)
sys.path.append("somewhere")


@setup()
def init():
    return {"seed": 1}


@trial(1, {"n": [1, 2]})
def look(n):
    try:
        warnings.warn("careful")
        warned = False
    except UserWarning:
        warned = True
    os.environ["MLX_TEST_WORD"] += "!"
    return [
        os.environ["MLX_TEST_WORD"], random.random(), warned, sys.getrecursionlimit(), sys.path[-1]
    ]
