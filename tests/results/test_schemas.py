import copy
import json
import math
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from mlx2smk.cli import main
from mlx2smk.results.schemas import SCHEMA_NAMES, schema
from tests.support import warm_snakemake

REGISTRY = Registry().with_resources(
    [(schema(name)["$id"], Resource.from_contents(schema(name))) for name in SCHEMA_NAMES]
)
DIGEST = "0123456789abcdef" * 4
FUNCTION = {
    "name": "train",
    "rule": "trial_train",
    "line": 3,
    "slice": "slices/trial_train.py",
    "digest": DIGEST,
    "reads": ["seed"],
    "removed": ["unused"],
    "modules": [
        {
            "name": "pkg.helpers",
            "path": "pkg/helpers.py",
            "slice": "modules/pkg.helpers.py",
            "file_digest": DIGEST,
            "package": False,
            "removed": [],
        }
    ],
}
PLAN = {
    "format": "mlx2smk-plan",
    "version": 1,
    "experiment": "exp",
    "source": "../exp.py",
    "folder": "../../..",
    "file": "exp.py",
    "report_rule": "report",
    "stream_all": False,
    "conda": None,
    "container": None,
    "setups": [{**FUNCTION, "order": None, "after": []}],
    "trials": [
        {
            **FUNCTION,
            "order": -1,
            "parameters": [["größe", ["1", "'a'"]]],
            "chained": True,
            "in_order": False,
            "parallel": None,
            "writes": None,
            "after": [],
            "inputs": ["data.csv"],
            "threads": 2,
            "resources": [["mem_mb", 10], ["gpu", 1.5], ["partition", "short"]],
            "stream": False,
            "jobs": [f"n~1,lr~0.1 0 2 {DIGEST}"],
        }
    ],
    "verifications": [{**FUNCTION, "trial_names": ["train"], "depends": [], "all_trials": False}],
}
REST = {"duration": 0.5, "log": "logs/exp/a.log"}
SUCCESS = {"success": True, "result": [math.nan, None], "params": {"n": 1}, **REST}
FAILURE = {
    "success": False,
    "return_code": -9,
    "error": "killed by SIGKILL",
    "type": "SIGKILL",
    "params": {},
    "traceback": "Traceback …",
    **REST,
}
LIMITED = {**FAILURE, "limit": {"timeout": 1.5, "memory": 10**9}}
SUPPORTS = {"verdict": "supports", **REST}
INVALID = {"verdict": "invalid", "error": "", "type": "KeyError", "traceback": "Tr…", **REST}
REPORT = {
    "experiment": "exp",
    "source": "exp.py",
    "status": "validated",
    "context": {"seed": 1},
    "trials": {"train": [SUCCESS, FAILURE], "none": []},
    "verifications": {"check": SUPPORTS, "other": INVALID},
}


def is_valid(name, value):
    return Draft202012Validator(schema(name), registry=REGISTRY).is_valid(value)


def changed(value, path, new):
    """Return the value with what is at the path replaced, or removed where new is Ellipsis."""
    copied = copy.deepcopy(value)
    *steps, last = path
    inner = copied
    for step in steps:
        inner = inner[step]
    if new is ...:
        del inner[last]
    else:
        inner[last] = new
    return copied


# ------------------------------------------------------------------ the schemas themselves


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_the_schemas_are_schemas(name):
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"urn:mlx2smk:{name}:1"


def test_there_is_no_other_schema():
    with pytest.raises(KeyError):
        schema("../plan")


def test_the_loader_imports_no_validator():
    code = "import sys, mlx2smk.results.schemas; print({'jsonschema', 'referencing'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# ------------------------------------------------------------------ what is valid


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plan", PLAN),
        ("run", SUCCESS),
        ("run", FAILURE),
        ("run", changed(FAILURE, ["traceback"], ...)),
        ("run", changed(SUCCESS, ["result"], None)),
        ("verdict", SUPPORTS),
        ("verdict", INVALID),
        ("verdict", {"verdict": "invalid", **REST}),
        ("report", REPORT),
        ("report", REPORT | {"trials": {}, "verifications": {}, "context": {}}),
    ],
)
def test_what_is_right_is_valid(name, value):
    assert is_valid(name, value)


EXPERIMENT = """
from mlx2smk import setup, trial, verify
import helpers

@setup(3)
def init():
    return {"seed": 1}

@setup()
def more():
    return {"x": SETUP["seed"]}

@trial(1, {"n": [1, (2, "ä"), {"a": None}], "größe": [0.5, True]}, threads=2, inputs=["exp.py"],
       resources={"mem_mb": 10, "other": "x"})
def train(n, größe):
    if n == 1:
        raise ValueError("no")
    return {"context_update": {"last": [n]}, "nan": float("nan"), "h": helpers.f()}

@trial(2, {"__parallel__": 2, "n": [1, 2]})
def later(n):
    import os, sys
    os._exit(3) if n == 1 else sys.exit("bye")

@trial(2, {"n": []})
def empty(n):
    pass

@verify(["train"])
def supports(results):
    return True

@verify(["train", "later"])
def crashes(results):
    return results["later"][0]["result"]

@verify([])
def wrong(results):
    return 3

@verify([])
def dies(results):
    import os
    os._exit(1)

@verify([])
def undecided(results):
    return "Invalid"
"""


