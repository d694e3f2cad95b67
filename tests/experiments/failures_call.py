# Failures of everyday code: missing names, wrong types, indices, division.
from decorators import trial


def share(total, parts):
    return total / len(parts)


@trial(1, {"which": ["name", "type", "index", "zero", "attribute", "unbound", "key", "unpack"]})
def go(which):
    if which == "name":
        return undefined_name
    if which == "type":
        return 1 + "1"
    if which == "index":
        return [][3]
    if which == "zero":
        return share(1, [])
    if which == "attribute":
        return None.x
    if which == "unbound":
        return local
        local = 1
    if which == "key":
        return {}["k"]
    a, b = [1]
