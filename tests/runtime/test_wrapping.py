"""What stands for a function of a library behaves like it: also for classes in C, and all kinds of methods."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from mlx2smk.runtime.wrapping import put_around, put_instead
from tests.support.paths import ROOT


class Base:
    def plain(self, x):
        return type(self).__name__, x

    @staticmethod
    def static(x):
        return x

    @classmethod
    def of_class(cls, x):
        return cls.__name__, x


@pytest.fixture
def library():
    kind = type("Base", (), {name: vars(Base)[name] for name in ("plain", "static", "of_class")})
    derived = type("Derived", (kind,), {})
    return SimpleNamespace(Base=kind, Derived=derived)


@pytest.fixture
def calls(library):
    seen = []

    def around(make, given, named):
        seen.append(given[-1])
        return make(*given, **named)

    put_around(
        library, "Base Base.plain Base.static Base.of_class Base.absent gone Gone.too", around
    )
    return seen


def test_methods_of_all_kinds(library, calls):
    one, other = library.Base, library.Derived
    assert other().plain(1) == ("Derived", 1)
    assert other.static(2) == other().static(2) == 2
    assert other.of_class(3) == other().of_class(3) == ("Derived", 3)
    assert one.of_class(4) == ("Base", 4)
    assert calls == [1, 2, 2, 3, 3, 4]


def test_a_class_stays_what_it_was_for_isinstance(library, calls):
    calls.clear()
    own = type("Own", (library.Base,), {"__init__": lambda _self, _x: None})
    assert isinstance(library.Derived(), library.Base)
    assert issubclass(library.Derived, library.Base)
    assert isinstance(own(5), library.Base)
    assert isinstance(own(6), own)
    assert not isinstance(library.Derived(), own)
    assert calls == [5, 6]


def test_a_class_may_have_abstract_bases_too(library, calls):
    class Own(library.Base, Iterable):
        def __init__(self, _x):
            pass

        def __iter__(self):
            return iter([1])

    class Never(library.Base, Iterable):
        def __init__(self, _x):
            pass

    calls.clear()
    assert list(Own(5)) == [1]
    assert isinstance(Own(6), library.Base)
    assert isinstance(library.Derived(), library.Base)
    assert not isinstance([], library.Base)
    assert not isinstance(library.Derived(), Own)
    assert calls == [5, 6]
    with pytest.raises(TypeError, match="abstract"):
        Never(7)


def test_nothing_is_wrapped_twice(library, calls):
    put_around(library, "Base.static", lambda *_: "again")
    put_instead(library, "Base.static", lambda _: lambda _: "again")
    assert library.Base.static(1) == 1
    assert calls == [1]


IN_C = """
import _sqlite3, sqlite3
from mlx2smk.runtime.wrapping import put_instead

class Own(sqlite3.Cursor):
    def execute(self, *words):
        return super().execute(*words)

base = sqlite3.connect(":memory:")
for _ in range(100):  # so that the interpreter remembers the method
    base.cursor().execute("select 1")
seen = []
def instead_of(function):
    def execute(self, *words):
        seen.append(words)
        return function(self, *words)
    return execute
put_instead(_sqlite3, "Cursor.execute Cursor.rowcount", instead_of)
assert base.cursor().execute("select 2").fetchone() == (2,)
assert base.cursor(Own).execute("select ?", (3,)).fetchone() == (3,)
print(seen)
"""


def test_a_method_of_a_class_in_c():
    run = subprocess.run(
        [sys.executable, "-c", IN_C], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stdout == "[('select 2',), ('select ?', (3,))]\n", run.stderr