@pytest.fixture
def compiled(tmp_path):
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    (tmp_path / "helpers.py").write_text("def f():\n    return 1\n")
    assert main(["compile", str(tmp_path / "exp.py"), "--directory", str(tmp_path)]) == 0
    return tmp_path


def test_a_real_plan_is_valid(compiled):
    plan = json.loads((compiled / "workflow/experiments/exp/plan.json").read_text())
    assert len(plan["trials"]) == 3
    Draft202012Validator(schema("plan"), registry=REGISTRY).validate(plan)


@pytest.mark.slow
def test_a_real_report_is_valid(compiled):
    command = [sys.executable, "-m", "snakemake", "-j2"]
    warm_snakemake.run(command, cwd=compiled, check=True, capture_output=True)
    report = json.loads((compiled / "results/exp/report.json").read_text())
    verdicts = {name: verdict["verdict"] for name, verdict in report["verifications"].items()}
    assert verdicts == {"supports": "supports"} | dict.fromkeys(
        ["crashes", "wrong", "dies", "undecided"], "invalid"
    )
    assert [len(runs) for runs in report["trials"].values()] == [6, 2, 0]
    Draft202012Validator(schema("report"), registry=REGISTRY).validate(report)


# ------------------------------------------------------------------ what is not


FIELDS = [
    *(("plan", PLAN, [key]) for key in PLAN if key not in {"conda", "container"}),
    *(("plan", PLAN, [kind, 0, key]) for kind in ("setups", "trials") for key in PLAN[kind][0]),
    *(("plan", PLAN, ["verifications", 0, key]) for key in PLAN["verifications"][0]),
    *(("plan", PLAN, ["setups", 0, "modules", 0, key]) for key in FUNCTION["modules"][0]),
    *(("run", SUCCESS, [key]) for key in SUCCESS),
    *(("run", FAILURE, [key]) for key in FAILURE if key != "traceback"),
    *(("verdict", SUPPORTS, [key]) for key in SUPPORTS),
    *(("verdict", INVALID, [key]) for key in ("error", "type")),
    *(("report", REPORT, [key]) for key in REPORT),
]


@pytest.mark.parametrize(
    ("name", "value", "path"),
    FIELDS,
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, list) else "",
)
def test_no_field_may_be_missing(name, value, path):
    assert not is_valid(name, changed(value, path, ...))


