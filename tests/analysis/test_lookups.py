"""Look-ups at run time whose names are known, as they are made of literals and values of parameters."""

from __future__ import annotations

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import analysed, module

SORTS = {
    "sorts/__init__.py": "",
    "sorts/quick.py": "DEPTH = 1\nSPARE = 2\n\n\ndef sort(x):\n    return x, DEPTH\n\n\ndef other():\n    return SPARE\n",
    "sorts/merge.py": "def sort(x):\n    return x\n",
    "sorts/heap.py": "def sort(x):\n    return x\n",
    "models.py": "RATE = 1\n\n\ndef mean(x):\n    return x * RATE\n\n\ndef median(x):\n    return x\n\n\ndef mode(x):\n    return x\n",
    "pick.py": (
        "import importlib\nimport sys\n\nimport models\n\n\n"
        "def load(name, package='sorts'):\n    return importlib.import_module(f'{package}.{name}')\n\n\n"
        "def model(name):\n    return getattr(models, name)\n\n\n"
        "def own(name):\n    return getattr(sys.modules[__name__], name)\n\n\n"
        "def call(name, x):\n    return globals()[name](x)\n\n\n"
        "def first(x):\n    return x\n\n\ndef second(x):\n    return x\n\n\n"
        "def solve(problem):\n    return problem.mean(1) + scale(problem)\n\n\n"
        "def scale(problem):\n    return problem.RATE\n"
    ),
}
HEAD = (
    "import importlib\nimport sys\n\nimport models\nimport pick\nfrom decorators import trial\n\n"
)


def names_in(body, values="{'name': ['quick', 'merge']}"):
    """Return the functions and constants of local modules in the slice of a trial, and whether it widens."""
    lines = body.replace("\n", "\n    ")
    text = f"{HEAD}@trial(1, {values})\ndef t(name):\n    {lines}\n"
    found = analysed(text, SORTS)["t"].slice
    pieces = {
        f"{piece.module}.{name}"
        for piece in found.pieces
        if piece.module is not None and piece.kind in {"function", "constant"}
        for name in piece.names
    }
    return pieces, bool(found.widened)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        # modules
        ("m = importlib.import_module(f'sorts.{name}')\nreturn m.sort(1)", {"sorts.quick.sort", "sorts.quick.DEPTH", "sorts.merge.sort"}),
        ("return importlib.import_module('sorts.' + name).sort(1)", {"sorts.quick.sort", "sorts.quick.DEPTH", "sorts.merge.sort"}),
        ("return getattr(importlib.import_module('sorts.quick'), 'other')()", {"sorts.quick.other", "sorts.quick.SPARE"}),
        ("kind = name.lower()\nreturn importlib.import_module(f'sorts.{kind}').sort(1)", {"sorts.quick.sort", "sorts.quick.DEPTH", "sorts.merge.sort"}),
        ("for kind in ['heap']:\n    importlib.import_module(f'sorts.{kind}').sort(1)", {"sorts.heap.sort"}),
        ("return pick.load('heap').sort(1)", {"pick.load", "sorts.heap.*"}),
        ("return pick.load(name).sort(1)", {"pick.load", "sorts.quick.*", "sorts.merge.*"}),
        # names that are taken apart
        ("a, b = 'sorts.quick:other'.split(':')\nreturn getattr(importlib.import_module(a), b)()", {"sorts.quick.other", "sorts.quick.SPARE"}),
        ("a, b = 'sorts.quick.other'.rsplit('.', 1)\nreturn getattr(importlib.import_module(a), b)()", {"sorts.quick.other", "sorts.quick.SPARE"}),
        ("a, _, b = 'sorts.quick.other'.rpartition('.')\nreturn getattr(importlib.import_module(a), b)()", {"sorts.quick.other", "sorts.quick.SPARE"}),
        ("a = name.replace('-', '_')\nreturn importlib.import_module('sorts.' + a).sort(1)", {"sorts.quick.sort", "sorts.quick.DEPTH", "sorts.merge.sort"}),
        ("a, b = ('sorts', 'heap')\nreturn importlib.import_module(f'{a}.{b}').sort(1)", {"sorts.heap.sort"}),
        # attributes
        ("return getattr(models, 'mean' if name else 'mode')(1)", {"models.mean", "models.RATE", "models.mode"}),
        ("return pick.model('median')(1)", {"pick.model", "models.median"}),
        ("return pick.own('first')(1)", {"pick.own", "pick.first"}),
        ("return getattr(sys.modules[__name__], 'pi' + 'ck').first(1)", {"pick.*"}),
        ("return getattr(pick, 'call')('second', 1)", {"pick.call", "pick.second"}),
        ("return pick.call('second', 1)", {"pick.call", "pick.second"}),
        # a module that is handed on
        ("return pick.solve(models)", {"pick.solve", "pick.scale", "models.mean", "models.RATE"}),
        ("return pick.solve(problem=models)", {"pick.solve", "pick.scale", "models.mean", "models.RATE"}),
        # a module that is loaded again
        ("importlib.reload(models)\nreturn models.mode(1)", {"models.mode"}),
        ("return importlib.reload(models).mode(1)", {"models.mode"}),
        ("m = importlib.reload(models)\nreturn m.mean(1)", {"models.mean", "models.RATE"}),
    ],
)  # fmt: skip
def test_only_what_the_values_name(body, names):
    found, widened = names_in(body)
    whole = {name[:-2] for name in names if name.endswith(".*")}
    assert whole <= {name.rpartition(".")[0] for name in found}
    assert widened == bool(whole)
    if "pick" not in whole:  # which holds all of the others
        assert {name for name in found if name.rpartition(".")[0] not in whole} == {
            name for name in names if name.rpartition(".")[0] not in whole
        }


