# Setups of equal order run in file order, and a setup without an order runs after them.
from decorators import setup, trial


@setup()
def last():
    return {"winner": "last", "seen": SETUP["winner"]}


@setup(5)
def b():
    return {"winner": "b"}


@setup(5)
def a():
    return {"winner": "a"}


@trial(1, {"n": [1]})
def look(n):
    return [SETUP["winner"], SETUP["seen"]]
