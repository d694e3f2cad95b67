from mlx2smk.analysis.slicing import Piece
from mlx2smk.forecast.code_changes import code_changes
from mlx2smk.forecast.reasons import CodeChanged, CodeReordered

FILES = {None: "lab/exp.py", "tools": "lab/tools.py"}
TRAIN = Piece(None, ("train",), "function", 20, "t", None, None)
IMPORT = Piece(None, ("used",), "import", 1, "i", None, 0)
PREP = Piece(None, ("prep",), "function", 10, "p", None, 0)
USED = Piece("tools", ("used",), "function", 4, "u", None, 1)
PRINT = Piece(None, (), "statement", 7, "s", None, None)


def edited(piece, digest="new", **changes):
    fields = {name: getattr(piece, name) for name in piece.__slots__}
    return Piece(**{**fields, "digest": digest, **changes})


def changes(old, new):
    return code_changes(old, new, FILES)


def test_a_function_in_a_local_module_is_reached_past_its_import():
    assert changes((TRAIN, IMPORT, USED), (TRAIN, IMPORT, edited(USED, line=6))) == (
        CodeChanged("changed", "function", "used", "lab/tools.py", 6, None, None, ("train",)),
    )


def test_what_is_nearest_comes_first():
    inner = Piece(None, ("inner",), "function", 2, "n", None, 1)
    found = changes((edited(TRAIN), PREP, edited(inner)), (TRAIN, edited(PREP), inner))
    assert [(item.name, item.path) for item in found] == [
        ("train", ()),
        ("prep", ("train",)),
        ("inner", ("train", "prep")),
    ]


def test_added_and_removed():
    rate = Piece(None, ("RATE",), "constant", 3, "r", "0.9", 0)
    assert changes((TRAIN, rate), (TRAIN, PREP)) == (
        CodeChanged("added", "function", "prep", "lab/exp.py", 10, None, None, ("train",)),
        CodeChanged("removed", "constant", "RATE", "lab/exp.py", 3, "0.9", None, ("train",)),
    )


def test_of_two_statements_about_a_name_only_the_other_one_changed():
    first = Piece(None, ("A",), "constant", 1, "1", "[]", 0)
    second = Piece(None, ("A",), "statement", 2, "2", None, 0)
    (change,) = changes((TRAIN, first, second), (TRAIN, first, edited(second)))
    assert (change.change, change.kind, change.line) == ("changed", "statement", 2)


def test_a_statement_that_always_runs():
    (change,) = changes((TRAIN, PRINT), (TRAIN, edited(PRINT)))
    assert (change.name, change.kind, change.path) == ("", "statement", ())


def test_lines_do_not_count():
    assert changes((TRAIN, PREP), (TRAIN, edited(PREP, "p", line=11))) == (CodeReordered(),)


def test_a_module_of_which_nothing_is_left():
    (change,) = code_changes((TRAIN, edited(USED, module="a.b", reached_from=0)), (TRAIN,), FILES)
    assert change.file == "a/b.py"


def test_a_way_through_a_statement_without_a_name():
    away = edited(PREP, reached_from=1)
    (change,) = changes((TRAIN, PRINT), (TRAIN, PRINT, away))
    assert change.path == ("line 7",)
