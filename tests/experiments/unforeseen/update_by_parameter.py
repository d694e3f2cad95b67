# A parameter holds the whole result, update and all.
from decorators import trial


@trial(1, {"cfg": [{"context_update": {"total": 1}}, {"context_update": {"total": 2}}]})
def by_parameter(cfg):
    return {"seen": SETUP.get("total"), **cfg}
