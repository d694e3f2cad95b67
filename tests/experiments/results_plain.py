# A trial may return any JSON value, or nothing.
from decorators import trial


@trial(1, {"which": ["none", "pass", "int", "float", "str", "bool", "list", "tuple", "empty", "nested"]})
def give(which):
    if which == "pass":
        return
    return {
        "none": None,
        "int": 10**40,
        "float": 0.1 + 0.2,
        "str": "text\ud800\n\0",
        "bool": False,
        "list": [1, [2, [3]]],
        "tuple": (1, (2,)),
        "empty": {},
        "nested": {"success": False, "result": {"context_update": {"ignored": 1}}},
    }[which]