@pytest.mark.parametrize(
    ("name", "value", "path", "new"),
    [
        ("plan", PLAN, ["more"], 1),
        ("plan", PLAN, ["format"], "other"),
        ("plan", PLAN, ["version"], 2),
        ("plan", PLAN, ["experiment"], ""),
        ("plan", PLAN, ["source"], "/data/exp.py"),
        ("plan", PLAN, ["folder"], "/data"),
        ("plan", PLAN, ["folder"], ""),
        ("plan", PLAN, ["file"], "sub/exp.py"),
        ("plan", PLAN, ["file"], "exp.txt"),
        ("plan", PLAN, ["report_rule"], "1report"),
        ("plan", PLAN, ["stream_all"], 1),
        ("plan", PLAN, ["conda"], ""),
        ("plan", PLAN, ["container"], ""),
        ("plan", PLAN, ["trials"], []),
        ("plan", PLAN, ["setups", 0, "more"], 1),
        ("plan", PLAN, ["setups", 0, "order"], 1.5),
        ("plan", PLAN, ["setups", 0, "after"], ["a", "a"]),
        ("plan", PLAN, ["setups", 0, "name"], "a b"),
        ("plan", PLAN, ["setups", 0, "rule"], ""),
        ("plan", PLAN, ["setups", 0, "line"], 0),
        ("plan", PLAN, ["setups", 0, "slice"], "/slices/a.py"),
        ("plan", PLAN, ["setups", 0, "digest"], DIGEST[:-1]),
        ("plan", PLAN, ["setups", 0, "reads"], ["a", "a"]),
        ("plan", PLAN, ["setups", 0, "reads"], [1]),
        ("plan", PLAN, ["setups", 0, "removed"], ["a.b"]),
        ("plan", PLAN, ["setups", 0, "modules", 0, "more"], 1),
        ("plan", PLAN, ["setups", 0, "modules", 0, "name"], ""),
        ("plan", PLAN, ["setups", 0, "modules", 0, "path"], "/a.py"),
        ("plan", PLAN, ["setups", 0, "modules", 0, "slice"], ""),
        ("plan", PLAN, ["setups", 0, "modules", 0, "file_digest"], "ABC"),
        ("plan", PLAN, ["setups", 0, "modules", 0, "package"], None),
        ("plan", PLAN, ["setups", 0, "modules", 0, "removed"], [1]),
        ("plan", PLAN, ["trials", 0, "more"], 1),
        ("plan", PLAN, ["trials", 0, "order"], None),
        ("plan", PLAN, ["trials", 0, "parameters"], [["n"]]),
        ("plan", PLAN, ["trials", 0, "parameters"], [["n", [], 1]]),
        ("plan", PLAN, ["trials", 0, "parameters"], [["1n", []]]),
        ("plan", PLAN, ["trials", 0, "parameters"], [["n", [1]]]),
        ("plan", PLAN, ["trials", 0, "parameters"], [["n", [""]]]),
        ("plan", PLAN, ["trials", 0, "chained"], "yes"),
        ("plan", PLAN, ["trials", 0, "parallel"], 1),
        ("plan", PLAN, ["trials", 0, "writes"], "a"),
        ("plan", PLAN, ["trials", 0, "after"], [""]),
        ("plan", PLAN, ["trials", 0, "inputs"], [""]),
        ("plan", PLAN, ["trials", 0, "threads"], 0),
        ("plan", PLAN, ["trials", 0, "resources"], [["mem mb", 1]]),
        ("plan", PLAN, ["trials", 0, "resources"], [["mem_mb", None]]),
        ("plan", PLAN, ["trials", 0, "resources"], [["mem_mb"]]),
        ("plan", PLAN, ["trials", 0, "resources"], [["mem_mb", 1, 2]]),
        ("plan", PLAN, ["trials", 0, "stream"], 0),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f"a 0 1 {DIGEST} more"),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f"a 0 {DIGEST}"),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f"a/b 0 1 {DIGEST}"),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f".a 0 1 {DIGEST}"),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f"a -1 1 {DIGEST}"),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f"a 0 0 {DIGEST}"),
        ("plan", PLAN, ["trials", 0, "jobs", 0], f"a 0 1 {DIGEST.upper()}"),
        ("plan", PLAN, ["verifications", 0, "more"], 1),
        ("plan", PLAN, ["verifications", 0, "trial_names"], ["a", "a"]),
        ("plan", PLAN, ["verifications", 0, "depends"], "train"),
        ("plan", PLAN, ["verifications", 0, "all_trials"], None),
        ("run", SUCCESS, ["success"], 1),
        ("run", SUCCESS, ["success"], False),
        ("run", SUCCESS, ["params"], [1]),
        ("run", SUCCESS, ["duration"], -0.1),
        ("run", SUCCESS, ["duration"], "1 s"),
        ("run", SUCCESS, ["log"], ""),
        ("run", SUCCESS, ["error"], "none"),
        ("run", FAILURE, ["success"], True),
        ("run", FAILURE, ["result"], 1),
        ("run", FAILURE, ["return_code"], 256),
        ("run", FAILURE, ["return_code"], 1.5),
        ("run", FAILURE, ["error"], None),
        ("run", FAILURE, ["type"], ""),
        ("run", FAILURE, ["traceback"], ["line"]),
        ("verdict", SUPPORTS, ["verdict"], "Supports"),
        ("verdict", SUPPORTS, ["verdict"], True),
        ("verdict", SUPPORTS, ["duration"], -1),
        ("verdict", SUPPORTS, ["log"], ""),
        ("verdict", SUPPORTS, ["error"], "none"),
        ("verdict", INVALID, ["verdict"], "refutes"),
        ("verdict", INVALID, ["error"], None),
        ("verdict", INVALID, ["type"], ""),
        ("verdict", INVALID, ["traceback"], 1),
        ("verdict", INVALID, ["return_code"], 1),
        ("verdict", {"verdict": "invalid", **REST}, ["traceback"], "Tr…"),
        ("report", REPORT, ["more"], 1),
        ("report", REPORT, ["experiment"], ""),
        ("report", REPORT, ["source"], ""),
        ("report", REPORT, ["status"], "supports"),
        ("report", REPORT, ["context"], None),
        ("report", REPORT, ["trials"], []),
        ("report", REPORT, ["trials", "train"], SUCCESS),
        ("report", REPORT, ["trials", "train", 0, "success"], "yes"),
        ("report", REPORT, ["verifications"], []),
        ("report", REPORT, ["verifications", "check"], "supports"),
        ("report", REPORT, ["verifications", "check", "verdict"], "validated"),
    ],
)
def test_each_constraint(name, value, path, new):
    assert is_valid(name, value)
    assert not is_valid(name, changed(value, path, new))
