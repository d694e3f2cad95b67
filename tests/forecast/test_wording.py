import json

import pytest

from mlx2smk.forecast import Forecast
from mlx2smk.forecast.outlook import Outlook, UncertainFile, Uncertainty
from mlx2smk.forecast.reasons import (
    Chained,
    CodeChanged,
    CodeReordered,
    CodeUnknown,
    CompilerChanged,
    FileAppeared,
    FileChanged,
    FileGone,
    FolderChanged,
    InputChanged,
    KeyChanged,
    Missing,
    New,
    PackageChanged,
    PackageGone,
    ProductChanged,
    ProductGone,
    Regrouped,
    ResultsChanged,
    SoftwareChanged,
    VariableChanged,
    VariableSet,
    VariableUnset,
)
from mlx2smk.forecast.wording import duration, forecast_as_dict, forecast_lines


def outlook(kind="trial", name="train", **changes):
    plain = {"line": 1, "total": 240 if kind == "trial" else 1, "run": 0, "may_run": 0}
    return Outlook(kind=kind, name=name, **{**plain, **changes})


def of(*items, others=None):
    kinds = {
        kind: tuple(i for i in items if i.kind == kind) for kind in ("setup", "trial", "verify")
    }
    return Forecast("exp", "exp.py", *kinds.values(), others or {})


def said(*items, **more):
    return list(forecast_lines(of(*items, **more)))


def reason(item):
    """Return how a reason of a trial is said."""
    head, *rest = said(outlook(run=12, may_run=12, reasons=(item,)))
    assert head.startswith("train: 12 of 240 run")
    return [line.strip() for line in rest]


def changed(**fields):
    plain = {"change": "changed", "kind": "function", "name": "prep", "file": "exp.py", "line": 14}
    return CodeChanged(**{**plain, "old": None, "new": None, "path": ("train",), **fields})


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "train: nothing to do (240 combinations)"),
        ({"total": 1}, "train: nothing to do (1 combination)"),
        ({"run": 12, "may_run": 12, "seconds": 180.0}, "train: 12 of 240 run again, about 3 min"),
        ({"run": 1, "may_run": 1, "reasons": (New(1),)}, "train: 1 of 240 runs"),
        ({"from_store": 3}, "train: nothing runs (240 combinations)"),
        (
            {
                "may_run": 40,
                "may_seconds": 2.0,
                "uncertainty": Uncertainty(("init",), ("lr", "seed")),
            },
            "train: up to 40 of 240 run if what init gives changes (read: lr, seed), about 2 s",
        ),
        (
            {"run": 1, "may_run": 2, "uncertainty": Uncertainty(("a", "b"), ())},
            "train: 1 of 240 runs again; up to 2 of 240 run if what a or b gives changes",
        ),
        (
            {"may_run": 3, "uncertain_files": (UncertainFile("clean.txt", ("prepare",)),)},
            "train: up to 3 of 240 run if clean.txt, which prepare makes, changes",
        ),
        (
            {
                "may_run": 3,
                "uncertain_files": (
                    UncertainFile("a.txt", ("p", "q")),
                    UncertainFile("b.txt", ("p",)),
                    UncertainFile(".", ("p",)),
                ),
                "uncertainty": Uncertainty(("init",), ("lr",)),
            },
            (
                "train: up to 3 of 240 run if what init gives changes (read: lr) or if a.txt, which p "
                "or q makes, changes or if b.txt or the experiment's folder, which p makes, changes"
            ),
        ),
        (
            {
                "may_run": 3,
                "uncertain_files": tuple(UncertainFile(f"{n}.txt", ("prepare",)) for n in range(4)),
            },
            "train: up to 3 of 240 run if one of 4 files that prepare makes changes",
        ),
        (
            {"run": 1, "may_run": 3},
            "train: 1 of 240 runs again; up to 3 of 240 run if what those before them write changes",
        ),
    ],
)
def test_trials(changes, line):
    assert said(outlook(**changes))[0] == line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "check: nothing to do"),
        ({"run": 1, "may_run": 1, "reasons": (New(1),)}, "check: runs"),
        ({"run": 1, "may_run": 1, "seconds": 0.1}, "check: runs again, under a second"),
        ({"may_run": 1}, "check: runs again if what comes before it changes"),
        (
            {"may_run": 1, "uncertain_files": (UncertainFile("clean.txt", ("prepare",)),)},
            "check: runs again if clean.txt, which prepare makes, changes",
        ),
    ],
)
def test_functions_that_run_once(changes, line):
    assert said(outlook("verify", "check", **changes)) == [line]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (changed(), "prep() changed in exp.py:14, reached through train → prep"),
        (changed(name="train", path=()), "train() changed in exp.py:14"),
        (
            changed(kind="class", name="Net"),
            "Net changed in exp.py:14, reached through train → Net",
        ),
        (
            changed(kind="constant", name="RATE", old="0.9", new="0.95", path=("train", "prep")),
            "RATE changed 0.9 → 0.95 in exp.py:14, reached through train → prep",
        ),
        (changed(kind="constant", name="A", old="1", new="1"), "A changed in exp.py:14"),
        (changed(change="added", kind="constant", name="A", new="1"), "A is new (1) in exp.py:14"),
        (
            changed(change="added"),
            "prep() is new in exp.py:14, reached through train → prep",
        ),
        (
            changed(change="removed", kind="import", name="np"),
            "the import of np is gone from exp.py:14",
        ),
        (changed(kind="statement", name="", path=()), "a statement changed in exp.py:14"),
        (CodeUnknown(), "its code changed; what it was is not in .mlx/code any more"),
        (
            CodeReordered(),
            "the order of its statements in exp.py changed, or they read their own source text",
        ),
        (KeyChanged("lr", "0.1", "0.2"), "SETUP['lr'] changed 0.1 → 0.2"),
        (KeyChanged("lr", None, "0.2"), "SETUP['lr'] is now 0.2"),
        (KeyChanged("lr", "0.1", None), "SETUP['lr'] is gone"),
        (InputChanged("a.csv"), "a.csv changed"),
        (FileChanged("a.csv"), "a.csv changed"),
        (FileChanged("a.csv", ("prepare",)), "a.csv changed, which prepare made"),
        (FileChanged("a.csv", ("clean", "prepare")), "a.csv changed, which clean or prepare made"),
        (FileGone("a.csv"), "a.csv is gone"),
        (FileGone("a.csv", ("prepare",)), "a.csv is gone, which prepare made"),
        (FileAppeared("config.json"), "config.json is there now, which it looked for"),
        (FolderChanged("images"), "the folder images has other files"),
        (FolderChanged("."), "the experiment's folder has other files"),
        (ProductChanged("a.csv"), "a.csv, which it made, changed"),
        (ProductGone("a.csv"), "a.csv, which it made, is gone"),
        (VariableChanged("DATA_DIR"), "DATA_DIR has another value"),
        (VariableSet("DATA_DIR"), "DATA_DIR is set now"),
        (VariableUnset("DATA_DIR"), "DATA_DIR is not set any more"),
        (PackageChanged("numpy", "2.3.1", "2.4.0"), "numpy 2.3.1 → 2.4.0"),
        (PackageGone("pandas", "2.2"), "pandas 2.2 is not installed any more"),
        (New(12), "12 combinations not run before"),
        (
            Missing(2),
            "2 combinations ran before, but not in these jobs, or the results were deleted",
        ),
        (Regrouped(), "its combinations are in other jobs, or in another order, than before"),
        (SoftwareChanged(), "its interpreter, conda environment or container changed"),
        (
            Chained(2),
            "2 combinations of the chain now follow a different combination, or one that runs again",
        ),
        (ResultsChanged("train"), "the results of train are collected again"),
        (CompilerChanged(), "its results were made by another version of mlx2smk"),
    ],
)
def test_reasons(item, text):
    assert reason(item) == [text]


