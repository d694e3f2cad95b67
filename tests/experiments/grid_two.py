# The cartesian product of two parameters, in the order written, the last one fastest.
from decorators import trial


@trial(1, {"b": [3, 1, 2], "a": ["x", "y"]})
def pair(a, b):
    return f"{b}{a}"
