"""One script that grew: it configures libraries, parses options and keeps registries at its top level."""

import argparse
import csv
import logging
import os
import random
import warnings

import numpy as np
from decorators import setup, trial, verify

random.seed(7)
np.random.seed(11)
np.set_printoptions(precision=3)
warnings.filterwarnings("ignore", category=DeprecationWarning)
logging.basicConfig(level=logging.WARNING)
os.makedirs("out", exist_ok=True)

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=4)
options = parser.parse_args([])


class Registry:
    def __init__(self, kind):
        self.kind = kind
        self.items = {}

    def register(self, name):
        def add(function):
            if name in self.items:
                raise ValueError(f"there are two {self.kind} named {name}")
            self.items[name] = function
            return function

        return add


class Config:
    def __init__(self):
        self.rate = 0.5
        self.depth = 3


METHODS = Registry("methods")
CONFIG = Config()
CONFIG.rate = 0.25

with open("table.csv", newline="") as file:
    ROWS = [[float(cell) for cell in row] for row in csv.reader(file)]

WEIGHTS = np.zeros(3)
WEIGHTS[0] = 1


@METHODS.register("mean")
def mean(values):
    return sum(values) / len(values)


@METHODS.register("top")
def top(values):
    return max(values) * CONFIG.rate


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as trace:
        print(*what, file=trace)


@setup()
def start():
    return {"limit": 2}


@trial(1, {"n": [1, 2]})
def counted(n):
    return n * 3


@trial(1, {"n": [1, 2]})
def drawn(n):
    return float(np.random.rand()) + n


@trial(1, {"method": ["mean", "top"]})
def summed(method):
    ran("summed", method)
    return [METHODS.items[method](row) for row in ROWS]


@trial(1, {})
def weighted():
    return WEIGHTS.tolist()


@trial(1, {})
def chosen():
    ran("chosen")
    return options.rows


@trial(1, {})
def configured():
    return CONFIG.depth


@verify(["counted"])
def check(results):
    return all(run["success"] for run in results["counted"])
