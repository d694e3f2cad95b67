"""Strategies of experiments that are put together from all forms of Python's syntax, and of words of a command."""

from __future__ import annotations

from textwrap import indent

from hypothesis import strategies as st

from tests.support.fuzzed_inputs import EXPRESSIONS

HOLE, BLOCK = "@@", "%%"
EXPRESSION_FORMS = [
    *("(@@)", "[@@, @@]", "(@@, *@@)", "{@@: @@, **@@}", "{@@, @@}", "@@.x", "@@.context_update"),
    *("(@@)[@@]", "(@@)[@@:@@, ...]", "(@@)(@@, *@@, **@@)", "t(n=@@)", "helper(@@, key=@@)"),
    *("lambda a=@@, /, *b, c=@@, **d: @@", "[@@ for a in @@ if @@ for b in a]", "(@@ for n in @@)"),
    *(
        "{a: @@ for a, (b, *c) in @@}",
        "(a := @@)",
        "(@@) if @@ else (@@)",
        "not @@",
        "(@@) < @@ in @@",
    ),
    *(
        "(await (@@))",
        "(yield @@)",
        "(yield from @@)",
        "[a async for a in @@]",
        "-(@@)",
        "(@@) | @@",
    ),
    *(
        "f'{(@@)!r:>{(@@)}}'",
        'f"""{@@ = }{{}}"""',
        "f'{n:{n}{n}}' '@@'",
        "'%s %(a)s' % (@@)",
        "@@ @ @@",
    ),
    *("'{n}{n.x[0]}'.format(n=@@)", "SETUP[@@]", "SETUP.get(@@, @@)", "{'context_update': @@}"),
    *("dict(context_update=@@)", "(@@) and (@@) or @@", "type(@@)(@@)", "open(@@, mode=@@)"),
]
STATEMENT_FORMS = [
    *(
        "@@",
        "return @@",
        "a = b, *c = @@",
        "a: @@ = @@",
        "n += @@",
        "(@@).x = @@",
        "n[@@] = @@",
        "del n[@@]",
    ),
    *("if @@:\n%%\nelif @@:\n%%\nelse:\n%%", "for a, *b in @@:\n%%\nelse:\n%%", "while @@:\n%%"),
    *("async for a in @@:\n%%", "async with @@ as a, @@ as [b, c]:\n%%", "with (@@ as a, @@):\n%%"),
    *(
        "try:\n%%\nexcept (@@, @@) as e:\n%%\nelse:\n%%\nfinally:\n%%",
        "try:\n%%\nexcept* @@ as e:\n%%",
    ),
    "match @@:\n case [1, *a] | (2 as a) if @@:\n  @@\n case {'k': -1 | None, **b}:\n  @@\n case _:\n  @@",
    "match @@, @@:\n case t(1, x=a) | a.b:\n  @@\n case str() as n, [*_]:\n  @@\n case 1 + 2j, 'a' 'b':\n  @@",
    *(
        "def helper(a: @@ = @@, /, b=@@, *c: @@, d, e=@@, **f) -> @@:\n%%",
        "async def helper(n):\n%%",
    ),
    *(
        "def helper[T: @@, *P, **K](n: T) -> @@:\n%%",
        "class C[T](@@, metaclass=@@):\n%%",
        "type n[T] = @@",
    ),
    *("class C(@@, *@@, **@@):\n x: @@ = @@\n def t(self):\n  return @@\n%%", "class n:\n%%"),
    *(
        "@(@@)\ndef helper(n):\n%%",
        "@@@.x(@@)\nclass C:\n%%",
        "@trial(1, {'n': @@})\ndef u(n):\n%%",
    ),
    *(
        "global n, t",
        "nonlocal n",
        "import a.b, os.path as n",
        "from .a import (b as c, d)",
        "raise @@ from @@",
    ),
    *(
        "assert @@, @@",
        "from decorators import trial as n",
        "from mlx2smk import *",
        "SETUP[@@] = @@",
    ),
]
VALUES = [
    *(
        "1",
        "0",
        "-1",
        "True",
        "1.5",
        "'t'",
        "['t']",
        "[]",
        "{}",
        "()",
        "None",
        "('t', 't')",
        "['t', 1]",
        "3600",
    ),
    *(
        "{'n': [1, 2]}",
        "{'n': [1], 'm': ['a', (1, None)]}",
        "{'n': [1], '__parallel__': 2}",
        "{'n': []}",
    ),
    *(
        "{'__parallel__': [2]}",
        "{'setup': [1]}",
        "{'n': 1}",
        "{1: [2]}",
        "{'n': [{1}]}",
        "{'n': [[[1e400]]]}",
    ),
    *(
        "'2 GB'",
        "'0'",
        "'1 XB'",
        "{'mem_mb': 1}",
        "{'gpu': '1'}",
        "{'slurm_extra': '--a'}",
        "['a-{n}.txt']",
    ),
    *(
        "['../x']",
        "['/etc/*']",
        "['**/{m}']",
        "['{']",
        "['\\0']",
        "range(3)",
        "[10 ** 3] * 2",
        "10 ** 10 ** 3",
    ),
]
KEYWORDS = [
    *("order", "values", "threads", "resources", "inputs", "outputs", "timeout", "memory"),
    *("trial_names", "n", "__parallel__", "ordre"),
]
SIGNATURES = [
    "",
    "n",
    "n, m",
    "n, *, m=1",
    "n=SETUP, /",
    "*a",
    "**k",
    "n, m, o",
    "results",
    "self, n",
    "n: int = 2",
]


