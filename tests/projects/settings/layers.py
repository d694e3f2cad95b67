"""Layers, of which each file of settings names one."""

import random

from mlx2smk import SETUP

OFFSET = 10
DEPTH = 3


class Dense:
    def __init__(self, width):
        self.width = width

    def run(self, x):
        return self.width * x + OFFSET


class Deep(Dense):
    def run(self, x):
        return DEPTH * super().run(x)


class Noisy(Dense):
    def run(self, x):
        return super().run(x) + random.random() + SETUP["scale"]


def unused(x):
    return -x