def test_many_reasons_are_cut_short():
    keys = tuple(KeyChanged(f"k{n}", "1", "2") for n in range(12))
    found = said(outlook(run=1, may_run=1, reasons=keys))
    assert found[10:] == ["  SETUP['k9'] changed 1 → 2", "  and 2 more changes"]


def test_what_does_not_run():
    assert said(outlook(from_store=3, failed=1))[1:] == [
        "  3 combinations come back from the store of results",
        "  1 failed; that stays recorded (mlx retry forgets it)",
    ]
    assert said(outlook("verify", "check", failed=1))[1:] == [
        "  a crash stays recorded (mlx retry forgets it)"
    ]


def test_trials_that_are_no_more():
    assert said(others={"old": 2}) == [
        "old: no longer a trial; mlx gc removes the results of its 2 jobs"
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under a second"),
        (99, "about 99 s"),
        (100, "about 2 min"),
        (5400, "about 90 min"),
        (36000, "about 10 h"),
        (900_000, "about 250 h"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_json():
    item = outlook(run=1, may_run=2, reasons=(New(1),), uncertainty=Uncertainty(("init",), ("a",)))
    forecast = json.loads(json.dumps(forecast_as_dict(of(item, others={"old": 1}))))
    assert (forecast["experiment"], forecast["source"], forecast["others"]) == (
        "exp",
        "exp.py",
        {"old": 1},
    )
    (train,) = forecast["trials"]
    assert (train["kind"], train["run"], train["may_run"]) == ("trial", 1, 2)
    assert train["reasons"] == [{"reason": "New", "count": 1}]
    assert train["uncertainty"] == {"sources": ["init"], "keys": ["a"]}
