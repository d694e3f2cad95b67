# Changing SETUP inside a process changes it for that process only.
from decorators import setup, trial, verify

if "a" in SETUP:
    SETUP["module"] = SETUP["a"] + 1


@setup()
def init():
    SETUP["lost"] = True
    return {"a": 1, "list": []}


@trial(1, {"n": [1, 2]})
def change(n):
    SETUP["a"] = SETUP["a"] + n
    SETUP["list"].append(n)
    SETUP.setdefault("new", n)
    SETUP.update(other=n)
    popped = SETUP.pop("module")
    return [SETUP["a"], SETUP["list"], SETUP["new"], SETUP["other"], popped, SETUP.get("lost")]


@trial(2, {"n": [1]})
def clear(n):
    SETUP.clear()
    return {"left": len(SETUP), "context_update": {"cleared": True}}


@verify(["change"])
def check(results):
    return SETUP["a"] == 1 and SETUP["list"] == [] and "new" not in SETUP and SETUP["cleared"]
