# A result that JSON cannot carry fails with the path of what it is.
from decorators import trial


class Thing:
    pass


@trial(
    1,
    {
        "which": [
            "set", "nested", "object", "bytes", "complex", "function", "key", "deep key", "generator",
            "itself", "list itself", "shared", "in update", "clash",
        ]
    },
)
def give(which):
    if which == "itself":
        result = {"a": 1}
        result["self"] = result
        return result
    if which == "list itself":
        result = [0]
        result.append({"again": result})
        return result
    if which == "shared":
        item = [1]
        return {"one": item, "two": item}
    return {
        "set": {1, 2},
        "nested": {"a": [0, {"b": (1, {2})}]},
        "object": {"thing": Thing()},
        "bytes": [b"x"],
        "complex": 1j,
        "function": {"f": give},
        "key": {(1, 2): 3},
        "deep key": {"a": [{b"k": 1}]},
        "generator": (x for x in [1]),
        "in update": {"context_update": {"s": {1}}},
        "clash": {"by n": {"1": "first", 1: "second"}},
    }[which]
