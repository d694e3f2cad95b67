# A setup that a signal ends.
import os
import signal

from decorators import setup, trial


@setup()
def dies():
    os.kill(os.getpid(), signal.SIGKILL)


@trial(1, {"n": [1]})
def never(n):
    return n
