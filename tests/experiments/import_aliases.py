# Decorators under other names: aliases of names and of modules.
import decorators
import decorators as d
from decorators import VerificationResult as Verdict
from decorators import trial as grid


@decorators.setup()
def init():
    return {"a": 1}


@grid(1, {"n": [1]})
def one(n):
    return n


@d.trial(order=2, values={"n": [2]})
def two(n):
    return n + SETUP["a"]


@decorators.verify(["one"])
def check(results):
    return Verdict.SUPPORTS


def trial(order, values):
    """Not a decorator of experiments: it is this file's own."""
    return lambda function: function


@trial(3, {"n": [3]})
def not_a_trial(n):
    return n
