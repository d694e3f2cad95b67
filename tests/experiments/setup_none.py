# A setup that returns nothing contributes nothing; one that returns {} neither.
from decorators import setup, trial


@setup(1)
def give():
    return {"kept": True}


@setup(2)
def nothing():
    pass


@setup(3)
def empty():
    return {}


@trial(1, {"n": [1, 2]})
def look(n):
    return {"n": n, "kept": SETUP["kept"], "keys": sorted(SETUP)}
