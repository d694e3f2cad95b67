# A setup alone: no trial and no verification.
from decorators import setup


@setup()
def init():
    return {"a": 1}
