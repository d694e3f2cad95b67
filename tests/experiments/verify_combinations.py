# results["t"] maps the trial's name to its runs, one a combination, in the order of the combinations.
from decorators import trial, verify


@trial(1, {"n": [3, 1, 2], "m": ["b", "a"]})
def t(n, m):
    return f"{n}{m}"


@verify(["t"])
def check(results):
    runs = results.get("t", [])
    return [run["result"] for run in runs] == ["3b", "3a", "1b", "1a", "2b", "2a"]
