# Equal values are run as often as they are written.
from decorators import trial


@trial(1, {"n": [1, 1, 2, 1], "m": ["a", "a"]})
def count(n, m):
    return {"context_update": {"count": SETUP.get("count", 0) + n}, "m": m}
