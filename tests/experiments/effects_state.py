# Every combination is a process of its own: no state passes from one to the next.
import os

from decorators import setup, trial

SEEN = []
HOME = os.getcwd()


@setup()
def init():
    SEEN.append("setup")
    return {}


@trial(1, {"n": [1, 2, 3]})
def collect(n):
    SEEN.append(n)
    os.environ["MLX_TEST_N"] = os.environ.get("MLX_TEST_N", "") + str(n)
    back = os.getcwd() == HOME
    os.chdir("/")
    return [SEEN, os.environ["MLX_TEST_N"], back]


@trial(2, {"n": [4], "__parallel__": 2})
def later(n):
    return [SEEN, os.environ.get("MLX_TEST_N"), os.getcwd() == HOME]
