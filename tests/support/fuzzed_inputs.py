"""Strategies of inputs that nobody would write: experiments, JSON documents and expressions, all a little wrong."""

from __future__ import annotations

import ast
import copy
import json

from hypothesis import strategies as st

from tests.support.paths import ROOT

EXPRESSIONS = [
    *(
        "0",
        "-1",
        "1e400",
        "nan",
        "True",
        "None",
        "...",
        "''",
        "'a'",
        "b'x'",
        "1j",
        "()",
        "[]",
        "{}",
    ),
    *(
        "{1}",
        "[*n]",
        "{**SETUP}",
        "lambda: SETUP",
        "SETUP",
        "SETUP['a']",
        "SETUP.get",
        "n",
        "t",
        "x",
    ),
    *("globals()", "eval('n')", "getattr(t, 'x')", "__import__('os')", "(yield)", "(await n)"),
    *("[n for n in SETUP]", "{n: n for n in t}", "(n := 1)", "f'{n!r:{n}}'", "'%s' % n", "n[::]"),
    *("{'context_update': {'a': n}}", "{'context_update': SETUP}", "{'context_update': {n: 1}}"),
    *(
        "open(n).read()",
        "open('a', n)",
        "setup",
        "trial",
        "verify",
        "trial()",
        "super().x",
        "n.n.n",
    ),
    *("10 ** 10 ** 3", "1 if n else 2", "not n", "n < n < n", "import_module('a')", "results['t']"),
    *(
        "'\\ud800'",
        "'\\0'",
        "'{n}'",
        "*n",
        "-'a'",
        "1 + 'a'",
        "[] * 3",
        "vars()",
        "SETUP | {'a': 1}",
    ),
]
STATEMENTS = [
    *(
        "pass",
        "return n",
        "global n",
        "nonlocal n",
        "import a.b as c",
        "from . import x",
        "from a import *",
    ),
    *(
        "del n",
        "raise",
        "n: int",
        "SETUP['a'] = 1",
        "SETUP.update(n)",
        "SETUP = {}",
        "n += 1",
        "yield n",
    ),
    *(
        "for n in n: break",
        "while n: pass",
        "with n as n: pass",
        "try: n\nexcept* n: n",
        "assert n",
    ),
    *(
        "match n:\n case {'a': n, **k}: pass",
        "class n(n): n = n",
        "def t(): return t",
        "async def f(): n",
    ),
    *(
        "@n\ndef n(): pass",
        "@trial(1, {})\ndef t(): pass",
        "@setup()\nclass a: pass",
        "if n:\n import a",
    ),
    *(
        "from decorators import *",
        "import decorators",
        "trial = n",
        "lambda: (yield)",
        "globals()[n] = n",
    ),
    *("type X = int", "def f[T](n: T) -> T: return n", "exec('n')", "t.x = 1", "__all__ = [n]"),
]
TOKENS = [
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "=",
        "@",
        "\n",
        "\t",
        "    ",
        "'",
        '"',
        "'''",
        "\\",
        "#",
    ),
    *(
        "\r",
        "\f",
        "\0",
        "\ufeff",
        "é",
        "\ud7ff",
        "\U0001d4b3",
        "def ",
        "class ",
        "lambda",
        "*",
        "**",
        "->",
        "0x",
    ),
    *(
        "async ",
        "# coding: utf-16\n",
        "# -*- coding: latin-1 -*-\n",
        "f'{",
        "1_",
        "...",
        ";",
        "from ",
    ),
]


class Texts(list):
    """Texts that hypothesis does not print each time."""

    def __repr__(self):
        return f"{len(self)} texts"


def _is_known(text):
    """Tell whether this version of Python knows the syntax."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def texts_of_experiments():
    """Return the experiments of the tests that are short, which are where the random ones begin."""
    found = Texts()
    for path in sorted((ROOT / "tests" / "experiments").glob("*.py")):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        if len(text) < 1500:
            found.append(text)
    return found


@st.composite
def edited_texts(draw, texts):
    """Return a text of which some characters are gone, doubled or replaced."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 5, 40])))
        new = draw(st.sampled_from([*TOKENS, *EXPRESSIONS, text[start:end] * 2]))
        text = text[:start] + new + text[end:]
    return text


KNOWN_STATEMENTS = [text for text in STATEMENTS if _is_known(text)]


class _Replace(ast.NodeTransformer):
    """Replaces the expression or statement of a number, in the order of the tree."""

    def __init__(self, kind, number, new):
        self.kind, self.left, self.new = kind, number, new

    def visit(self, node):
        if isinstance(node, self.kind):
            self.left -= 1
            if self.left == -1:
                return self.new
        return self.generic_visit(node)


@st.composite
def edited_programs(draw, texts):
    """Return an experiment of which some expressions and statements are replaced by others."""
    tree = ast.parse(draw(st.sampled_from(texts)))
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([ast.expr, ast.expr, ast.stmt]))
        count = sum(isinstance(node, kind) for node in ast.walk(tree))
        if kind is ast.expr:
            new = ast.parse(f"[{draw(st.sampled_from(EXPRESSIONS))}]").body[0].value.elts[0]
        else:
            new = ast.parse(draw(st.sampled_from(KNOWN_STATEMENTS))).body
        if count:
            number = draw(st.integers(0, count - 1))
            tree = _Replace(kind, number, copy.deepcopy(new)).visit(tree)
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except (ValueError, AttributeError, TypeError, IndexError, RecursionError):
        return "# a tree that no text gives"


ODD_VALUES = st.sampled_from(
    [
        *(None, True, 0, -1, 2**70, 1.5, float("nan"), "", "a", "\ud800", "../../x", "/etc/passwd"),
        *([], {}, [[]], [None], {"": 1}, {"a": {}}, ["a", 1], [[1, 2], [3]]),
        *("0 0 1 x", "n~1 0 9 t", "x" * 500),
    ]
)


@st.composite
def edited_documents(draw, documents):
    """Return the text of a JSON document in which some values are others, or gone."""
    document = json.loads(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if places:
            holder, key = draw(st.sampled_from(places))
            if draw(st.booleans()):
                holder[key] = copy.deepcopy(draw(ODD_VALUES))
            else:
                del holder[key]
        else:
            document = copy.deepcopy(draw(ODD_VALUES))
    return json.dumps(document)


def _places(value):
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in keys:
        yield value, key
        yield from _places(value[key])


WHERE_PARTS = [
    *(
        "n",
        "status",
        "result",
        "result.a",
        "`odd name`",
        "missing",
        "duration",
        "0",
        "1.5",
        "'a'",
        "None",
    ),
    *(
        "==",
        "!=",
        "<",
        ">=",
        "in",
        "not in",
        "is",
        "and",
        "or",
        "not",
        "(",
        ")",
        "[",
        "]",
        ",",
        "`",
        "nan",
    ),
    *(
        "{",
        "}",
        "-",
        "+",
        "~",
        "=",
        ":=",
        "if",
        "else",
        "lambda",
        ".",
        "..",
        "\0",
        "\n",
        "é",
        "#",
        "'",
        "*n",
    ),
    *(
        "1e999",
        "0x",
        "9" * 5000,
        "b'x'",
        "f'{n}'",
        "1j",
        "True",
        "{1: 2}",
        "n(1)",
        "n[0]",
        "\ud800",
    ),
]


def expressions():
    """Return texts for ``--where``."""
    return st.lists(st.sampled_from(WHERE_PARTS), max_size=12).map(" ".join) | st.text(max_size=30)
