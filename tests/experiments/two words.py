# A file name with a blank in it.
from decorators import trial


@trial(1, {"n": [1]})
def t(n):
    return [n, __name__]
