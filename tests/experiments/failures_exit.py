# sys.exit with anything is a failure with the status that the process would have.
import sys

from decorators import trial


@trial(1, {"code": [0, 3, 255, 256, 259, -1, None, True, False, "text", "", [1, 2], 2.5, {"a": 1}]})
def leave(code):
    sys.exit(code)


@trial(2, {"n": [1, 2]})
def raised(n):
    if n == 1:
        raise SystemExit
    raise SystemExit(4, 5)


@trial(3, {"n": [9]})
def builtin(n):
    exit(n)
