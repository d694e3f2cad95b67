# NaN and the infinities survive in results, in the context and in what a verification receives.
import math

from decorators import trial, verify


@trial(1, {"name": ["nan", "inf", "-inf"]})
def give(name):
    return {"x": float(name), "list": [float(name)], "context_update": {name: float(name)}}


@verify(["give"])
def check(results):
    nan, inf, minus = (run["result"]["x"] for run in results["give"])
    return math.isnan(nan) and inf == math.inf and minus == -math.inf and math.isnan(SETUP["nan"])
