# "__parallel__": 1 is serial: updates are seen at once.
from decorators import trial


@trial(1, {"__parallel__": 1, "n": [1, 2, 3]})
def add(n):
    seen = SETUP.get("total", 0)
    return {"seen": seen, "context_update": {"total": seen + n}}
