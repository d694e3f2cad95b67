"""Fibonacci numbers: the recursive definition compared with a loop.

    mlx compile examples/fib.py && snakemake -j4
"""

from mlx2smk import VerificationResult, trial, verify


def recursive(n: int) -> tuple[int, int]:
    """Return the n-th Fibonacci number and the number of calls that the recursion took."""
    if n < 2:
        return n, 1
    (a, calls_a), (b, calls_b) = recursive(n - 1), recursive(n - 2)
    return a + b, calls_a + calls_b + 1


def iterative(n: int) -> tuple[int, int]:
    """Return the n-th Fibonacci number and the number of steps that the loop took."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a, n


METHODS = {"recursive": recursive, "iterative": iterative}


@trial(
    1,
    {
        "method": ["recursive", "iterative"],
        "n": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    },
)
def fib(method: str, n: int):
    value, work = METHODS[method](n)
    return {"value": value, "work": work}


def by_method(results, method: str, key: str) -> list[int]:
    """Return one number from each run of a method, in the order of n."""
    runs = [run for run in results["fib"] if run["params"]["method"] == method]
    return [run["result"][key] for run in runs]


@verify(["fib"])
def methods_agree(results):
    """Both methods give the same numbers."""
    same = by_method(results, "recursive", "value") == by_method(results, "iterative", "value")
    return VerificationResult.SUPPORTS if same else VerificationResult.REFUTES


@verify(["fib"])
def recursion_grows_with_the_numbers(results):
    """The recursion takes 2 F(n+1) - 1 calls, so its cost grows like the numbers themselves."""
    ns = [run["params"]["n"] for run in results["fib"] if run["params"]["method"] == "recursive"]
    expected = [2 * iterative(n + 1)[0] - 1 for n in ns]
    return by_method(results, "recursive", "work") == expected
