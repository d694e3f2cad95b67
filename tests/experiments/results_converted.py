# Results go through JSON: keys become strings, subclasses what they extend.
import collections
import enum

from decorators import trial


class Level(enum.IntEnum):
    HIGH = 3


class Word(str):
    pass


Point = collections.namedtuple("Point", "x y")


@trial(1, {"which": ["keys", "point", "level", "word", "ordered", "default"]})
def give(which):
    if which == "keys":
        return {1: "int", 1.5: "float", False: "bool", None: "none", "s": "str"}
    if which == "point":
        return Point(1, Point("x", 2))
    if which == "level":
        return [Level.HIGH, {"level": Level.HIGH}]
    if which == "word":
        return {Word("key"): Word("value")}
    if which == "ordered":
        return collections.OrderedDict(b=1, a=2)
    return collections.defaultdict(list, a=[1])
