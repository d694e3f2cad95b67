# A file name outside ASCII.
from decorators import trial


@trial(1, {"n": [1]})
def t(n):
    return [n, __name__]
