# A setup that returns a live object.
from decorators import setup, trial


class Model:
    pass


@setup()
def good():
    return {"a": 1}


@setup()
def live():
    return {"model": {"best": Model()}}


@trial(1, {"n": [1]})
def never(n):
    return n
