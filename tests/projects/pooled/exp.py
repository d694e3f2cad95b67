"""A search whose evaluations run in pools, with a configuration that is handed on."""

import multiprocessing
import os

import work
from mlx2smk import setup, trial, verify
from settings import Model, outcome


def ran(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(*what, file=file)


def evaluate(x):
    return work.bonus(x) * SETUP["rate"] + work.read("data.txt")


@setup()
def init():
    ran("init")
    return {"rate": 10, "depth": 3, "spare": 0, "best": 0}


@trial(1, {"n": [1, 2]})
def fit(n):
    ran("fit", n)
    cfg = SETUP
    return outcome(Model(cfg).score(n), last=n)


@trial(1, {"method": ["spawn", "forkserver"]})
def pooled(method):
    ran("pooled", method)
    with multiprocessing.get_context(method).Pool(2) as pool:
        return pool.map(evaluate, [1, 2])


@trial(1, {"n": [1]})
def joined(n):
    from joblib import Parallel, delayed

    ran("joined", n)
    return Parallel(n_jobs=2)(delayed(evaluate)(x) for x in [n, n + 1])


@trial(2, {"n": [1, 2, 3]})
def search(n):
    ran("search", n)
    cfg = SETUP
    update = {}
    for key in ("best", "seen"):
        update[key] = max(cfg.get(key, 0), n)
    return {"context_update": update}


@verify(["search"])
def check(results):
    ran("check")
    return SETUP["seen"] == 3 and len(results["search"]) == 3
