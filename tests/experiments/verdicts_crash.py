# A verification that fails is invalid; the others still judge.
import os
import signal
import sys

from decorators import trial, verify


@trial(1, {"n": [1]})
def t(n):
    return n


@verify(["t"])
def raises(results):
    raise LookupError("cannot tell")


@verify(["t"])
def key(results):
    return results["t"][0]["result"]["accuracy"] > 0.5


@verify(["t"])
def leaves(results):
    sys.exit(3)


@verify(["t"])
def leaves_with_text(results):
    sys.exit("gone")


@verify(["t"])
def killed(results):
    os.kill(os.getpid(), signal.SIGKILL)


@verify(["t"])
def fine(results):
    return True
