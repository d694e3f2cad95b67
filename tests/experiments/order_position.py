# Trials run by order, then by their place in the file; orders may be negative and far apart.
from decorators import trial, verify


@trial(100, {"n": [1]})
def last(n):
    return {"context_update": {"ran": SETUP.get("ran", []) + ["last"]}}


@trial(2, {"n": [1, 2]})
def b(n):
    return {"context_update": {"ran": SETUP.get("ran", []) + [f"b{n}"]}}


@trial(2, {"n": [1, 2]})
def a(n):
    return {"context_update": {"ran": SETUP.get("ran", []) + [f"a{n}"]}}


@trial(-3, {"n": [1]})
def first(n):
    return {"context_update": {"ran": SETUP.get("ran", []) + ["first"]}}


@verify(["last"])
def check(results):
    return SETUP["ran"] == ["first", "b1", "b2", "a1", "a2", "last"]