@pytest.mark.parametrize(
    "body",
    [
        "a, *b = name.split('.')\nreturn pick.call(a, 1)",
        "a, b = name.split('.')\nreturn pick.call(a, 1)",
        "a, (b, c) = name\nreturn pick.call(b, 1)",
        "a, b = name.split('.')\nb = input()\nreturn pick.call(b, 1)",
        "name = input()\nreturn pick.call(name, 1)",
        "f = pick.call\nreturn f(name, 1)",
        "return [pick.call(name, 1) for name in open('names')]",
        "return pick.call(*[name, 1])",
        "return pick.call(**{'name': name, 'x': 1})",
        "return getattr(pick, 'ca' + 'll')(name, 1)",
        "return list(map(pick.call, [name], [1]))",
        "def inner():\n    nonlocal name\n    name = 'x'\ninner()\nreturn pick.call(name, 1)",
        "return pick.call(name if t is None else t('x'), 1)",
    ],
)
def test_names_that_are_not_certain(body):
    found, widened = names_in(body, "{'name': ['first']}")
    assert {"pick.first", "pick.second", "pick.solve"} <= found
    assert widened


def test_values_of_a_parameter_that_is_a_dict():
    body = "return getattr(models, name['model'])(1)"
    values = "{'name': [{'model': 'mean', 'n': 1}, {'model': 'mode', 'n': 2}]}"
    assert names_in(body, values) == ({"models.mean", "models.RATE", "models.mode"}, False)


def test_other_uses_of_a_module():
    for body in (
        "vars(models)",
        "print(models)",
        "models.__dict__",
        "x = [models]",
        "dir(models)",
        "x = [importlib.reload(models)]",
    ):
        assert "models.median" in names_in(body)[0]


def test_a_module_that_is_loaded_again_does_again_what_the_run_can_notice(tmp_path):
    counter = (
        "import registry\nCOUNT = 0\nSPARE = 1\nregistry.ITEMS.append('counter')\n"
        "def up():\n    global COUNT\n    COUNT += 1\n    return COUNT\n"
    )
    before = "import importlib, counter, registry"
    body = "counter.up()\nimportlib.reload(counter)\nreturn counter.up(), registry.ITEMS"
    files = {"counter.py": counter, "registry.py": "ITEMS = []\nOTHER = 2\n"}
    found = check_slice(tmp_path, before, body, files)
    assert found.slice.widened == ()
    assert "SPARE = 1" not in module("counter", found)
