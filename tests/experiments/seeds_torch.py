# torch_seed: torch's generator, with seed as random's and numpy's; cudnn deterministic.
from decorators import setup, trial, verify


@setup()
def init():
    return {"seed": 123, "torch_seed": 321}


@trial(1, {"n": [5]})
def train(n: int):
    import numpy as np

    try:
        import torch
    except ImportError:
        return {"torch_sample": [], "np_mean": float(np.random.rand(n).mean())}
    return {
        "torch_sample": torch.randn(n),
        "scalar": torch.tensor(2.5),
        "np_mean": float(np.random.rand(n).mean()),
        "deterministic": torch.backends.cudnn.deterministic,
        "benchmark": torch.backends.cudnn.benchmark,
        "initial": torch.initial_seed(),
    }


@verify(["train"])
def check(results):
    return all(run.get("success") and "np_mean" in run.get("result", {}) for run in results["train"])
