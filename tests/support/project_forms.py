"""The texts that random projects are made of: forms of definitions, and ways to use them and to update SETUP."""

from __future__ import annotations

MIXING = """\
import zlib


def mix(*values):
    return zlib.crc32(repr(values).encode())
"""

FILES = ("exp", "tools", "models")
"""Where pieces are. Those of a file use pieces of the same or a later one of these files."""

TEXTS = {
    "constant": "{name} = mix({salt}, 0{uses})\n",
    "annotated": "{name}: int = mix({salt}, 0{uses})\n",
    "function": "def {name}(x):\n    return mix({salt}, x{uses})\n",
    "closure": """\
def make_{name}(k):
    def inner(x):
        return mix({salt}, k, x{uses})

    return inner


{name} = make_{name}({other})
""",
    "counter": """\
def {name}(x):
    total = 0

    def add(more):
        nonlocal total
        total = mix({salt}, total, more{uses})

    add(x)
    add({other})
    return total
""",
    "class": """\
class {name}:
    scale = {other}

    def __init__(self, x):
        self.x = x

    @property
    def value(self):
        return mix({salt}, self.x, self.scale{inner})

    @classmethod
    def of(cls, x):
        return cls(x)
""",
    "dataclass": """\
@dataclass(frozen=True)
class {name}:
    x: object
    scale: int = {other}

    @property
    def value(self):
        return mix({salt}, self.x, self.scale{inner})
""",
    "method": """\
class Kept{name}:
    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return mix({salt}, self.k, x{uses})


{name} = Kept{name}({other})
""",
    "conditional": """\
if {salt} % 2:
    def {name}(x):
        return mix({salt}, x{uses})
else:
    def {name}(x):
        return mix({other}, x)
""",
    "fallback": """\
try:
    from nowhere_{salt} import {name}
except ImportError:
    def {name}(x):
        return mix({salt}, x{uses})
""",
    "decorated": """\
def twice_{name}(function):
    @functools.wraps(function)
    def wrapper(x):
        return mix({other}, function(function(x)))

    return wrapper


@twice_{name}
def {name}(x):
    return mix({salt}, x{uses})
""",
    "lambda": "{name} = lambda x: mix({salt}, x{uses})  # noqa: E731\n",
    "cached": "@functools.lru_cache\ndef {name}(x):\n    return mix({salt}, x{uses})\n",
    "generator": """\
def each_{name}(x):
    for n in range(3):
        yield mix({salt}, n, x{uses})


def {name}(x):
    return sum(each_{name}(x))
""",
    "table": """\
def {name}_u(x):
    return mix({u}, x{uses})


def {name}_v(x):
    return mix({v}, x)


{name} = {{"u": {name}_u, "v": {name}_v, "w": lambda x: mix({w}, x)}}
""",
    "through": """\
def {name}_u(x):
    return mix({u}, x{uses})


{name}_table = {{"u": {name}_u, "v": lambda x: mix({v}, x), "w": lambda x: mix({w}, x)}}


def {name}(x, name):
    return mix({salt}, {name}_table[name](x))
""",
    "grown": """\
{name} = {{}}
{name}["u"] = lambda x: mix({u}, x{uses})
{name}["v"] = lambda x: mix({v}, x)
{name}.update(w=lambda x: mix({w}, x))
""",
    "registry": """\
{name} = {{}}


def register_{name}(name):
    def add(function):
        {name}[name] = function
        return function

    return add


@register_{name}("u")
def {name}_u(x):
    return mix({u}, x{uses})


@register_{name}("v")
def {name}_v(x):
    return mix({v}, x)


@register_{name}("w")
def {name}_w(x):
    return mix({w}, x)
""",
    "subclasses": """\
class Base{name}:
    known = {{}}

    def __init_subclass__(cls):
        Base{name}.known[cls.__name__[-1]] = cls


class {name}_u(Base{name}):
    def run(self, x):
        return mix({u}, x{uses})


class {name}_v(Base{name}):
    def run(self, x):
        return mix({v}, x)


class {name}_w({name}_v):
    def run(self, x):
        return mix({w}, super().run(x))
""",
    "globals": """\
def {name}_u(x):
    return mix({u}, x{uses})


def {name}_v(x):
    return mix({v}, x)


def {name}_w(x):
    return mix({w}, x)


def {name}(x, name):
    return globals()[f"{name}_{{name}}"](x)
""",
    "environ": 'os.environ["{name}"] = str(mix({salt}, 0{uses}))\n',
    "seeded": "random.seed(mix({salt}, 0{uses}))\n",
    "appended": "LOG.append(mix({salt}, 0{uses}))\n",
    "attribute": """\
def {name}(x):
    return mix({name}.scale, x{uses})


{name}.scale = {salt}
""",
    "patched": "mixing.EXTRA_{name} = {salt}\n",
    "settings": """\
class {name}:
    def __init__(self, cfg):
        self.cfg = cfg

    def value(self):
        return mix({salt}, self.cfg.get({key!r}){inner0})
""",
    "reader": "def {name}(x):\n    return mix({salt}, x, SETUP.get({key!r}){uses})\n",
    "taker": "def {name}(cfg):\n    return mix({salt}, cfg.get({key!r}))\n",
    "keywords": "def {name}(x, **cfg):\n    return mix({salt}, x, cfg.get({key!r}){uses})\n",
}
"""The forms of pieces that are in one of ``FILES``: their texts."""

