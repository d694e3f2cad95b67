# A process that a signal ends: the others go on, and the failure says which.
import os
import signal

from decorators import trial, verify


@trial(1, {"name": ["SIGKILL", "SIGSEGV", "SIGTERM", "SIGABRT", "SIGUSR1", "none", "SIGFPE"]})
def die(name):
    if name != "none":
        os.kill(os.getpid(), getattr(signal, name))
    return "alive"


@trial(2, {})
def abort():
    os.abort()


@verify(["die"])
def check(results):
    codes = [run.get("return_code") for run in results["die"]]
    return codes == [-9, -11, -15, -6, -10, None, -8]
