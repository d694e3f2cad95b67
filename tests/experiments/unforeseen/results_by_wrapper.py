# A decorator around a verification reads the results of a trial that the verification does not.
import functools

from decorators import trial, verify


def only_b(function):
    @functools.wraps(function)
    def wrapper(results):
        return function({"only": results["b"]})

    return wrapper


@trial(1, {"n": [1]})
def a(n):
    return n


@trial(1, {"n": [2]})
def b(n):
    return n


@verify(["a"])
@only_b
def check(results):
    return results["only"][0]["result"] == 2
