"""Trains classifiers on a table of features."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import numpy as np
from decorators import setup, trial, verify

from vision import config
from vision.data import features, split
from vision.nets import Net, train_net
from vision.plotting import *
from vision.baselines import fit_baseline


@setup()
def start():
    return {"numpy_seed": 0, "epochs": config.EPOCHS}


@trial(1, {"alpha": [0.1, 1.0]})
def baseline(alpha):
    return fit_baseline(split(features()), alpha)


@trial(1, {"width": [8, 16]})
def net(width):
    return train_net(Net(width), split(features()), config.EPOCHS)


@trial(2, {})
def figure():
    return curve([1, 2, 3])


@trial(2, {"n": [1, 2]})
def counted(n):
    return {"n": n}


@verify(["net"])
def check(results):
    return all(run["success"] for run in results["net"])
