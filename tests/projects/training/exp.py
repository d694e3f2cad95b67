"""Experiments whose configuration is kept by trainers, modules and functions."""

import os

import settings
from mlx2smk import setup, trial, verify
from settings import CFG
from trainers import Decaying, Trainer


def ran(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(*what, file=file)


def config():
    return SETUP


@setup()
def init():
    ran("init")
    return {"rate": 3, "steps": 2, "decay": 1, "scale": 10, "name": "x", "spare": 0}


@trial(1, {"n": [1, 2]})
def plain(n):
    ran("plain", n)
    return Trainer(SETUP).fit(n)


@trial(1, {"n": [1, 2]})
def decaying(n):
    ran("decaying", n)
    trainer = Decaying(config())
    return {"y": trainer.fit(n), "context_update": {"last": n}}


@trial(1, {"n": [1]})
def scaled(n):
    ran("scaled", n)
    return n * settings.scale() + len(CFG["name"])


@trial(1, {"n": [1]})
def formatted(n):
    ran("formatted", n)
    return "{0.cfg[spare]} {1}".format(Trainer(SETUP), n)


@verify(["plain"])
def check(results):
    ran("check")
    return CFG["last"] == 2 and len(results["plain"]) == 2
