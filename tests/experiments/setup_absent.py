# Without a setup SETUP is an empty dict.
from decorators import trial, verify


@trial(1, {"n": [1]})
def look(n):
    return [SETUP == {}, len(SETUP), SETUP.get("x"), isinstance(SETUP, dict)]


@verify(["look"])
def check(results):
    return SETUP == {} and results["look"][0]["result"] == [True, 0, None, True]
