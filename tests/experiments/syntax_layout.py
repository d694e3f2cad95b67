# Layout: several statements a line, continuations, tabs, text that looks like a trial.
"""A module docstring that code reads."""
from decorators import setup, trial; from decorators import verify

A = 1; B = 2; unused = 3; C = A + \
    B

TEXT = '''first
@trial(1, {"no": [1]})
def not_a_trial(no): pass
last'''; AFTER = len(TEXT.splitlines())


def one(): return "one"
def two(): return "two"; print("never")


@setup(
    order
    =
    1,
)
# a comment between
def init(

):
	return {"tab": True}


@trial(
    order=1, values={
        "n": [
            1,  # one
            2,
        ],
    }
)
def go(n): x = [A, B, C, TEXT, AFTER, one(), two(), __doc__]; return x + [n]


class K: a = 1; b = a + 1


@verify(["go"],)
def check(results): return K.b == 2 and len(results["go"]) == 2
