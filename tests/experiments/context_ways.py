# Ways to SETUP that hide which keys are read: operators, frames, module attributes, C functions.
import json
import operator
import sys

from decorators import setup, trial


@setup()
def init():
    return {key: i for i, key in enumerate("abcde")}


def helper():
    return SETUP["a"]


def default(x=SETUP.get("b")):
    return x


@trial(1, {"n": [0]})
def itemgetter(n):
    return [SETUP["a"], operator.itemgetter("b", "c")(SETUP)]


@trial(1, {"n": [0]})
def dunder(n):
    return [
        SETUP["a"],
        SETUP.__getitem__("b"),
        dict.get(SETUP, "c"),
        dict.__getitem__(SETUP, "d"),
    ]


@trial(1, {"n": [0]})
def mapped(n):
    return list(map(SETUP.get, ["a", "b", "zz"]))


@trial(1, {"n": [0]})
def matched(n):
    match SETUP:
        case {"a": a, "b": b}:
            return [a, b]
    return "no"


@trial(1, {"n": [0]})
def frame(n):
    return [SETUP["a"], sys._getframe().f_globals["SETUP"]["b"]]


@trial(1, {"n": [0]})
def func_globals(n):
    return [SETUP["a"], json.dumps(helper.__globals__["SETUP"])]


@trial(1, {"n": [0]})
def module_attr(n):
    return [SETUP["a"], json.dumps(sys.modules[__name__].SETUP)]


@trial(1, {"n": [0]})
def getattred(n):
    return [SETUP["a"], len(getattr(sys.modules[__name__], "SET" + "UP"))]


@trial(1, {"n": [0]})
def self_import(n):
    from context_ways import SETUP as S

    return [SETUP["a"], S["b"]]


@trial(1, {"n": [0]})
def execd(n):
    d = {}
    exec("x = SETUP['b']", globals(), d)
    return d


@trial(1, {"n": [0]})
def defaulted(n, base=SETUP.get("e")):
    return [base, default()]


@trial(1, {"n": [0]})
def nested_scope(n):
    class C:
        SETUP = {"a": "class"}
        x = SETUP["a"]

        def m(self):
            return SETUP["b"]

    return [C.x, C().m(), [SETUP["c"] for _ in range(1)]]


@trial(1, {"n": [0]})
def star(n):
    return [*SETUP], {**SETUP}, dict(**SETUP)


@trial(1, {"n": [0]})
def deleted(n):
    del SETUP["a"]
    return [SETUP.get("a"), "a" in SETUP]


@trial(1, {"n": [0]})
def ored(n):
    global SETUP
    SETUP |= {"z": 1}
    return SETUP["z"] + SETUP["a"]


@trial(1, {"n": [0]})
def types(n):
    return [
        type(SETUP).__name__,
        type(SETUP) is dict,
        repr(SETUP),
        SETUP.__class__.__name__,
        isinstance(SETUP, dict),
    ]
