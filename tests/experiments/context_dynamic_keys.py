# Keys that only the run knows: built by f-strings, loops and helpers.
from decorators import setup, trial

PREFIX = "score"


def key(n):
    return f"{PREFIX} {n}"


@setup()
def init():
    return {key(0): 0}


@trial(1, {"n": [1, 2, 3]})
def score(n):
    update = {key(n): SETUP[key(n - 1)] + n}
    return {"context_update": update}


@trial(2, {"n": [1, 2, 3], "__parallel__": 3})
def double(n):
    return dict(context_update={"double " + key(n): 2 * SETUP[key(n)]})


@trial(3, {"__parallel__": 2, "n": [0]})
def best(n):
    return max(SETUP[k] for k in SETUP if k.startswith("double"))
