# Asking SETUP for what is not there is a KeyError, which the trial may catch.
from decorators import trial


@trial(1, {"n": [1]})
def caught(n):
    try:
        return SETUP["nothing"]
    except KeyError as error:
        return f"no {error}"


@trial(2, {"n": [1]})
def uncaught(n):
    return SETUP["nothing"]


@trial(3, {"n": [1]})
def deleted(n):
    del SETUP["nothing"]
