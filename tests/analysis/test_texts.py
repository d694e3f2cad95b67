"""Names in texts: what a query that is put together may name, and types written as texts.

The oracle is Python: what typing and pandas look up must be there in the slice.
"""

import ast
import re
import types

import pytest

from mlx2smk.analysis.texts import HOLE, pattern, queries_in
from tests.support.sliced_texts import analysed, kept, trial

# ------------------------------------------------------------------ queries


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("'x > @LIMIT and y < @ b'", ["LIMIT", "b"]),
        ("'x > 1'", []),
        ("'x > @1'", []),
        ("f'x > @{name}'", ["{}"]),
        ("f'x > @lim_{a}_{b} or @z'", ["lim_{}_{}", "z"]),
        ("f'{x} > @a'", ["a"]),
        ("'x > @' + name", ["{}"]),
        ("a + ' > @lim' + name", ["lim{}"]),
        ("'x > @%s' % name", ["{}"]),
        ("'x > @%(name)s_max' % names", ["{}_max"]),
        ("'x > @{}'.format(name)", ["{}"]),
        ("'x > @{0.low}_a'.format(name)", ["{}_a"]),
        ("text = 'x > @'", ["{}"]),
        ("text", []),
    ],
)
def test_what_stands_after_an_at_sign(code, found):
    """A hole is written {} here. What a part of a text would give alone may be there besides."""
    given = [item.replace(HOLE, "{}") for item in queries_in(ast.parse(code))]
    assert given[: len(found)] == found
    assert all(re.fullmatch(r"\w*", item) for item in given[len(found) :])


@pytest.mark.parametrize(
    ("name", "fits", "others"),
    [
        ("LIMIT", ["LIMIT"], ["LIMITS", "LIMI"]),
        (f"low_{HOLE}", ["low_", "low_a"], ["high_a", "a_low_a"]),
        (f"{HOLE}_max", ["_max", "a_max"], ["a_min"]),
        (HOLE, ["a", "b"], ["a.b"]),
    ],
)
def test_what_a_name_with_holes_can_be(name, fits, others):
    assert all(pattern(name).fullmatch(item) for item in fits)
    assert not any(pattern(name).fullmatch(item) for item in others)


LIMITS = "low_a = 1\nlow_b = 2\nhigh_a = 3"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("frame.query('x > @low_a')", ["low_a = 1"]),
        ("frame.query(expr='x > @low_a')", ["low_a = 1"]),
        ("frame.query(f'x > @low_{k}')", ["low_a = 1", "low_b = 2"]),
        ("frame.query(f'x > @{k}_a')", ["low_a = 1", "high_a = 3"]),
        ("frame.eval('y = x + @low_' + k)", ["low_a = 1", "low_b = 2"]),
        ("frame.query('x > @%s_b' % k)", ["low_b = 2"]),
        ("frame.query(f'x > @low_a and {k}')", ["low_a = 1"]),
        ("frame.query('x > @' + k)", LIMITS.split("\n")),
        ("frame.query(f'x > {k}')", []),
        ("frame.query(k)", []),
        ("model.eval()", []),
    ],
)
def test_a_query_that_is_put_together_takes_the_names_that_it_may_mean(query, left):
    assert kept(LIMITS, f"k = 'a'\nreturn {query}") == left


@pytest.mark.parametrize(
    ("before", "body", "left"),
    [
        ("TEXT = 'x > @low_a'", "return frame.query(TEXT)", ["low_a = 1"]),
        ("def f(c): return frame.query(c)", "return f('x > @low_a')", ["low_a = 1"]),
        ("", "text = 'x > @low_a'\nreturn frame.query(text)", ["low_a = 1"]),
        ("", "text = f'x > @low_{SETUP}'\nreturn frame.query(text)", ["low_a = 1", "low_b = 2"]),
        ("", "q = frame.query\nreturn q('x > @low_a')", ["low_a = 1"]),
        ("", "text = 'x > @low_a'\nreturn text", []),
    ],
)
def test_a_text_from_elsewhere_is_found_where_it_is_written(before, body, left):
    assert [
        line for line in kept(f"{LIMITS}\n{before}", body) if line[:3] in {"low", "hig"}
    ] == left


def test_texts_among_the_values_of_a_trial_count():
    text = (
        "from decorators import trial\nLIMIT = 1\nOTHER = 2\n"
        "@trial(1, {'c': ['x > @LIMIT']})\ndef t(c): return frame.query(c)\n"
    )
    assert analysed(text)["t"].slice.removed == ("OTHER", "trial")


def test_a_query_means_no_other_trial():
    after = "@trial(2, {})\ndef low_u(): return 1\n@verify(['t'])\ndef low_v(results): return True"
    assert (
        kept(LIMITS, "return frame.query(f'x > @low_{k}')", after=after) == LIMITS.split("\n")[:2]
    )


