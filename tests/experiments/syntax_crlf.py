# Lines that end with CR LF, and a byte order mark.
from decorators import trial

TEXT = """one
two"""


@trial(1, {"n": [1]})
def t(n):
    return [TEXT, "a\
b", n]
