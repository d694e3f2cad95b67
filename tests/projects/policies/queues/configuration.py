"""Loads the policy that is set from outside."""

from importlib import import_module


class Configuration:
    policy = ""

    def simulated(self, jobs):
        module = import_module(self.policy)
        policy = getattr(module, self.policy.rpartition(".")[2])()
        return policy.order(jobs)
