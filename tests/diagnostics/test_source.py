import ast

import pytest

from mlx2smk.diagnostics.source import Source, Span


def first_statement(text):
    return ast.parse(text).body[0]


def test_stem_keeps_inner_dots_and_drops_the_folder():
    assert Source("a/b.c/my.exp.py", "").stem == "my.exp"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_where_python_ends_them(end):
    text = f"a\x0cb{end}c\u2028d{end}"
    assert Source("x.py", text).lines == ("a\x0cb", "c\u2028d", "")


def test_line_counts_from_one_and_is_empty_beyond_the_text():
    source = Source("x.py", "one\ntwo")
    assert [source.line(number) for number in (0, 1, 2, 3)] == ["", "one", "two", ""]


def test_span_counts_characters_not_bytes():
    text = "'äö€'; x"
    node = ast.parse(text).body[1]
    assert Source("x.py", text).span(node) == Span(1, 8, 1, 9)


def test_span_of_several_lines():
    text = "é = [1,\n     'ü']"
    node = first_statement(text).value
    assert Source("x.py", text).span(node) == Span(1, 5, 2, 10)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("def train(): ...", Span(1, 5, 1, 10)),
        ("@d\ndef train(): ...", Span(2, 5, 2, 10)),
        ("async   def  tr(): ...", Span(1, 14, 1, 16)),
        ("class C: ...", Span(1, 7, 1, 8)),
        ("def \\\n  größe(): ...", Span(2, 3, 2, 8)),
        ("async \\\ndef \\\nf(): ...", Span(3, 1, 3, 2)),
        ("def deaf(): ...", Span(1, 5, 1, 9)),
    ],
)
def test_name_span_is_that_of_the_name_alone(text, span):
    assert Source("x.py", text).name_span(first_statement(text)) == span
