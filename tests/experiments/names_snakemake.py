# Functions with names that mean something to Snakemake, to a shell or to the report.
from decorators import setup, trial, verify


@setup()
def context():
    return {"config": 1}


@trial(1, {"wildcards": [1], "params": [2]})
def all(wildcards, params):
    return wildcards + params


@trial(1, {"rule": [1, 2]})
def rule(rule):
    return rule


@trial(1, {"input": ["a/b"]})
def input(input):
    return input


@trial(1, {"job": [1], "name": [2], "index": [3], "plan": [4], "kind": [5], "self": [6]})
def x(job, name, index, plan, kind, self):
    return [job, name, index, plan, kind, self]


@trial(1, {"n": [1]})
def trial_x(n):
    return "trial_x"


@trial(1, {"n": [1]})
def X(n):
    return "X"


@trial(1, {"output": [1], "log": [2]})
def config(output, log):
    return output + log


@trial(1, {"n": [1]})
def checkpoint(n):
    return n


@trial(1, {"n": [1]})
def report(n):
    return n


@trial(1, {"n": [1]})
def a_name_that_is_as_long_as_a_careful_author_may_make_it_when_describing_everything_it_does(n):
    return n


@verify(["all"])
def module(results):
    return results["all"][0]["result"] == 3 and results["x"][0]["result"] == [1, 2, 3, 4, 5, 6]


@verify(["trial_x"])
def verify_x(results):
    return results["trial_x"][0]["result"] == "trial_x" and results["X"][0]["result"] == "X"


@verify(["trial_x"])
def summary(results):
    return True
