# Endless recursion is an exception like others.
from decorators import trial, verify


def down(n):
    return down(n + 1)


@trial(1, {"n": [1, 2]})
def dive(n):
    return down(0) if n == 1 else n


@verify(["dive"])
def check(results):
    first, second = results["dive"]
    return first["type"] == "RecursionError" and "depth exceeded" in first["error"] and second["success"]
