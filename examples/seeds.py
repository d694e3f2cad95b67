"""Seeds: random, numpy and torch draw the same numbers in every process, and others without a seed.

torch need not be installed: its part is then left out.

    mlx compile examples/seeds.py && snakemake -j4
"""

import random

import numpy as np
from mlx2smk import VerificationResult, setup, trial, verify


@setup()
def init():
    # `seed` is random's; without the other two it would be numpy's and torch's as well
    return {"seed": 123, "numpy_seed": 456, "torch_seed": 789}


def torch_sample(n: int) -> list[float]:
    """Return n numbers of torch's generator, none where torch is not installed."""
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
    # a generator that is not the global one is seeded by hand, here with a seed for each repetition
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
    """What was drawn is what the libraries draw from these seeds."""
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
