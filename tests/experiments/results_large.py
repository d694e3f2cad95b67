# A large result and a deep one.
from decorators import trial


@trial(1, {"n": [20000]})
def wide(n):
    return {"numbers": list(range(n)), "text": "x" * n}


@trial(2, {"n": [100]})
def deep(n):
    result = []
    for _ in range(n):
        result = [result]
    return result
