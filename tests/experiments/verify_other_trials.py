# A verification receives the results of all trials, whichever it names.
from decorators import trial, verify


def last(results, name):
    return results[name][-1]["result"]


@trial(1, {"n": [1, 2]})
def a(n):
    return n


@trial(1, {"n": [3, 4]})
def b(n):
    return n


@trial(1, {"n": [5]})
def c(n):
    return n


@verify(["a"])
def by_subscript(results):
    return results["b"][0]["result"] == 3


@verify(["a"])
def by_get(results):
    return len(results.get("c", [])) == 1 and results.get("nothing") is None


@verify(["a"])
def by_loop(results):
    return sum(run["result"] for runs in results.values() for run in runs) == 15


@verify(["b"])
def by_helper(results):
    return [last(results, name) for name in ("a", "b", "c")] == [2, 4, 5]


@verify(["b"])
def by_items(results):
    return {name: len(runs) for name, runs in results.items()} == {"a": 2, "b": 2, "c": 1}


@verify(["b"])
def by_membership(results):
    return "a" in results and "nothing" not in results and len(results) == 3


@verify(trial_names=["c"])
def other_name(runs_by_trial):
    copy = dict(runs_by_trial)
    return sorted(copy) == ["a", "b", "c"] and copy.pop("a")[1]["result"] == 2
