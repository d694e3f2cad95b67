from ..numbers import cube
from ..text import MARK


def reach():
    return f"{cube(2)}{MARK}"
