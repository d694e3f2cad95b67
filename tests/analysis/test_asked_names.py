"""Modules that are asked for names which only files of settings know: they count whole until runs have told."""

import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.analysis.used import UsedName, names_asked
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse

HEAD = "import importlib, json, sys\nimport models\nfrom building import built\nfrom decorators import trial\n"
FILES = {
    "models.py": "RATE = 1\ndef mean(x):\n    return x * RATE\ndef mode(x):\n    return x\n",
    "building.py": "def built(m, name):\n    return getattr(m, name)\n",
}


def trial(body, *used, files=None, values=None, before=""):
    values = values or {"n": [1, 2]}
    text = f"{HEAD}{before}\ndef spare(): pass\n\n@trial(1, {values!r})\ndef t({', '.join(values)}):\n    name = json.load(open('s'))\n    {body}\n"
    parsed = parse(Source("exp.py", text))
    assert parsed.experiment is not None, parsed.diagnostics
    memory = MemoryFiles({"exp.py": text, **FILES, **(files or {})})
    return analyse_files(parsed.experiment, memory, {"t": used})["t"]


def asked(module, *names, **values):
    pairs = tuple((name, repr(value)) for name, value in values.items())
    return [UsedName(module, name, pairs, asked=True) for name in (None, *names)]


def bound(found, module="models"):
    """Return the names that a slice leaves out of a module, the experiment's with None."""
    if module is None:
        return set(found.removed)
    return next(set(item.removed) for item in found.modules if item.name == module)


FORMS = [
    "return getattr(models, name)(1)",
    "return getattr(models, name, None)",
    "return hasattr(models, name) and getattr(models, name)(1)",
    "return built(models, name)(1)",
    "m = models; return getattr(m, name)(1)",
    "return getattr(importlib.import_module('models'), name)(1)",
    "return getattr(models, 'me' + name)(1)",
    "return getattr(models, json.loads(name)['model'])(1)",
]


@pytest.mark.parametrize("body", FORMS)
def test_what_runs_asked_for_counts_once_they_have_told(body):
    before = trial(body)
    assert bound(before.slice) == set()
    assert before.slice.watched == {"models"}
    after = trial(body, *asked("models", "mode"))
    assert bound(after.slice) == {"mean", "RATE"}
    assert after.slice.watched == {"models"}
    assert not after.variants.found
    assert after.slice.digest == trial(body, *asked("models", "mode", "gone")).slice.digest
    assert bound(trial(body, *asked("models", "mean")).slice) == {"mode"}
    assert bound(trial(body, *asked("models")).slice) == {"mean", "mode", "RATE"}


def test_what_code_shows_counts_besides():
    after = trial("return [models.mean, getattr(models, name)]", *asked("models", "mode"))
    assert bound(after.slice) == set()
    assert after.slice.watched == set()  # nothing is left to be told


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ("return vars(models)[name](1)", {}),
        ("return getattr(models, name), vars(models)", {}),
        ("return getattr(models, name), str(models)", {}),
        ("return getattr(models, name), [models]", {}),
        ("return setattr(models, name, 1)", {}),
        ("return getattr(models, name)", {"models.py": FILES["models.py"] + "def __getattr__(name): return 1\n"}),
        ("return getattr(models, name)", {"models.py": "def mean(x): return x +\n"}),
    ],
)  # fmt: skip
def test_a_module_of_which_anything_may_count_stays_whole(body, files):
    assert bound(trial(body, files=files).slice) == set()
    assert bound(trial(body, *asked("models", "mode"), files=files).slice) == set()


def test_a_module_that_runs_have_not_told_of_stays_whole():
    after = trial("return getattr(models, name)(1)", *asked("building", "built"))
    assert bound(after.slice) == set()
    after = trial("return getattr(models, name)(1)", UsedName("models", "mode"))
    assert bound(after.slice) == set()


def test_what_is_asked_no_longer_does_not_count():
    after = trial("return models.mode(name)", *asked("models", "mean"))
    assert bound(after.slice) == {"mean", "RATE"}


def test_names_of_the_experiment():
    body = "return getattr(sys.modules[__name__], name)"
    before = trial(body)
    assert "spare" not in bound(before.slice, None)
    assert "exp" in before.slice.watched
    used = [*asked(None, "spare"), *asked("models"), *asked("building")]
    assert {"models", "built"} < bound(trial(body, *used).slice, None)
    assert "spare" not in bound(trial(body, *used).slice, None)
    assert "spare" in bound(trial(body, *asked(None, "t")).slice, None)
    # who has asked for SETUP may depend on all of it
    assert not bound(trial(body, *asked(None, "SETUP", "t")).slice, None)


