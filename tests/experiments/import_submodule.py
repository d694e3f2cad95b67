# The module that the decorators are defined in, in all ways to import it.
import mlx2smk.decorators
import mlx2smk.decorators as d
from mlx2smk import decorators as again
from mlx2smk import trial
from mlx2smk.decorators import VerificationResult, setup
from mlx2smk.decorators import trial as other


@setup(order=1)
def init():
    return {"a": 1}


@trial(1, {"n": [1, 2]})
def t(n):
    return n + SETUP["a"]


@other(1, {"n": [3]})
def u(n):
    return n + SETUP["a"]


@d.trial(1, {"n": [4]})
def v(n):
    return n + SETUP["a"]


@again.trial(1, {"n": [5]})
def w(n):
    return n + SETUP["a"]


@mlx2smk.decorators.verify(["t", "u", "v", "w"])
def check(results):
    found = [run["result"] for name in "tuvw" for run in results[name]]
    return VerificationResult.SUPPORTS if found == [2, 3, 4, 5, 6] else False
