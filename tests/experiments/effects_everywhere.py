# Effects in every place where module-level code can have them, the names unused.
import dataclasses
import functools
import heapq
import operator
import pickle
import sys
import typing
import xml.dom.minidom
import xml.etree.ElementTree

from decorators import trial

ITEMS = []
TABLE = {"a": 0}
Alias = int
add = ITEMS.append


class Noted:
    log = []

    def __lshift__(self, other):
        self.log.append("shift")

    def __setattr__(self, name, value):
        self.log.append(f"set {name}")

    def __enter__(self):
        self.log.append("enter")

    def __exit__(self, *error):
        self.log.append("exit")

    def __iter__(self):
        self.log.append("iter")
        return iter((1, 2))


class Named:
    def __set_name__(self, owner, name):
        ITEMS.append(f"name {name}")


def deco(thing):
    ITEMS.append(f"deco {thing.__name__}")
    return thing


def default(x=ITEMS.append("default")):
    pass


def annotated(x: ITEMS.append("annotation")) -> ITEMS.append("returns"):
    pass


class Body:
    ITEMS.append("body")
    field = Named()


class Based(ITEMS.append("base") or object):
    pass


class Keyword(metaclass=(ITEMS.append("metaclass") or type)):
    pass


@deco
def decorated():
    pass


@deco
class Decorated:
    pass


_ = [ITEMS.append(i) for i in range(2)]
(lambda: ITEMS.append("lambda"))()
assert ITEMS.append("assert") is None
if ITEMS.append("if"):
    pass
_popped = ITEMS.pop()
_table = TABLE.setdefault("s", []).append(1)
TABLE["a"] += 1
del ITEMS[0]
HEAP = [3, 2]
_heap = heapq.heappush(HEAP, 1)
ITERATOR = iter([1, 2, 3])
_next = next(ITERATOR)
_sorted = sorted([1], key=lambda v: ITEMS.append("key") or 0)
_list = list(map(ITEMS.append, ["map"]))
_any = any(ITEMS.append("any") for _ in range(1))
_reduced = functools.reduce(lambda a, b: ITEMS.append("reduce"), [1, 2])
_and = isinstance(1, int) and ITEMS.append("and")
_dict = dict(a=ITEMS.append("dict"))
_typed: int = ITEMS.append("typed")
add("alias")
NOTED = Noted()
NOTED << 1
NOTED.x = 1
for _ in NOTED:
    ITEMS.append("for")
with NOTED:
    ITEMS.append("with")
try:
    ITEMS.append("try")
finally:
    ITEMS.append("finally")
match TABLE:
    case {"a": 1}:
        ITEMS.append("match")


def configure():
    global by_global
    by_global = 5


configure()


def generate():
    global by_generator
    by_generator = 1
    yield 1


_generated = list(generate())


def twice():
    return "first"


def twice():
    return "second"


if Alias is int:

    def chosen():
        return "int"

else:

    def chosen():
        return "other"


def patched(function):
    return lambda: "patched " + function()


chosen = patched(chosen)
Noted.extra = lambda self: "extra"


@dataclasses.dataclass
class Typed:
    x: "Alias" = 1
    y: typing.Optional["Later"] = None


class Later:
    pass


def hidden():
    return "hidden"


@trial(1, {})
def look():
    return [ITEMS, TABLE, Noted.log, next(ITERATOR), HEAP]


@trial(1, {})
def functions():
    return [by_global, by_generator, twice(), chosen(), NOTED.extra()]


@trial(1, {})
def hints():
    return str(typing.get_type_hints(Typed))


@trial(1, {})
def one_import_of_two():
    return xml.etree.ElementTree.fromstring("<a/>").tag


@trial(1, {})
def unpickled():
    return pickle.loads(b"ceffects_everywhere\nhidden\n.")()


@trial(1, {})
def attribute():
    return operator.attrgetter("hidden")(sys.modules[__name__])()
