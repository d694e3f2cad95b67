# Names outside ASCII, for functions, parameters, keys and helpers.
from decorators import setup, trial, verify

π = 3.14159


@setup()
def größe():
    return {"schlüssel": 1, "日本": 2}


@trial(1, {"радиус": [1, 2]})
def площадь(радиус):
    return {"площадь": π * радиус**2, "context_update": {"κ": радиус}}


@trial(2, {"fi": [1]})
def ligature(ﬁ):
    return fi + SETUP["日本"] + SETUP["κ"]


@verify(["площадь"])
def überprüfung(results):
    return results["ligature"][0]["result"] == 5 and results["площадь"][1]["success"]
