# Last writer wins, in the order of the combinations, in both modes.
from decorators import trial


@trial(1, {"n": [3, 1, 2], "__parallel__": 3})
def together(n):
    return {"context_update": {"together": n}}


@trial(1, {"n": [3, 1, 2]})
def in_turn(n):
    return {"context_update": {"in_turn": n}}


@trial(2, {"n": [0]})
def look(n):
    return [SETUP["together"], SETUP["in_turn"]]
