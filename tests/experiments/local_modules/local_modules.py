# Local modules and packages beside the experiment, imported at the top, inside and by each other.
import shapes
import tools.text as text
from decorators import setup, trial, verify
from tools import VERSION, helpers
from tools.deep.bottom import reach as reach_bottom


@setup()
def init():
    return {"version": VERSION}


@trial(1, {"n": [2, 3]})
def area(n):
    from tools.numbers import cube

    return [shapes.Square(n).area(), cube(n), text.shout("hi"), helpers.LEVEL, reach_bottom()]


@trial(3, {})
def missing():
    import shapeless


@verify(["area"])
def check(results):
    import judge

    return judge.all_good(results["area"], SETUP)
