# seed: random is seeded before the first statement, anew in each process.
import random

from decorators import setup, trial, verify

AT_IMPORT = random.random()


@setup()
def init():
    return {"seed": 42}


@trial(1, {"n": [1, 2]})
def draw(n):
    return [AT_IMPORT, random.random(), random.randint(1, 10**9), random.sample(range(100), 5)]


@verify(["draw"])
def check(results):
    one, two = (run["result"] for run in results["draw"])
    return one == two and one[0] == random.Random(42).random() == AT_IMPORT
