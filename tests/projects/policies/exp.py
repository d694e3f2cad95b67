"""Compare policies that a configuration loads by name, in the style of simulators with plug-ins."""

import os

from decorators import setup, trial, verify
from queues.configuration import Configuration


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


def configured(policy):
    configuration = Configuration()
    configuration.policy = f"queues.policies.{policy}"
    return configuration


@setup()
def start():
    ran("start")
    return {"jobs": [3, 1, 2]}


@trial(1, {"policy": ["Shortest", "Longest", "Alternating"], "n": [2, 3]})
def served(policy, n):
    ran("served", policy, n)
    return configured(policy).simulated(SETUP["jobs"])[:n]


@trial(1, {"rule": ["Even", "odd"]})
def ruled(rule):
    ran("ruled", rule)
    from queues.rules import LOADED

    return [LOADED[rule].__name__, sorted(LOADED)]


@verify(["served"])
def check(results):
    ran("check")
    return all(run["success"] for run in results["served"])
