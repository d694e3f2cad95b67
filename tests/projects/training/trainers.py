"""Trainers that keep their configuration, as most of them do."""

from copy import deepcopy

STEPS = "steps"


class Trainer:
    """Keeps what it is given, and reads of it what it needs when it needs it."""

    def __init__(self, cfg, log=None):
        self.cfg = deepcopy(cfg)
        self.log = log

    def fit(self, n):
        for _ in range(self.cfg.get(STEPS, 1)):
            n = self._step(n, self.cfg)
        return n

    def _step(self, n, cfg):
        return n * cfg["rate"]


class Decaying(Trainer):
    """Has a method of its own that reads another key."""

    def __init__(self, cfg):
        super().__init__(cfg)
        self.decay = cfg["decay"]

    def _step(self, n, cfg):
        return n * cfg["rate"] - self.decay
