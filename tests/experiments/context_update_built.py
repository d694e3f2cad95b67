# The update need not be written in the return statement: helpers, locals and mutation make it too.
import json

from decorators import trial


def wrap(update):
    return {"context_update": update}


@trial(1, {"n": [1, 2]})
def by_helper(n):
    return wrap({"helper": SETUP.get("helper", 0) + n})


@trial(1, {"n": [1, 2]})
def by_mutation(n):
    result = {}
    result["context_update"] = update = {}
    update["mutated"] = SETUP.get("mutated", 0) + n
    return result


@trial(1, {"n": [1, 2]})
def by_merge(n):
    return {"a": 1} | {"context_update": {"merged": SETUP.get("merged", 0) + n}}


@trial(1, {"n": [1, 2]})
def by_setdefault(n):
    result = {"n": n}
    result.setdefault("context_update", {}).update(defaulted=SETUP.get("defaulted", 0) + n)
    return result


class Result(dict):
    def __init__(self, n):
        super().__init__(seen=SETUP.get("class"), context_update={"class": n})


@trial(1, {"n": [1, 2]})
def by_class(n):
    return Result(n)


@trial(1, {"n": [1, 2]})
def by_json(n):
    return {**json.loads('{"context_update": {"json": %d}}' % n), "seen": SETUP.get("json")}


@trial(1, {"n": [1, 2]})
def by_addition(n):
    result = {"context_update": {"first": n}, "seen": [SETUP.get("first"), SETUP.get("second")]}
    result["context_update"]["second"] = n
    return result


@trial(1, {"n": [1, 2]})
def by_whole_context(n):
    return {"context_update": {**SETUP, "whole": SETUP.get("whole", 0) + n}}


@trial(1, {"n": [1, 2]})
def by_comprehension(n):
    return {k: {"comprehended": SETUP.get("comprehended", 0) + n} for k in ["context_update"]}
