# Coupled parameters: a single cfg parameter with a list of dicts, nested and unlike each other.
from decorators import trial, verify

DEFAULTS = {"lr": 0.1, "layers": [8]}


@trial(
    1,
    {
        "cfg": [
            {"lr": 0.01, "layers": [16, 16]},
            {"lr": 1e-4, "optimizer": {"name": "adam", "betas": (0.9, 0.999)}},
            {},
            {"layers": [], "none": None, "flag": True, "weird key/..": "v"},
        ],
        "seed": [0, 1],
    },
)
def train(cfg, seed):
    cfg = {**DEFAULTS, **cfg}
    return {"width": sum(cfg["layers"]), "lr": cfg["lr"], "keys": sorted(cfg), "seed": seed}


@verify(["train"])
def check(results):
    return [run["result"]["width"] for run in results["train"]] == [32, 32, 8, 8, 8, 8, 0, 0]
