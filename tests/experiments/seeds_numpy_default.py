# seed alone is numpy's seed too, also where numpy is imported inside the trial.
from decorators import setup, trial, verify


@setup()
def init():
    return {"seed": 7}


@trial(1, {"late": [True, False]})
def draw(late):
    if late:
        import random

        random.random()
    import numpy

    return numpy.random.rand(2).tolist()


@verify(["draw"])
def check(results):
    from numpy.random import RandomState

    return all(run["result"] == RandomState(7).rand(2).tolist() for run in results["draw"])
