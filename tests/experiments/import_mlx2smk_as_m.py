# mlx2smk as a module, under its own name and another.
import mlx2smk
import mlx2smk as m


@m.setup(order=1)
def init():
    return {"a": 1}


@m.trial(1, {"n": [1, 2]})
def t(n):
    return n + SETUP["a"]


@mlx2smk.verify(["t"])
def check(results):
    return m.VerificationResult.SUPPORTS if results["t"][1]["result"] == 3 else False