def test_a_query_in_a_local_module_looks_there():
    files = {"m.py": "LIMIT = 1\nOTHER = 2\ndef pick(c): return frame.query(c)\n"}
    found = trial("LIMIT = 3\nimport m", "return m.pick('x > @LIMIT')", files).slice
    assert found.modules[0].removed == ("OTHER",)
    assert "LIMIT" in found.removed


def test_pandas_finds_what_a_query_names():
    pandas = pytest.importorskip("pandas")
    before = "low_a = 1\nhigh_a = 3\nOTHER = 4"
    body = "k = 'low'\nreturn frame.query(f'x > @{k}_a').x.tolist()"
    space = {"frame": pandas.DataFrame({"x": [1, 2, 3]})}
    exec(trial(before, body).slice.text, space)  # noqa: S102
    assert space["t"]() == [2, 3]


# ------------------------------------------------------------------ types


@pytest.mark.parametrize(
    "alias",
    [
        "List['Node']",
        "Optional['Node']",
        "Dict[str, List['Node']]",
        "Union[int, 'Node']",
        "Callable[['Node'], int]",
        "Tuple['Node', ...]",
        "list['Node']",
        "dict[str, 'Node']",
        "typing.List['Node']",
        "Annotated['Node', 'a text']",
        "TypeVar('T', bound='Node')",
        "TypeVar('T', int, 'Node')",
        "TypedDict('T', {'a': 'Node'})",
        "NamedTuple('T', [('a', 'Node')])",
        "ForwardRef('Node')",
        "NewType('T', 'Node')",
        "cast('Node', 1)",
        "cast('List[Node]', 1)",
    ],
)
def test_types_written_as_texts_are_followed(alias):
    before = f"import typing\nfrom typing import *\nOther = 1\nclass Node: pass\nAlias = {alias}"
    left = kept(before, "return Alias")
    assert "class Node: pass" in left
    assert "Other = 1" not in left


@pytest.mark.parametrize(
    "code",
    [
        "Alias: TypeAlias = 'Node'",
        "class Alias(List['Node']): pass",
        "class Alias(Base):\n    nodes: Optional['Node'] = None",
        "def Alias(x: Optional['Node']): pass",
        "Nodes = List['Node']\nclass Alias(Base):\n    nodes: Nodes",
        "Alias = 1\nAlias = cast('Node', Alias)",
        "def Alias(x):\n    return cast('Node', x)",
    ],
)
def test_types_written_as_texts_are_followed_wherever_they_stand(code):
    assert "class Node: pass" in kept(f"class Node: pass\n{code}", "return Alias")


@pytest.mark.parametrize(
    "code",
    [
        "Alias = Literal['Node']",
        "Alias = Annotated[int, 'Node']",
        "Alias = table['Node']",
        "Alias = TABLE['Node']",
        "Alias = TypedDict('T', {'Node': int})",
        "Alias = NewType('Node', int)",
        "def Alias(x: Literal['Node']): pass",
        "Alias = f(x='Node')",
        "Alias = 'Node'",
    ],
)
def test_other_texts_are_no_types(code):
    names = "from typing import Annotated, Literal, NewType, TypedDict"
    assert "class Node: pass" not in kept(f"{names}\nclass Node: pass\n{code}", "return Alias")


def run(text):
    module = types.ModuleType("exp")
    exec(compile(text, "exp.py", "exec"), module.__dict__)  # noqa: S102
    return module.t()


def test_typing_finds_the_types_of_an_alias():
    before = (
        "import typing\nclass Other: pass\nclass Node: pass\n"
        "Nodes = typing.List['Node']\ndef f(x: Nodes): pass"
    )
    found = trial(before, "return typing.get_type_hints(f)['x'].__args__[0].__name__").slice
    assert run(found.text) == "Node"
    assert "Other" in found.removed


def test_pydantic_finds_the_types_of_an_alias():
    pytest.importorskip("pydantic")
    before = (
        "from typing import List, Optional\nfrom pydantic import BaseModel\nclass Other: pass\n"
        "Children = List['Leaf']\n"
        "class Tree(BaseModel):\n    children: Children = []\n    first: Optional['Leaf'] = None\n"
        "class Leaf(BaseModel):\n    n: int"
    )
    # A model of pydantic is complete as soon as it finds the names, here in the slice's own.
    found = trial(before, "return Tree").slice
    assert {"Leaf", "Other"} & set(found.removed) == {"Other"}
    space = {"__name__": "exp"}
    exec(found.text, space)  # noqa: S102
    space["Tree"].model_rebuild(_types_namespace=space)
    assert space["t"]()(children=[{"n": 1}]).children[0].n == 1
