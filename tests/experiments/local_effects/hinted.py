from __future__ import annotations


class Later:
    pass


Alias = int


def f(x: Later, y: Alias) -> None:
    pass
