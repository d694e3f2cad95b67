"""Linear regression: does gradient descent converge to the closed-form solution?

The context passes on the best learning rate: `descend` records the error of each rate, and `refine`
continues with the best one.

    mlx compile examples/linear_regression.py && snakemake -j4
"""

import numpy as np
from mlx2smk import SETUP, VerificationResult, setup, trial, verify

TRUE_WEIGHTS = [2.0, -1.0, 0.5, 3.0]  # the last one is the intercept


@setup()
def init():
    return {"seed": 7, "rows": 400, "noise": 0.1, "tolerance": 1e-6}


def make_data():
    """Return the design matrix, with a column of ones, and the targets."""
    x = np.random.normal(size=(SETUP["rows"], len(TRUE_WEIGHTS) - 1))  # seeded by the runner
    x = np.column_stack([x, np.ones(len(x))])
    y = x @ TRUE_WEIGHTS + np.random.normal(scale=SETUP["noise"], size=len(x))
    return x, y


def closed_form(x, y):
    """Return the least-squares solution."""
    return np.linalg.lstsq(x, y, rcond=None)[0]


def descent(x, y, rate: float, steps: int):
    """Return the weights after the given number of steps of gradient descent from zero."""
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        weights -= rate * 2 / len(x) * x.T @ (x @ weights - y)
    return weights


def distance(a, b) -> float:
    """Return the largest absolute difference between corresponding weights."""
    return float(np.max(np.abs(a - b)))


@trial(1, {})
def solve():
    x, y = make_data()
    return {"weights": closed_form(x, y)}


@trial(1, {"rate": [0.001, 0.01, 0.1, 0.3], "steps": [10, 100], "__parallel__": 4})
def descend(rate: float, steps: int):
    x, y = make_data()
    error = distance(descent(x, y, rate, steps), closed_form(x, y))
    return {"error": error, "context_update": {f"error {rate} {steps}": error}}


@trial(2, {"steps": [500]})
def refine(steps: int):
    errors = {key: SETUP[key] for key in SETUP if key.startswith("error ")}
    rate = float(min(errors, key=errors.__getitem__).split()[1])
    x, y = make_data()
    return {"rate": rate, "weights": descent(x, y, rate, steps)}


@verify(["solve", "refine"])
def descent_converges(results):
    """With the best rate, gradient descent converges to the closed-form solution."""
    weights, exact = (results[name][0]["result"]["weights"] for name in ("refine", "solve"))
    near = distance(np.array(weights), np.array(exact)) < SETUP["tolerance"]
    return VerificationResult.SUPPORTS if near else VerificationResult.REFUTES


@verify(["solve"])
def weights_are_recovered(results):
    """The closed form finds the true weights, to within five standard errors."""
    error = distance(np.array(results["solve"][0]["result"]["weights"]), np.array(TRUE_WEIGHTS))
    return error < 5 * SETUP["noise"] / SETUP["rows"] ** 0.5


@verify(["descend"])
def more_steps_help(results):
    """At every rate, 100 steps get closer than 10."""
    errors = {tuple(run["params"].values()): run["result"]["error"] for run in results["descend"]}
    return all(errors[rate, 100] < errors[rate, 10] for rate, steps in errors if steps == 10)
