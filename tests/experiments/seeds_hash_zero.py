# pythonhashseed 0 is a seed too; an update may change it for what follows.
from decorators import setup, trial


@setup()
def init():
    return {"pythonhashseed": 0}


@trial(1, {"n": [3, 4]})
def order(n):
    return {"hash": hash("x"), "context_update": {"pythonhashseed": n}}
