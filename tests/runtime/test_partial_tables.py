"""Dicts of which a slice has only some entries: known keys are looked up, everything else needs the whole file."""

import copy
import json
import pickle
import types

import pytest

from mlx2smk.runtime.errors import ContextGuardError
from mlx2smk.runtime.partial_tables import PartialTable, guard_tables
from tests.support.handmade_bundles import Bundle


def guarded(table, *keys):
    module = types.ModuleType("m")
    module.__file__ = "/x/m.py"
    module.T = table
    guard_tables(module, [("T", list(keys))], "t")
    return module.T


def test_known_keys():
    table = guarded({"a": 1, 2: 3}, "'a'", "2", "'z'")
    assert (table["a"], table.get("a"), table[2], table[2.0]) == (1, 1, 3, 3)
    assert "a" in table
    assert "z" not in table
    assert table.get("z", 4) == 4
    with pytest.raises(KeyError, match="'z'"):
        table["z"]
    with pytest.raises(TypeError, match="unhashable"):
        table[[]]
    assert isinstance(table, dict)


@pytest.mark.parametrize(
    "use",
    [
        *(lambda t: t["b"], lambda t: t.get("b"), lambda t: "b" in t, lambda t: t.get(1)),
        *(len, list, dict, bool, sorted, str, repr, json.dumps, copy.copy, copy.deepcopy, pickle.dumps),
        *(lambda t: t.copy(), lambda t: t.keys(), lambda t: t.values(), lambda t: t.items()),
        *(lambda t: {**t}, lambda t: t | {}, lambda t: {} | t, lambda t: t == {}, lambda t: t.pop("b")),
        *(lambda t: dict(**t), lambda t: [*t], lambda t: t.popitem(), lambda t: t.clear()),
    ],
)  # fmt: skip
def test_everything_else_starts_the_run_again(use):
    with pytest.raises(
        ContextGuardError, match=r"T is defined in m\.py but the analysis left it out of t"
    ) as caught:
        use(guarded({"a": 1}, "'a'"))
    assert caught.value.surprise == {"missed": [("/x/m.py", "T")]}


def test_a_table_in_another_process_is_guarded_as_well():
    kind, arguments = guarded({"a": 1}, "'a'", "'z'").reduced()
    table = kind(*arguments)
    assert isinstance(table, PartialTable)
    assert (table["a"], table.get("z")) == (1, None)
    with pytest.raises(ContextGuardError):
        table.get("b")


def test_what_is_no_dict_any_more_is_left_alone():
    assert guarded([1], "'a'") == [1]


CODE = """\
def one(): return 1
def two(): return 2
T = {"one": one, "two": two}
def t(name):
    import sys
    table = sys.modules[__name__].T
    return [table[name](), len(table)] if name == "two" else table[name]()
"""
SLICES = {
    "one": CODE.replace("def two(): return 2", "").replace(', "two": two', ""),
    "two": CODE.replace("def one(): return 1", "").replace('"one": one, ', ""),
}


def test_combinations_of_a_batch_run_their_variants(tmp_path):
    bundle = Bundle(tmp_path, CODE)
    variants = []
    for number, (name, text) in enumerate(SLICES.items()):
        path = bundle.base / "slices" / f"t.{name}.py"
        path.write_text(text)
        variants.append(
            {
                "values": [number],
                "slice": f"slices/t.{name}.py",
                "digest": f"code of {name}",
                "removed": [{"one": "two", "two": "one"}[name]],
                "modules": [],
                "partial": [["T", [repr(name)]]],
            }
        )
    bundle.trial("t", {"name": ["one", "two"]}, batch=2, deciding=["name"], variants=variants)
    bundle.run(*bundle.trial_words("t", "0", None), "--store", ".mlx/store")
    first, second = bundle.read("runs/t/0.json")["runs"]
    assert (first["result"], second["result"]) == (1, [2, 2])
    lines = (tmp_path / "runs/t/0.json").read_text().splitlines()
    head = json.loads(lines[0].rstrip(",") + "}")
    assert head["made_from"]["codes"] == [["code of one", [0]], ["code of two", [1]]]
    assert [list(used.get("files", ())) for used, _ in head["observed"]] == [["exp.py"]]
    assert {path.name for path in (tmp_path / ".mlx/store/jobs").glob("*")} == {
        "code of one",
        "code of two",
    }
    (path,) = (tmp_path / ".mlx/unforeseen/exp").glob("*.json")
    record = json.loads(path.read_text())
    assert (record["code"], record["values"]) == ("code of two", {"name": "'two'"})
    assert record["names"] == [[None, "T"]]
