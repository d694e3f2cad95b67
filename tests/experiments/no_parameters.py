# No parameters: the product of nothing is one combination.
from decorators import trial


@trial(1, {})
def alone():
    return "ran"


@trial(2, {"__parallel__": 4})
def alone_in_parallel():
    return "ran"
