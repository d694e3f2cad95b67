# Merging is shallow: a nested dict is replaced as a whole. Keys and values go through JSON.
from decorators import setup, trial


@setup()
def init():
    return {"model": {"name": "a", "depth": 1}, "list": [1]}


@trial(1, {"n": [1, 2]})
def update(n):
    seen = [SETUP["model"], SETUP["list"], SETUP.get("7")]
    return {"seen": seen, "context_update": {"model": {"depth": n + 1}, "list": (n,), 7: None}}
