# A failed run contributes no update; the next one sees what was before it.
from decorators import trial


@trial(1, {"n": [1, 2, 3, 4]})
def add(n):
    total = SETUP.get("total", 0) + n
    if n == 2:
        raise ValueError(f"total was {total}")
    if n == 3:
        return {"context_update": {"total": {total}}}
    return {"context_update": {"total": total}}
