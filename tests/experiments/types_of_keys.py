# Keys of a cfg dict keep their types, also different ones side by side.
from decorators import trial


@trial(1, {"cfg": [{1: "a", 2.5: "b"}, {1: "a", "b": 2}, {None: 0, True: 1, "x": {2: {"y": 3}}}]})
def keys(cfg):
    return sorted(map(repr, cfg))
