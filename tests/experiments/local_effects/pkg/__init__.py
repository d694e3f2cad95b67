from .inner import inner_value
import json, os

VALUE = 10


class Thing:
    def __init__(self, x):
        self.x = x


def late():
    return inner_value() + VALUE


def __getattr__(name):
    if name == "dynamic_attribute":
        return "dyn"
    raise AttributeError(name)


def read():
    with open(os.path.join(os.path.dirname(__file__), "data.json")) as f:
        return json.load(f)
