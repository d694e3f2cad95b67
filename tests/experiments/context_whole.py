# SETUP is a dict: whole-dict operations see everything.
import copy
import json

from decorators import setup, trial


@setup()
def init():
    return {"a": 1, "b": [1, 2]}


@trial(1, {"n": [1, 2]})
def look(n):
    a, *rest = SETUP.values()
    return {
        "json": json.dumps(SETUP, sort_keys=True),
        "copy": copy.deepcopy(SETUP),
        "dict": dict(SETUP),
        "star": {**SETUP},
        "or": SETUP | {"n": n},
        "keys": list(SETUP.keys()),
        "items": [list(pair) for pair in SETUP.items()],
        "iter": [k for k in SETUP],
        "len": len(SETUP),
        "bool": bool(SETUP),
        "equal": SETUP == {"a": 1, "b": [1, 2]},
        "isinstance": isinstance(SETUP, dict),
        "unpacked": [a, rest],
        "str": str(SETUP),
        "call": (lambda **k: k)(**SETUP),
        "format": "{a}".format(**SETUP),
        "percent": "%(a)s" % SETUP,
    }
