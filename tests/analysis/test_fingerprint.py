import ast
import hashlib
import pathlib
import sysconfig

import pytest

from mlx2smk.analysis.fingerprint import Detail, canonical_order, fingerprint


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x", "(Expr value=(Name id=<str 1:x>))"),
        ("f'a' 'b{x}' f'{x:>{w}}'", (
            "(Expr value=(JoinedStr<str 5:ab{x}>(FormattedValue -1 (Name id=<str 1:x>)"
            "(JoinedStr<str 1:>>(FormattedValue -1 (Name id=<str 1:w>))<str 0:>))<str 0:>))"
        )),
        ("def f(a): pass", (
            "(FunctionDef name=<str 1:f> args=(arguments args=[(arg arg=<str 1:a>)]) body=[(Pass)])"
        )),
        ("x = -1.5", (
            "(Assign targets=[(Name id=<str 1:x>)] value=(UnaryOp op=(USub) operand=<float 0x1.8000000000000p+0>))"
        )),
        ("from . import a", "(ImportFrom names=[(alias name=<str 1:a>)] level=<int 0x1>)"),
    ],
)  # fmt: skip
def test_what_is_hashed_is_the_same_for_every_version_of_python(text, written):
    (statement,) = ast.parse(text).body
    assert fingerprint(statement) == digest(written)


def test_independent_units_are_ordered_by_their_digests():
    assert canonical_order({0: "b", 1: "a", 2: "c"}, [set(), set(), set()]) == [1, 0, 2]


def test_dependent_units_keep_their_order():
    assert canonical_order({0: "b", 1: "a", 2: "c"}, [set(), {0}, set()]) == [0, 1, 2]
    assert canonical_order({0: "c", 1: "b", 2: "a"}, [set(), {0}, {1}]) == [0, 1, 2]


def test_units_that_are_not_there_hold_nothing_up():
    assert canonical_order({1: "b", 2: "a"}, [set(), {0}, {0}]) == [2, 1]


# ------------------------------------------------------------------ different programs, different digests


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("def f(*, a, b=1): pass", "def f(*, a=None, b=1): pass"),
        ("def f(*, a): pass", "def f(*, a=None): pass"),
        ("async def f(*, a, b): pass", "async def f(*, a, b=None): pass"),
        ("lambda *, a: 1", "lambda *, a=None: 1"),
        ("{None: x}", "{**x}"),
        ("{1: 2, None: x}", "{1: 2, **x}"),
        ("x[None:1]", "x[:1]"),
        ("x[1:None]", "x[1::]"),
        ("x[::None]", "x[::]"),
        ("def f(): return None", "def f(): return"),
        ("def f(): yield None", "def f(): yield"),
        ("match x:\n case None: pass", "match x:\n case _: pass"),
        ("match x:\n case {None: y}: pass", "match x:\n case {**y}: pass"),
        ("match x:\n case [*_]: pass", "match x:\n case [*y]: pass"),
        ("raise x", "raise x from None"),
        ("f(None)", "f(*None)"),
        ("f(a=x)", "f(**x)"),
        ("x: int", "x: int = None"),
        ("(x): int = 1", "x: int = 1"),
        ("try: x\nexcept: y", "try: x\nexcept None: y"),
        ("with x: pass", "with x as y: pass"),
        ("f'{x}'", "f'{x!s}'"),
        ("f'{x:{None}}'", "f'{x}{None}'"),
        ("from . import a", "from .. import a"),
        ("from .a import b", "from a import b"),
        ("[x async for x in y]", "[x for x in y]"),
        ("x[1:2, None]", "x[1:2,]"),
        ("x = b''", "x = ''"),
        ("x = ...", "x = 'Ellipsis'"),
        ("x = 0j", "x = -0j"),
    ],
)  # fmt: skip
def test_what_is_missing_is_not_none(one, two):
    assert fingerprint(ast.parse(one).body[0]) != fingerprint(ast.parse(two).body[0])


class _Meaning(ast.NodeTransformer):
    """Leaves of a tree what counts, by Python's own dump: no texts that nothing uses, no prefix u."""

    def generic_visit(self, node):
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list):
                kept = [item for item in block if not _is_text(item)]
                setattr(node, name, kept or ([ast.Pass()] if name == "body" else []))
        if isinstance(node, ast.FormattedValue) and node.format_spec == ast.JoinedStr([]):
            node.format_spec = None
        return node

    def visit_Constant(self, node):
        return ast.Constant(node.value)


