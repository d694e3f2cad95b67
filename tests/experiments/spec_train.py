# SPEC's example of seeds for numpy and torch, plus a simple verification.
from decorators import setup, trial, verify, VerificationResult
import sys

@setup()
def init():
    # Seeding across libraries
    return {"seed": 123, "numpy_seed": 123, "torch_seed": 123}

@trial(1, {"n": [5]})
def train(n: int):
    import numpy as np
    try:
        import torch
        # torch seeded automatically by the runner in each child process
        t = torch.randn(n).tolist()
    except Exception:
        t = []
    # Using numpy seeded via SETUP
    rng = np.random.default_rng(SETUP.get("numpy_seed", 0))
    x = rng.standard_normal(n)
    return {"torch_sample": t, "np_mean": float(x.mean())}

@verify(["train"]) 
def check(results):
    runs = results.get("train", [])
    if not runs:
        return VerificationResult.INCONCLUSIVE
    # Minimal check: results exist and have expected keys
    ok = all(r.get("success") and ("np_mean" in r.get("result", {})) for r in runs)
    return VerificationResult.SUPPORTS if ok else VerificationResult.REFUTES
