# A setup that raises: nothing after it runs.
from decorators import setup, trial


@setup()
def prepare_badly():
    raise RuntimeError("no data here")


@trial(1, {"n": [1]})
def never(n):
    return n
