# Parallel mode: siblings see the context as it was; updates are applied after the batch.
from decorators import setup, trial


@setup()
def init():
    return {"total": 100}


@trial(1, {"n": [1, 2, 3, 4], "__parallel__": 2})
def add(n):
    return {"seen": SETUP["total"], "context_update": {"total": SETUP["total"] + n, f"n{n}": n}}


@trial(2, {"n": [0]})
def later(n):
    return dict(SETUP)
