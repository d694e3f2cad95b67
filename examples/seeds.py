"""Seeds: with a seed in SETUP, random, numpy and torch draw the same numbers in every process.

torch is optional; its part is skipped if it is not installed.

    mlx compile examples/seeds.py && snakemake -j4
"""

import random

import numpy as np
from mlx2smk import SETUP, VerificationResult, setup, trial, verify


@setup()
def init():
    # `seed` is for random; without the other two keys it would seed numpy and torch as well
    return {"seed": 123, "numpy_seed": 456, "torch_seed": 789}


def torch_sample(n: int) -> list[float]:
    """Return n random numbers from torch, or an empty list if torch is not installed."""
    try:
        import torch
    except ImportError:
        return []
    return torch.randn(n).tolist()


@trial(1, {"repetition": [1, 2, 3]})
def draw(repetition: int):
    return {
        "random": [random.random() for _ in range(4)],
        "numpy": np.random.standard_normal(4),
        "torch": torch_sample(4),
    }


@trial(1, {"repetition": [1, 2, 3]})
def draw_apart(repetition: int):
    # a generator other than the global one must be seeded explicitly, here for each repetition
    generator = np.random.default_rng([SETUP["numpy_seed"], repetition])
    return {"numpy": generator.standard_normal(4)}


@verify(["draw"])
def processes_draw_the_same(results):
    """Every process starts from the same seeds."""
    first, *others = (run["result"] for run in results["draw"])
    same = all(other == first for other in others)
    return VerificationResult.SUPPORTS if same else VerificationResult.REFUTES


@verify(["draw"])
def seeds_are_those_of_setup(results):
    """The numbers are those that the libraries draw from these seeds."""
    drawn = results["draw"][0]["result"]
    expected_random = random.Random(SETUP["seed"])
    expected_numpy = np.random.RandomState(SETUP["numpy_seed"])
    return (
        drawn["random"] == [expected_random.random() for _ in range(4)]
        and drawn["numpy"] == expected_numpy.standard_normal(4).tolist()
    )


@verify(["draw_apart"])
def repetitions_differ(results):
    """Generators seeded by repetition draw different numbers."""
    samples = [tuple(run["result"]["numpy"]) for run in results["draw_apart"]]
    return len(set(samples)) == len(samples)
