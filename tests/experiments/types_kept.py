# A trial is called with the types that were written: 1, 1.0, True and "1" stay different.
from decorators import trial


@trial(
    1,
    {
        "value": [
            1, 1.0, True, "1", 0, 0.0, -0.0, False, "", None, "None", "True", [], (), {},
            (1, 2), [1, 2], (1,), ((1, [2]), {"k": (3,)}), {"1": 1}, [True, 1, 1.0], -1, +2,
        ]
    },
)
def kept(value):
    return [type(value).__name__, repr(value)]


@trial(2, {"a": [1, True], "b": [1.0, "1"]})
def both(a, b):
    return repr((a, b))
