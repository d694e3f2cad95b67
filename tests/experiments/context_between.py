# Updates pass between trials, whatever their mode and place in the file.
from decorators import trial


@trial(3, {"n": [1, 2]})
def third(n):
    return [SETUP["a"], SETUP["b"], SETUP.get("c")]


@trial(1, {"n": [1, 2]})
def first(n):
    return {"context_update": {"a": [n, SETUP.get("b")]}}


@trial(2, {"n": [5, 6], "__parallel__": 2})
def second(n):
    return {"context_update": {"b": SETUP["a"] + [n]}}


@trial(3, {"n": [1]})
def after_third(n):
    return {"context_update": {"c": SETUP["b"]}}