def _is_text(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def meaning(text):
    tree = _Meaning().visit(ast.parse(text))
    return ast.dump(tree.body[0])


def mutants(tree):
    """Yield a statement with one part of it made None, taken out, or swapped with its neighbour."""
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            places = range(len(value)) if isinstance(value, list) else ()
            for place in places:
                for change in _changes(value, place):
                    setattr(node, name, change)
                    yield _written(tree)
            if isinstance(value, ast.expr):
                for other in (None, ast.Constant(None)):
                    setattr(node, name, other)
                    yield _written(tree)
            setattr(node, name, value)


def _changes(items, place):
    before, after = items[:place], items[place + 1 :]
    yield [*before, *after]
    yield [*before, None, *after]
    yield [*before, ast.Constant(None), *after]
    yield [*before, *after[:1], items[place], *after[1:]]


def _written(tree):
    """Return the text of a tree that may be no program, None if it is none."""
    try:
        text = ast.unparse(tree)
        return text if len(ast.parse(text).body) == 1 else None
    except (SyntaxError, ValueError, TypeError, AttributeError, LookupError):
        return None


EVERY_CONSTRUCT = """
@d
def f(a: A, /, b=1, *c: C, d, e=None, g: G = 2, **h) -> R: return None
async def f(*, a, b): return [await x async for x in y if z]
f = lambda a, *, b, c=None: (yield)
x = {**a, None: b, 1: 2}
x = a[1:2:3, :, None], {*a, None}, (*a, None), [None, *b]
f(a, *b, None, c=None, **d)
class A(B, *c, metaclass=M, **d): x: int = None; y: int
for i, *j in a: break
else: continue
while (a := b): pass
try: a
except B as c: d
except (E, None): f
else: g
finally: h
with a as b, c, d as (e, f): pass
match a, None:
    case [None, True, *b] | (1, *_): c
    case {None: d, 'k': e, **f} if g: h
    case A(b, c=None, d=[e]) as f: g
    case a.b | -1 | None: return
    case _: raise
raise a from None
assert a, None
del a, b[None:]
x = f'{a!r:>{b}}{None}', a < b < None, not a, a if b else None
x = y = z = a or b or None
import a.b as c, d
from . import a as b, c
def g(): global a, b; nonlocal c; yield None; yield; yield from a; return
""".strip()

SOURCES = ("dataclasses", "statistics", "every construct")


def _source(name):
    if name == "every construct":
        return EVERY_CONSTRUCT
    return pathlib.Path(sysconfig.get_path("stdlib"), f"{name}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SOURCES)
def test_programs_that_parse_differently_have_different_digests(name):
    found = {}
    for statement in ast.parse(_source(name)).body:
        if len(ast.unparse(statement)) > 500:
            continue
        for text in filter(None, (ast.unparse(statement), *mutants(statement))):
            digest, means = fingerprint(ast.parse(text).body[0]), meaning(text)
            assert found.setdefault(digest, means) == means, text
    assert len(found) > 50


# ------------------------------------------------------------------ what only some code can see


def test_docstrings_count_on_request():
    one, two = (ast.parse(f"def f():\n    '{text}'").body[0] for text in ("a", "b"))
    assert fingerprint(one) == fingerprint(two)
    seen = Detail(docstrings=True)
    assert fingerprint(one, seen) != fingerprint(two, seen)


@pytest.mark.parametrize(
    ("one", "two"),
    [("x = 1", "\nx = 1"), ("x = (1, 2)", "x = (1,\n 2)"), ("f(f'{a}', b)", "f(f'{a}',\nb)")],
)
def test_lines_count_on_request(one, two):
    again = ast.parse(one).body[0]
    one, two = (ast.parse(text).body[0] for text in (one, two))
    assert fingerprint(one) == fingerprint(two)
    seen = Detail(lines=True)
    assert fingerprint(one, seen) != fingerprint(two, seen)
    assert fingerprint(one, seen) == fingerprint(again, seen)
