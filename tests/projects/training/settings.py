"""The context under a name of its own, as modules like to have it."""

from mlx2smk import SETUP

CFG = SETUP


def scale():
    return CFG["scale"]
