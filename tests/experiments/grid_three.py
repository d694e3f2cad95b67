# The cartesian product of three parameters, one of them with a single value.
from decorators import trial, verify


@trial(1, {"a": [1, 2], "b": ["only"], "c": [True, False]})
def triple(a: int, b: str, c: bool):
    return {"sum": a + len(b) + c}


@verify(["triple"])
def check(results):
    order = [tuple(run["params"].values()) for run in results["triple"]]
    return order == [(1, "only", True), (1, "only", False), (2, "only", True), (2, "only", False)]
