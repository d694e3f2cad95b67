import json

import pytest

from mlx2smk.diagnostics.about_folder import EditedFile, ForeignFile, HidingSnakefile, SameStem
from mlx2smk.diagnostics.about_values import NotLiteral
from mlx2smk.diagnostics.about_warnings import EmptyList
from mlx2smk.diagnostics.diagnostic import Findings, did_you_mean, render, shorten, to_json
from mlx2smk.diagnostics.source import Source, Span


def not_literal(line, span, path="exp.py"):
    return NotLiteral.at(Source(path, line), span, text="f()")


HINT = "hint: write the values out; for objects or coupled parameters use a list of cfg dicts\n"


def carets(line, span):
    """What is printed of a source line: the line and the line of carets."""
    return render(not_literal(line, span)).split("\n")[1:3]


def test_rendered_error_in_full():
    assert render(not_literal("x = f()", Span(1, 5, 1, 8))) == (
        "exp.py:1:5: MLX201 f() is not a literal\n    x = f()\n        ^^^\n" + HINT
    )


def test_rendered_warning_says_so():
    warning = EmptyList.at(Source("exp.py", "x = []"), Span(1, 5, 1, 7), name="n")
    headline = "exp.py:1:5: MLX602 warning: 'n' has no values, so the trial never runs\n"
    assert render(warning).startswith(headline)


def test_message_about_a_whole_file_has_no_source_line():
    message = SameStem.about("b/x.py", first="a/x.py", stem="x")
    assert render(message) == (
        "b/x.py: MLX501 the experiment a/x.py is also named 'x'\n"
        "hint: rename one of the files, or compile them into different folders with --directory\n"
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (HidingSnakefile, "snakemake would run this file instead of workflow/Snakefile"),
        (ForeignFile, "this file was not written by mlx and would be overwritten"),
        (EditedFile, "this file was changed since mlx wrote it"),
    ],
)
def test_messages_about_the_folder_name_the_file(kind, message):
    code = kind.code
    assert render(kind.about("d/Snakefile")).startswith(f"d/Snakefile: {code} {message}\nhint: ")


def test_tabs_are_shown_as_four_spaces():
    assert carets("\tx =\tf()", Span(1, 6, 1, 9)) == ["        x =    f()", " " * 15 + "^^^"]


def test_wide_characters_take_two_columns_and_combining_ones_none():
    assert carets("'日本', é, f('語')", Span(1, 10, 1, 16))[1] == " " * (4 + 11) + "^^^^^^^"
    assert carets("e\u0301, f()", Span(1, 5, 1, 8))[1] == " " * (4 + 3) + "^^^"


def test_span_over_several_lines_is_underlined_to_the_end_of_the_first():
    assert carets("x = [1,  ", Span(1, 5, 3, 2)) == ["    x = [1,", "        ^^^"]


def test_span_behind_the_end_of_the_line_still_has_a_caret():
    assert carets("x =", Span(1, 4, 1, 5)) == ["    x =", "       ^"]


def test_control_characters_never_reach_the_terminal():
    message = not_literal("x = '\x1b[31m' + f()", Span(1, 5, 1, 8), path="a\x1b.py")
    assert "\x1b" not in render(message)


def test_a_long_line_is_cut_around_the_place():
    shown, marks = carets("a" * 500 + "f()" + "b" * 500, Span(1, 501, 1, 504))
    assert len(shown) <= 124
    start = marks.index("^")
    assert shown[start : start + 3] == "f()"
    assert marks.count("^") == 3


def test_colour_only_if_asked_for():
    message = not_literal("x = f()", Span(1, 5, 1, 8))
    assert "\033" not in render(message)
    assert render(message, colour=True) == (
        "\033[1mexp.py:1:5\033[0m: \033[1;31mMLX201\033[0m f() is not a literal\n"
        "    x = f()\n"
        "        \033[1;31m^^^\033[0m\n"
        "\033[36mhint:\033[0m" + HINT.removeprefix("hint:")
    )


def test_json_has_a_fixed_form():
    found = [
        not_literal("x = f()", Span(1, 5, 1, 8)),
        SameStem.about("b/x.py", first="a/x.py", stem="x"),
    ]
    error, whole = json.loads(to_json(found))
    assert error == {
        "code": "MLX201",
        "severity": "error",
        "message": "f() is not a literal",
        "hint": "write the values out; for objects or coupled parameters use a list of cfg dicts",
        "path": "exp.py",
        "line": 1,
        "column": 5,
        "end_line": 1,
        "end_column": 8,
        "replacement": None,
    }
    assert [whole[key] for key in ("line", "column", "end_line", "end_column")] == [None] * 4


def test_findings_are_ordered_by_place_with_the_whole_file_first():
    findings = Findings(Source("exp.py", "a\nb\n"))
    findings.add(NotLiteral, Span(2, 1, 2, 2), text="b")
    findings.add(NotLiteral, Span(1, 3, 1, 4), text="late")
    findings.add(NotLiteral, Span(1, 1, 1, 2), text="a")
    findings.add_whole(SameStem, first="x", stem="y")
    messages = [diagnostic.message.split()[0] for diagnostic in findings.ordered()]
    assert messages == ["the", "a", "late", "b"]


def test_only_errors_count_as_errors():
    findings = Findings(Source("exp.py", "a"))
    findings.add(EmptyList, Span(1, 1, 1, 2), name="n")
    assert findings.errors == 0
    findings.add(NotLiteral, Span(1, 1, 1, 2), text="a")
    assert findings.errors == 1


@pytest.mark.parametrize(("text", "short"), [("abcd", "abcd"), ("abcde", "abc…")])
def test_shorten_keeps_the_width(text, short):
    assert shorten(text, 4) == short


def test_did_you_mean_names_the_nearest_or_says_otherwise():
    assert did_you_mean("trian", ["train", "test"], "no") == "did you mean 'train'?"
    assert did_you_mean("zzz", ["train", "test"], "no") == "no"