def test_a_module_that_is_found_in_another_one_counts_whole():
    files = {"shapes.py": "import models\nSIDE = 2\n"}
    body = "import shapes; return getattr(shapes, name)"
    after = trial(body, *asked("shapes", "SIDE"), files=files)
    assert bound(after.slice, "shapes") == {"models"}
    after = trial(body, *asked("shapes", "models"), files=files)
    assert bound(after.slice, "shapes") == {"SIDE"}
    assert bound(after.slice) == set()


def test_combinations_that_have_not_run_have_the_whole_module():
    values = {"kind": ["a", "b", "c"]}
    used = [*asked("models", "mode", kind="a"), *asked("models", "mean", kind="b")]
    after = trial("return getattr(models, name)(kind)", *used, values=values)
    assert after.variants.deciding == ("kind",)
    left_out = {each.values: bound(each.slice) for each in after.variants.found}
    assert left_out == {(0,): {"mean", "RATE"}, (1,): {"mode"}, (2,): set()}
    assert bound(after.slice) == set()  # whose uses of SETUP are those of all


def test_combinations_that_have_asked_for_the_same():
    values = {"kind": ["a", "b"], "n": [1, 2]}
    used = [
        each for kind in "ab" for n in (1, 2) for each in asked("models", "mode", kind=kind, n=n)
    ]
    after = trial("return getattr(models, name)(kind)", *used, values=values)
    assert not after.variants.found
    assert bound(after.slice) == {"mean", "RATE"}


GIVEN = {"kind": ["a", "b"], "n": [1, 2]}


@pytest.mark.parametrize(
    ("told", "of_all"),
    [
        ([{}], True),
        ([{"kind": "a"}], False),
        ([{"kind": "a"}, {"kind": "b"}], True),
        ([{"kind": "a"}, {"kind": "b"}, {"kind": "c"}], False),  # it comes last, and fits nothing
        ([{"kind": "a", "n": 1}, {"kind": "b", "n": 2}], False),
        ([{"kind": "a", "n": 1}, {"kind": "b"}], False),
        ([{"kind": k, "n": n} for k in "ab" for n in (1, 2)], True),
        ([{"gone": 1}], True),
        ([{"gone": 1, "n": 1}, {"gone": 2, "n": 2}, {"gone": 3, "n": 1}], True),
        ([{"gone": 1, "n": 1}, {"gone": 2, "n": 1}], False),
        ([], False),
    ],
)
def test_all_combinations_have_to_tell(told, of_all):
    used = [item for values in told for item in asked("models", "mode", **values)]
    fitting = [item for item in used if item.fits(GIVEN)]
    if {"kind": "c"} in told:
        assert names_asked(fitting, GIVEN) == {"models": ["mode"]}
        return
    assert names_asked(fitting, GIVEN) == ({"models": ["mode"]} if of_all else {})


NOISY = "import random\nimport helper\ndef mode(x): return x\ndef noisy(x): return random.random() + helper.find('v')\n"
HELPER = "def find(name): return globals()['by_' + name]()\ndef by_u(): return 1\ndef by_v(): return 2\ndef last(): pass\n"


def test_what_a_run_that_starts_again_would_notice_counts():
    files = {"models.py": NOISY, "helper.py": HELPER}
    body = "return [getattr(models, name)(1), helper.find('u')]"
    before = "import helper, random\nrandom.seed(3)\n"
    used = asked("models", "mode")
    after = trial(body, *used, files=files, before=before)
    assert {"noisy", "random"} <= bound(after.slice)
    assert "random.seed(3)" in after.slice.text
    # `noisy` calls `find` with another name, which a dict cannot notice
    assert bound(after.slice, "helper") == set()
    quiet = trial(
        body, *used, files={**files, "models.py": "def mode(x): return x\n"}, before=before
    )
    assert "random.seed(3)" not in quiet.slice.text
    assert bound(quiet.slice, "helper") == {"by_v", "last"}


REGISTRY = "R = {}\ndef register(c):\n    R[c.__name__] = c\n    return c\n"
CLASSES = "from registry import register\n@register\nclass A: pass\n@register\nclass B: pass\n"


def test_a_registry_that_a_run_that_starts_again_may_read_counts():
    models = "import registry\ndef mode(x): return x\ndef {}(x): return registry.R\n"
    files = {"registry.py": REGISTRY, "shapes.py": CLASSES, "models.py": models.format("listed")}
    body, before = "return [shapes.A, getattr(models, name)(1)]", "import shapes"
    after = trial(body, *asked("models", "mode"), files=files, before=before)
    assert "listed" in bound(after.slice)
    assert "B" not in bound(after.slice, "shapes")
    quiet = trial("return shapes.A", files=files, before=before)
    assert "B" in bound(quiet.slice, "shapes")
