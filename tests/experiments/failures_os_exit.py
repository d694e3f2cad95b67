# A process that ends without returning: os._exit with any status.
import os

from decorators import trial


@trial(1, {"code": [0, 1, 7, 255]})
def leave(code):
    os._exit(code)


@trial(1, {"code": [1, 2], "__parallel__": 2})
def some(code):
    if code == 2:
        os._exit(2)
    return "stayed"