def filled(form, inner):
    """Return a strategy of texts of a form whose holes each get a text of another strategy."""
    first, *others = form.split(HOLE)
    return st.tuples(*[inner] * len(others)).map(
        lambda parts: first + "".join(part + text for part, text in zip(parts, others, strict=True))
    )


def expressions():
    """Return a strategy of expressions of any form."""
    forms = st.sampled_from(EXPRESSION_FORMS)
    return st.recursive(
        st.sampled_from(EXPRESSIONS),
        lambda inner: forms.flatmap(lambda form: filled(form, inner)),
        max_leaves=5,
    )


@st.composite
def statements(draw, depth=2):
    """Return some statements, which have others inside."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        text = draw(filled(draw(st.sampled_from(STATEMENT_FORMS)), expressions()))
        while BLOCK in text:
            inner = draw(statements(depth - 1)) if depth else "pass"
            text = text.replace(BLOCK, indent(inner, " "), 1)
        found.append(text)
    return "\n".join(found)


@st.composite
def decorators(draw):
    """Return a decorator with any arguments, most of which could be meant."""
    name = draw(st.sampled_from(["setup", "trial", "trial", "verify"]))
    value = st.sampled_from(VALUES) | expressions()
    usual = {"setup": [], "trial": ["1", "{'n': [1, 2]}"], "verify": ["['t']"]}[name]
    words = [draw(st.just(each) | value) for each in usual]
    words += draw(st.lists(value, max_size=1))
    words += [
        f"{key}={draw(value)}" for key in draw(st.lists(st.sampled_from(KEYWORDS), max_size=2))
    ]
    words += draw(st.lists(st.sampled_from(["*n", "**n", "**{'order': 1}"]), max_size=1))
    return f"@{name}({', '.join(words)})"


@st.composite
def experiments(draw):
    """Return an experiment whose decorators and statements are of any form."""
    parts = [
        "from decorators import setup, trial, verify",
        draw(statements()) if draw(st.booleans()) else "",
    ]
    for name in draw(
        st.lists(st.sampled_from(["t", "u", "check", "init"]), min_size=1, max_size=3)
    ):
        signature = draw(st.just("n") | st.sampled_from(SIGNATURES))
        parts += [draw(decorators()), f"def {name}({signature}):", indent(draw(statements()), " ")]
    return "\n".join(parts)


WORDS = [
    *(
        "t",
        "check",
        "init",
        "nothing",
        "exp",
        "exp.py",
        "./exp.py",
        "n=1",
        "n=2",
        "n=3",
        "n=",
        "=1",
        "n",
        "n==1",
    ),
    *(
        "n='1'",
        "n=[1",
        "n={}",
        "n=1,2",
        "m=1",
        "n=1e999",
        "n=" + "9" * 5000,
        "n=None",
        "n=\ud800",
        "n=\0",
        "",
    ),
    *(
        " ",
        "-",
        "--",
        "--no",
        "-n",
        "-1",
        "é=1",
        "../exp.py",
        "/",
        ".",
        "t:n=1",
        "t n=1",
        "*",
        "%",
        "{n}",
        "a=b=c",
    ),
    *(
        "--path",
        "--format",
        "json",
        "csv",
        "--sort",
        "-n",
        "--group",
        "--columns",
        "n,result",
        "--limit",
        "-3",
    ),
    *(
        "--best",
        "--worst",
        "result.a",
        "--failed",
        "--trial",
        "--experiment",
        "--all",
        "--history",
        "1",
        "@1",
        "~1",
    ),
]


def words():
    """Return a strategy of the words that follow the name of a command."""
    return st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=4)
