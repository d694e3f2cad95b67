# Runs carry the parameters they were given, in JSON's form.
from decorators import trial, verify


@trial(1, {"cfg": [{"betas": (0.9, 0.99)}], "n": [1, None], "t": [(1, (2,))]})
def t(cfg, n, t):
    return isinstance(cfg["betas"], tuple) and isinstance(t, tuple)


@verify(["t"])
def check(results):
    expected = [{"cfg": {"betas": [0.9, 0.99]}, "n": n, "t": [1, [2]]} for n in (1, None)]
    return [run["params"] for run in results["t"]] == expected and results["t"][0]["result"]
