import ast

import pytest

from mlx2smk.analysis.names import names_of


def names(text, *, lazy=False):
    (statement,) = ast.parse(text).body
    return names_of(statement, lazy_annotations=lazy)


def used(text, *, lazy=False):
    """All names of the module, or of nobody, that a statement uses."""
    return {item.name for item in names(text, lazy=lazy).references}


def now(text, *, lazy=False):
    """Those that it uses when it runs, before any function in it is called."""
    return {item.name for item in names(text, lazy=lazy).references if not item.deferred}


def chains(text):
    return {".".join((item.name, *item.attributes)) for item in names(text).references}


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("x = 1", {"x"}),
        ("x: int = 1", {"x"}),
        ("x = y = 1", {"x", "y"}),
        ("x, (y, *z) = 1", {"x", "y", "z"}),
        ("x += 1", {"x"}),
        ("x.a = 1", set()),
        ("x[0] = 1", set()),
        ("del x, y[0]", {"x"}),
        ("for x in y: z = 1\nelse: w = 1", {"x", "z", "w"}),
        ("with a() as x, b() as (y, z): pass", {"x", "y", "z"}),
        ("try:\n x = 1\nexcept E as e:\n y = 1\nfinally:\n z = 1", {"x", "e", "y", "z"}),
        ("if a: x = 1\nelif b: y = 1", {"x", "y"}),
        ("print(x := 1)", {"x"}),
        ("[(x := i) for i in y]", {"x"}),
        ("def f(p=(x := 1)): q = 1", {"f", "x"}),
        ("def f():\n global g\n g = 1", {"f", "g"}),
        ("def f():\n def h():\n  global g\n  import os as g", {"f", "g"}),
        ("class A:\n x = 1\n def m(self): pass", {"A"}),
        ("class A:\n global g\n g = 1", {"A", "g"}),
        ("import a.b.c", {"a"}),
        ("import a.b as c", {"c"}),
        ("from a import b, c as d", {"b", "d"}),
        ("from a import *", set()),
        (
            "match x:\n case [a, *b]: pass\n case {'k': c, **d}: pass\n case P(e) as f: pass",
            set("abcdef"),
        ),
        ("lambda x: (y := x)", set()),
        ("if __name__ == '__main__': x = 1\nelse: y = 1", {"y"}),
        ("x = [i for i in y]", {"x"}),
    ],
)
def test_what_a_statement_binds(text, bound):
    assert names(text).bound == bound


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = y + 1", {"y"}),
        ("x += 1", {"x"}),
        ("def f(a, *b, c, **d): return a, b, c, d, e", {"e"}),
        ("def f():\n a = 1\n def g(): return a, b\n return g", {"b"}),
        ("def f():\n a = 1\n def g():\n  nonlocal a\n  a = b", {"b"}),
        ("def f():\n global a\n a = 1\n return a", {"a"}),
        ("def f():\n def g():\n  global a\n  return a\n a = 1", {"a"}),
        ("def f():\n print(a)\n a = 1", {"print"}),
        ("def f():\n for a in b: pass\n with c as d: return d", {"b", "c"}),
        ("def f():\n try: pass\n except E as e: return e", {"E"}),
        ("def f(x):\n match x:\n  case C.a | C(q=b): return b", {"C"}),
        ("lambda a, b=c: (a, b, d)", {"c", "d"}),
        ("[a for a in b if c]", {"b", "c"}),
        ("{a: d for a in b for d in a}", {"b"}),
        ("(a for b in c)", {"a", "c"}),
        ("def f(): return [(a := i) for i in b], a", {"b"}),
        ("class A(B, metaclass=M): x = y", {"B", "M", "y"}),
        ("class A:\n x = 1\n def m(self): return x", {"x"}),
        ("class A:\n x = 1\n y = [x for _ in z]", {"x", "z"}),
        ("@d(e)\ndef f(a=b): pass", {"d", "e", "b"}),
        ("@d\nclass A: pass", {"d"}),
        ("def f(a: T) -> R: pass", {"T", "R"}),
        ("def f(a: 'T[U]') -> 'not code at all': pass", {"T", "U"}),
        ("x: 'T' = 1", {"T"}),
        ("def f():\n x: T = 1", {"T"}),
        ("class A:\n def m(self): return __x, __y__", {"_A__x", "__y__"}),
        ("class _A:\n def m(self): return __x", {"_A__x"}),
        ("del x", {"x"}),
        ("f'{x!r:{y}}'", {"x", "y"}),
        ("frame.query('a > @x and b < @ y')", {"frame", "x", "y"}),
        ("def f(x): return frame.eval('@x + @y')", {"frame", "y"}),
        ("if __name__ == '__main__': x()\nelse: y()", {"y"}),
        ("async def f():\n async for a in b:\n  async with c as d: await e", {"b", "c", "e"}),
    ],
)
def test_what_a_statement_uses(text, expected):
    assert used(text) == expected


def test_a_name_that_a_class_body_binds_may_still_be_the_modules():
    assert used("class A:\n x = x") == {"x"}
    assert [item.certain for item in names("class A:\n x = x").references] == [False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a=b): return c", {"b"}),
        ("@d\ndef f(): return c", {"d"}),
        ("class A:\n x = y\n def m(self, a=b): return c", {"y", "b"}),
        ("lambda a=b: c", {"b"}),
        ("[f(a) for a in b]", {"f", "b"}),
        ("def f(a: T): pass", {"T"}),
    ],
)
def test_function_bodies_are_used_later(text, expected):
    assert now(text) == expected


def test_lazy_annotations_are_used_later():
    assert now("def f(a: T): pass", lazy=True) == set()
    assert used("def f(a: T): pass", lazy=True) == {"T"}


def test_chains_of_attributes():
    assert chains("m.sub.f(n.x[0].y, k)") == {"m.sub.f", "n.x", "k"}
    assert chains("getattr(m, 'f')(getattr(n, x))") == {"m.f", "getattr", "n", "x"}
    assert chains("class A:\n def f(self): return m.__x") == {"m._A__x"}


def test_inner_imports_are_followed_by_what_they_bind():
    found = names("def f():\n import a.b as c\n from d import e\n return c.x, e.y, z").references
    assert [(item.name, item.attributes, [i.path for i in item.imports]) for item in found] == [
        ("c", ("x",), [("a.b", ())]),
        ("e", ("y",), [("d", ("e",))]),
        ("z", (), []),
    ]


def test_imports_say_whether_they_run_at_once():
    assert [(item.module, later) for item, later in names("import a").imports] == [("a", False)]
    assert [(item.module, later) for item, later in names("def f(): import a").imports] == [
        ("a", True)
    ]
    assert [(item.module, later) for item, later in names("class A: import a").imports] == [
        ("a", False)
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import a.b", ("a", ())),
        ("import a.b as c", ("a.b", ())),
        ("import a.b as a", ("a.b", ())),
        ("from a.b import c as d", ("a.b", ("c",))),
    ],
)
def test_what_an_imported_name_stands_for(text, path):
    ((imported, _),) = names(text).imports
    assert imported.path == path


def test_type_parameters_are_names_of_their_own():
    text = "def f[T](x: T) -> list[U]: return T"
    try:
        ast.parse(text)
    except SyntaxError:
        pytest.skip("this Python has no type parameters")
    assert used(text) == {"list", "U"}
    assert used("class A[T](B[T]): pass") == {"B"}
    assert used("type X[T] = list[T] | U") == {"list", "U"}
    assert names("type X = int").bound == {"X"}
