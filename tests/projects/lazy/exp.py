import os

from decorators import setup, trial, verify

import tools
from tools.kinds import *


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


@setup()
def start():
    ran("start")
    return {}


@trial(1, {"n": [1, 2]})
def heavy(n):
    ran("heavy", n)
    return tools.heavy.work(n)


@trial(1, {"n": [1]})
def named(n):
    ran("named", n)
    return light.work(n) + tools.helper(n)


@verify(["heavy"])
def check(results):
    ran("check")
    return True
