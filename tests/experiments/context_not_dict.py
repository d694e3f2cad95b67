# A context_update that is not a dict is ignored; the result keeps it. A list around it is no update.
from decorators import trial


@trial(1, {"which": ["list", "none", "text", "empty", "inside", "pairs", "good"]})
def give(which):
    result = {
        "list": {"context_update": ["a", 1]},
        "none": {"context_update": None},
        "text": {"context_update": "a"},
        "empty": {"context_update": {}},
        "inside": [{"context_update": {"inside": 1}}],
        "pairs": {"context_update": [["pairs", 1]]},
        "good": {"context_update": {"good": 1}},
    }[which]
    return result


@trial(2, {})
def look():
    return sorted(SETUP)
