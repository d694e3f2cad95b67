"""Which nodes a search for names meets."""

import ast

import pytest

from mlx2smk.language.scopes import is_data, own_scope


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("[1, 'a', None]", True),
        ("[-1, +2.5, (1, {'a': [b'x', {1}]})]", True),
        ("[]", True),
        ("{'a': 1, 'b': (2,)}", True),
        ("[1, x]", False),
        ("{'a': [1, [f()]]}", False),
        ("{x: 1}", False),
        ("{**{}}", False),
        ("[(y := 1)]", False),
        ("[*[1]]", False),
        ("[f'{x}']", False),
        ("[lambda: 1]", False),
        ("1", False),
        ("x", False),
    ],
)
def test_data_has_no_code(text, data):
    assert is_data(ast.parse(text, mode="eval").body) is data


def test_names_beside_data_are_met():
    tree = ast.parse("x = [1, [2, 3], [a, (4, b)]], {'k': [5]}")
    met = list(own_scope(tree.body[0]))
    assert [node.id for node in met if isinstance(node, ast.Name)] == ["x", "a", "b"]
    assert [node.value for node in met if isinstance(node, ast.Constant)] == [1, 4]
