# Ways to results that hide which trials are read.
import json
import operator
import sys

from decorators import trial, verify

NAME = "b"


def pick(results, name="c"):
    return results[name]


class Judge:
    def __init__(self, results):
        self.results = results

    def get(self):
        return self.results["b"]


@trial(1, {"n": [1, 2]})
def a(n):
    return n


@trial(1, {"n": [3]})
def b(n):
    return n


@trial(1, {"n": [4]})
def c(n):
    return n


@verify(["a"])
def by_constant(results):
    return results[NAME][0]["result"] == 3


@verify(["a"])
def by_class(results):
    return Judge(results).get()[0]["result"] == 3


@verify(["a"])
def by_itemgetter(results):
    return operator.itemgetter("a", "c")(results)[1][0]["result"] == 4


@verify(["a"])
def by_alias(results):
    x = results["a"]
    r = results
    return r["b"][0]["result"] == 3


@verify(["a"])
def by_match(results):
    match results:
        case {"b": [{"result": 3}]}:
            return True
    return False


@verify(["a"])
def by_json(results):
    return json.loads(json.dumps(results))["c"][0]["result"] == 4


@verify(["a"])
def by_locals(results):
    return locals()["results"]["b"][0]["result"] == 3


@verify(["a"])
def by_eval(results):
    return eval("results['b'][0]['result']") == 3


@verify(["a"])
def by_closure(results):
    def inner():
        return results["b"]

    return inner()[0]["result"] == 3


@verify(["a"])
def by_frame(results):
    return sys._getframe().f_locals["results"]["b"][0]["result"] == 3


@verify(["a"])
def by_map(results):
    return all(r["success"] for runs in map(results.get, "abc") for r in runs)


@verify(["a"])
def by_star(*args):
    return args[0]["b"][0]["result"] == 3


@verify(["a"])
def by_pop(results, more=None):
    return results.pop("b")[0]["result"] == 3 and "b" not in results
