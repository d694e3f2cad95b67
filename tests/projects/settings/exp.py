"""Train what files of settings name, in the style of projects that are configured."""

import json
import os
import random
import sys

import layers
import schedules
from building import built
from decorators import setup, trial, verify

random.seed(5)


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


def read(name):
    with open(f"configs/{name}.json") as file:
        return json.load(file)


@setup()
def start():
    ran("start")
    return {"scale": 2}


@trial(1, {"name": ["small", "large"]})
def trained(name):
    ran("trained", name)
    settings = read(name)
    model = getattr(layers, settings["model"])(settings["width"])
    return model.run(3)


def half(x):
    return x / 2


def twice(x):
    return 2 * x


@trial(1, {"n": [1, 2]})
def scheduled(n):
    ran("scheduled", n)
    settings = read("schedule")
    schedule = built(schedules, settings["schedule"], default=None)
    after = getattr(sys.modules[__name__], settings["after"])
    return after(schedule(n))


@trial(1, {"n": [7]})
def plain(n):
    ran("plain", n)
    return n


@verify(["trained"])
def check(results):
    ran("check")
    return all(run["success"] for run in results["trained"])
