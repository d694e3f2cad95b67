# Undecorated helpers, classes, constants, other decorators, defaults and keyword-only arguments.
import functools
import math as m
from collections import Counter
from math import sqrt as root, tau

from decorators import setup, trial, verify

SCALE = 2
SCALE = SCALE + 1
NAMES = first, (second, *rest) = "a", ("b", "c", "d")
TABLE = {name: SCALE * i for i, name in enumerate("xyz")}
squares = [n * n for n in range(4)]


def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return [function.__name__, function(*args, **kwargs)]

    return wrapper


def times(factor):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(**kwargs):
            return [function(**kwargs)] * factor

        return wrapper

    return decorate


class Base:
    unit = SCALE

    def area(self):
        return self.unit * self.side() ** 2


class Square(Base):
    def __init__(self, size=tau):
        self.size = size

    def side(self):
        return self.size

    @staticmethod
    def make(n):
        return Square(n)

    @classmethod
    def name(cls):
        return cls.__name__.lower()


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


halve = lambda n: n / SCALE


def plain(function):
    return lambda: dict(function(), wrapped=True)


@setup()
@plain
def init():
    return {"a": 1}


@trial(1, {"n": [2, 3]})
@counted
@times(2)
def all_of_it(n, extra=SCALE * 10, *, size=4, **more):
    return [
        n + extra + size,
        TABLE,
        first + second + "".join(rest),
        squares,
        Square.make(n).area(),
        Square.name(),
        round(Square().side(), 6),
        fib(30),
        even(10),
        halve(9),
        m.floor(root(10)),
        Counter("abca")["a"],
        more,
    ]


@times(1)
@trial(2, {"values": [[1, 2]], "order": [3]})
def outside(*, values, order):
    return sum(values) + order


@verify(["outside"])
def check(results, threshold=6):
    return results["outside"][0]["result"] == [threshold]
