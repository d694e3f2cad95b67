"""Compare models that are chosen by name: from tables, a registry of modules, and an if in a helper."""

import importlib
import os

import metrics
from decorators import setup, trial, verify
from models import MODELS, build, kinds

RATES = {"linear": 2, "constant": 3, "nearest": 4}


def double(x):
    return 2 * x


def triple(x):
    return 3 * x


STEPS = {
    "double": double,
    "triple": triple,  # the last one
}


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


@setup()
def start():
    ran("start")
    return {"size": 3}


@trial(1, {"model": ["linear", "constant"], "n": [1, 2]})
def fit(model, n):
    ran("fit", model, n)
    return build(model, RATES[model]).predict(n) + SETUP["size"]


@trial(
    1,
    {
        "cfg": [
            {"loss": "square", "by": 1},
            {"loss": "absolute", "by": 2},
            {"loss": "square", "by": 3},
        ]
    },
)
def measured(cfg):
    ran("measured", cfg["loss"], cfg["by"])
    return importlib.import_module(f"losses.{cfg['loss']}").loss(cfg["by"])


@trial(1, {"metric": ["mean", "spread"], "step": ["double", "triple"]})
def scored(metric, step):
    ran("scored", metric, step)
    return getattr(metrics, metric)([STEPS[step](x) for x in (1, 2, 4)])


@trial(2, {"step": ["double", "triple", "double"], "__parallel__": 1})
def climbed(step):
    ran("climbed", step, SETUP.get("height", 0))
    return {"context_update": {"height": STEPS[step](SETUP.get("height", 1))}}


@trial(2, {"model": ["constant", "missing"]})
def tried(model):
    ran("tried", model)
    return build(model, 1).predict(5)


@trial(2, {"model": ["linear", "nearest"]})
def listed(model):
    ran("listed", model)
    return model in kinds() and len(MODELS)


@verify(["fit"])
def check(results):
    ran("check")
    return all(run["success"] for run in results["fit"])
