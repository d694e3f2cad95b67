# In a setup "context_update" is a key like any other.
from decorators import setup, trial


@setup()
def init():
    return {"context_update": {"a": 1}}


@trial(1, {"n": [0]})
def look(n):
    return [SETUP.get("a"), SETUP["context_update"]]
