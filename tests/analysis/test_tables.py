"""Tables of which a slice has only the entries that it looks up."""

import pytest

from tests.support.sliced_texts import analysed, kept, trial

TABLE = 'MODELS = {\n    "svm": svm,  # first, of two\n    "tree": tree,\n}'
BEFORE = f"def svm(): return 1\ndef tree(): return 2\n{TABLE}\n"
CUT = ["def svm(): return 1", "MODELS = {", '    "svm": svm,  # first, of two', "}"]
WHOLE = BEFORE.splitlines()


@pytest.mark.parametrize(
    "body",
    [
        'return MODELS["svm"]()',
        'return MODELS.get("svm")()',
        'return MODELS.get("svm", print)()',
        'return "svm" in MODELS',
        'return "svm" not in MODELS',
        'name = "s" + "vm"\nreturn MODELS[name]()',
        'if "svm" not in MODELS:\n    raise ValueError(f"none of {sorted(MODELS)}")',
        'assert "svm" in MODELS, ", ".join(MODELS)',
        'try:\n    MODELS["svm"]\nexcept KeyError as error:\n    raise ValueError(list(MODELS)) from error',
        'return max(MODELS["svm"](), 1)',
    ],
)
def test_entries_that_are_looked_up(body):
    assert kept(BEFORE, body) == CUT


@pytest.mark.parametrize(
    "body",
    [
        "return list(MODELS)",
        "return MODELS",
        "return MODELS[input()]()",
        "return input() in MODELS",
        'return MODELS.get("svm", **{})',
        'return MODELS.pop("svm")',
        'MODELS["svm"] = print\nreturn MODELS["svm"]',
        'del MODELS["svm"]',
        "table = MODELS\nreturn table['svm']",
        'assert list(MODELS), "none"',
        "return len(MODELS)",
        'return globals()["MODELS"]["svm"]',
    ],
)
def test_tables_that_are_used_in_another_way(body):
    assert kept(BEFORE, body) == WHOLE


@pytest.mark.parametrize(
    "change",
    [
        'MODELS["forest"] = tree',
        'MODELS.update({"forest": tree})',
        "MODELS = {}",
        'MODELS = {**MODELS, "forest": tree}',
        "del MODELS",
    ],
)
def test_tables_that_are_changed(change):
    found = kept(f"{BEFORE}{change}\n", 'return MODELS["svm"]()')
    assert found == [*WHOLE, change]


@pytest.mark.parametrize(
    "table",
    [
        'MODELS = {"svm": svm, **{"tree": tree}}',
        'MODELS = {"svm": svm, "tr" + "ee": tree}',
        'MODELS = {"svm": svm, "tree": tree, "now": input()}',
        'MODELS = OTHER = {"svm": svm, "tree": tree}',
        'MODELS = {("svm"): svm, ("tree"): tree}',
    ],
)
def test_what_is_no_table(table):
    before = f"def svm(): return 1\ndef tree(): return 2\n{table}\n"
    assert kept(before, 'return MODELS["svm"]()') == before.splitlines()


@pytest.mark.parametrize(
    ("table", "key", "left"),
    [
        ('T: dict = {"a": 1, "b": 2}', '"b"', 'T: dict = {        "b": 2}'),
        ('T = {"a": 1, "b": 2}', '"b"', 'T = {        "b": 2}'),
        ('T = {"é": 1, "b": 2, "c": 3}', '"b"', 'T = {        "b": 2,       }'),
        ('T = {1: "x", 2: "y"}', "1", 'T = {1: "x",       }'),
        ('T = {1: "x", 2: "y"}', "True", 'T = {1: "x",       }'),
        ('T = {"a": (1), "b": [2,\n  3]}', '"a"', 'T = {"a": (1),'),
        ('T = {"a": 1}', '"z"', "T = {      }"),
        ('T = {None: 1, "a": 2, None: 3}', "None", "T = {None: 1,         None: 3}"),
    ],
)
def test_the_text_of_the_entries(table, key, left):
    assert kept(table, f"return T.get({key})")[0] == left


MODULES = {
    "models.py": BEFORE
    + "def build(name):\n    return MODELS[name]()\n\n\ndef names():\n    return list(MODELS)\n",
    "pkg/__init__.py": "from .inner import MODELS as TABLE\n",
    "pkg/inner.py": BEFORE,
}


@pytest.mark.parametrize(
    ("before", "body", "whole"),
    [
        ("import models", 'return models.MODELS["svm"]()', False),
        ("import models", 'return models.MODELS.get("svm")()', False),
        ("from models import MODELS", 'return MODELS["svm"]()', False),
        ("from models import MODELS as M", 'return M["svm"]()', False),
        ("from models import *", 'return MODELS["svm"]()', False),
        ("import models", 'return models.build("svm")', False),
        ("", 'from models import build\nreturn build("svm")', False),
        ("from pkg import TABLE", 'return TABLE["svm"]()', False),
        ("import pkg.inner", 'return pkg.inner.MODELS["svm"]()', False),
        ("import models", 'return models.build("svm"), models.names()', True),
        ("import models", 'return getattr(models, "MODELS")["svm"]', False),
        ("import models", 'return getattr(models, "MODELS").get("svm")', False),
        ("import models", 'return getattr(models.MODELS, "get")("svm")', True),
        ("import models", 'return models.MODELS["svm"], getattr(models, "MOD" + "ELS")', True),
        ("import models", 'return vars(models)["MODELS"]', True),
        ("import models", 'return models.MODELS["svm"], print(models)', True),
        ("import models", 'models.MODELS = {}\nreturn models.MODELS["svm"]', True),
        ("import models\nclass A:\n    table = models.MODELS", 'return A.table["svm"]()', True),
        ("import models\ndef f(table=models.MODELS): return table", 'return f()["svm"]()', True),
        ("from pkg import TABLE\nOTHER = TABLE", 'return OTHER["svm"]()', True),
    ],
)  # fmt: skip
def test_tables_of_local_modules(before, body, whole):
    found = trial(before, body, MODULES).slice
    texts = [module.text for module in found.modules if "MODELS =" in module.text]
    assert len(texts) == 1
    compile(texts[0], "slice.py", "exec")
    assert ("def tree" in texts[0], '"tree"' in texts[0]) == (whole, whole)


def test_code_that_looks_up_any_name():
    for body in ('return MODELS["svm"](), eval("MODELS")', 'return MODELS["svm"](), globals()'):
        assert set(WHOLE) <= set(kept(BEFORE, body))


def test_a_line_that_a_table_shares():
    table = (
        "def svm(): return 1\ndef tree(): return 2\nX = 1; MODELS = {'a': svm, 'b': tree}; Y = 2\n"
    )
    found = kept(table, "return MODELS['a']()")
    assert found == ["def svm(): return 1", "X = 1; MODELS = {'a': svm,          }; Y = 2"]


def test_keys_that_a_slice_may_look_up():
    text = f'from decorators import trial\n{BEFORE}\n@trial(1, {{"n": ["svm", "x", "tree"]}})\ndef t(n):\n    return MODELS.get(n), 1 in MODELS\n'
    assert analysed(text)["t"].slice.partial == (("MODELS", ("'svm'", "'tree'", "'x'", "1")),)