CALLS = {
    "constant": "{it}",
    "annotated": "{it}",
    "class": "{it}.of(x).value",
    "dataclass": "{it}(x).value",
    "table": "{it}[{name}](x)",
    "through": "{it}(x, {name})",
    "grown": "{it}[{name}](x)",
    "registry": "{it}[{name}](x)",
    "subclasses": "{module}Base{it0}.known[{name}]().run(x)",
    "globals": "{it}(x, {name})",
    "environ": 'os.environ.get("{it0}")',
    "seeded": "random.getstate()[1][:3]",
    "appended": "sum({module}LOG)",
    "patched": 'getattr(mixing, "EXTRA_{it0}", None)',
    "settings": "{it}(SETUP).value()",
    "taker": "{it}(SETUP)",
    "keywords": "{it}(x, **SETUP)",
    "members": "getattr({it0}, {name})(x)",
    "package": 'importlib.import_module(f"{it0}.{{{name}}}").run(x)',
    "starred": "{it0}_all(x)",
}
"""How other forms than plain functions are used, where there is an ``x`` and a name."""

BY_NAME = ("table", "through", "grown", "registry", "subclasses", "globals", "members", "package")
OWN_FILES = ("members", "package", "starred")
EARLY = ("constant", "annotated", "closure", "method", "environ", "seeded", "appended")
EFFECTS = ("environ", "seeded", "appended", "patched")
ANYWHERE = EFFECTS
"""What may count for every run."""
READERS = ("settings", "reader", "taker", "keywords")
NO_USES = ("taker", "patched")

UPDATES = (
    "value",
    '{{"value": value, "context_update": {{{key!r}: value}}}}',
    "result(value)",
    "result(value, {key!r})",
    'dict(value=value, **{{"context_update": {{{key!r}: value}}}})',
    '{{**base(value), "context_update": upd(value)}}',
    "asdict(Outcome(value, {{{key!r}: value}}))",
    "looped(value)",
)
"""What trials return: updates of the context, built in place or by helpers of the module ``tools``."""

HELPERS = """\
def result(value, key="b"):
    found = {"value": value}
    found["context_update"] = {key: value}
    return found


def base(value):
    return {"value": value}


def upd(value):
    update = {}
    update["a"] = value
    if value % 2:
        update["c"] = value
    return update


def looped(value):
    update = {}
    for key in ("a", "c"):
        update[key] = mix(key, value)
    return {"value": value, "context_update": update}


@dataclass
class Outcome:
    value: object
    context_update: dict
"""

SETUPS = (
    "from mlx2smk import setup, trial, verify\n",
    "from mlx2smk import SETUP, setup, trial, verify\n",
    "from mlx2smk import setup, trial, verify\n\nCFG = SETUP\n",
    "import mlx2smk as mlx\nfrom mlx2smk import setup, trial, verify\n\nSETUP = mlx.SETUP\n",
)
"""How the experiment gets at SETUP."""

LIBRARIES = """\
import functools
import importlib
import os
import random
from dataclasses import asdict, dataclass

import mixing
from mixing import mix
"""
