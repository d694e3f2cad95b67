"""Turns SETUP into what models want."""

DEPTH = "depth"


class Model:
    """A model that takes from the configuration what it needs."""

    def __init__(self, cfg, scale=1):
        self.rate = cfg["rate"] * scale
        self.depth = cfg.get(DEPTH, 1)

    def score(self, x):
        return self.rate * x + self.depth


def outcome(score, **update):
    """Return a result with an update of the context."""
    return {"score": score, "context_update": update}


def unused(cfg):
    return cfg["spare"]
