# SPEC's first example, with its seeds.
from decorators import setup, trial, verify, VerificationResult
import numpy as np

@setup()
def init():
    # Consistent results across the whole run
    return {"seed": 42, "numpy_seed": 42, "torch_seed": 42}

@trial(1, {"n": [3]})
def t(n: int):
    # SETUP is available as a global
    x = np.random.RandomState(SETUP.get("numpy_seed", 0)).randn(n)
    return {"x_mean": float(x.mean())}

@verify(["t"]) 
def check(results):
    runs = results.get("t", [])
    if not runs:
        return VerificationResult.INCONCLUSIVE
    ok = all(r.get("success") and ("result" in r) for r in runs)
    return VerificationResult.SUPPORTS if ok else VerificationResult.REFUTES
