# The update need not be written in the return statement: helpers, locals and mutation make it too.
from decorators import trial


def wrap(update):
    return {"context_update": update}


def named():
    name = "context_" + "update"
    return {name: {"named": SETUP.get("named", 0) + 1}}


@trial(1, {"n": [1, 2]})
def by_helper(n):
    return wrap({"helper": SETUP.get("helper", 0) + n})


@trial(1, {"n": [1, 2]})
def by_name(n):
    return named()


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


@trial(1, {"cfg": [{"context_update": {"given": 1}}, {"context_update": {"given": 2}}]})
def by_parameter(cfg):
    return {"seen": SETUP.get("given"), **cfg}


@trial(1, {"n": [1, 2]})
def by_comprehension(n):
    return {k: {"comprehended": SETUP.get("comprehended", 0) + n} for k in ["context_update"]}
