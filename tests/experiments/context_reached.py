# SETUP is read through helpers, aliases, defaults, classes, closures and globals().
from decorators import setup, trial

ALIAS = SETUP
WHERE = "SETUP"


def get(key, default=None):
    return SETUP.get(key, default)


def lookup(mapping, key):
    return mapping[key]


def defaulted(context=SETUP):
    return context["c"]


class Config:
    context = SETUP

    def d(self):
        return self.context["d"]

    @property
    def e(self):
        return SETUP["e"]


def closure():
    context = SETUP

    def inner():
        nonlocal context
        return context["f"]

    return inner


@setup()
def init():
    return {key: i for i, key in enumerate("abcdefghij")}


@trial(1, {"key": ["a", "j"]})
def look(key):
    config = Config()
    return [
        get(key),
        lookup(SETUP, "b"),
        defaulted(),
        config.d(),
        config.e,
        closure()(),
        ALIAS["g"],
        globals()[WHERE]["h"],
        eval("SETUP")["i"],
        (lambda s=SETUP: s["j"])(),
    ]


@trial(2, {"key": ["a", "missing"]})
def present(key):
    return [key in SETUP, "b" in SETUP, "nope" not in SETUP]
