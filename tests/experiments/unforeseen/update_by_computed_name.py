# The key "context_update" is put together at run time.
from decorators import trial


@trial(1, {"n": [1, 2]})
def by_name(n):
    name = "context_" + "update"
    return {name: {"total": SETUP.get("total", 0) + n}}
