# SETUP is imported, so that editors know the name.
import mlx2smk
from mlx2smk import SETUP, setup, trial, verify
from mlx2smk import SETUP as S

AT_LOADING = S.get("a")


@setup(order=1)
def init():
    return {"a": 1}


@setup(order=2)
def more():
    return {"b": SETUP["a"] + 1}


@trial(1, {"n": [1, 2]})
def t(n):
    return {"sum": n + S["a"] + mlx2smk.SETUP["b"], "context_update": {"c": n}}


@trial(2, {})
def late():
    from mlx2smk import SETUP

    return [SETUP["c"], AT_LOADING]


@verify(["t", "late"])
def check(results):
    return mlx2smk.SETUP["c"] == 2 and results["late"][0]["result"] == [2, 1]
