"""The types of the documents say what the JSON Schemas say, and cost a worker nothing."""

import ast
import types
import typing

import pytest

from mlx2smk.results.schemas import schema
from mlx2smk.runtime import documents, history_documents, plan, records
from tests.support.paths import ROOT

JSON_TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "array": list,
    "object": dict,
}
PLAN = schema("plan")["$defs"]
DOCUMENTS = {
    "plan": (documents.PlanDocument, [schema("plan")]),
    "module": (documents.ModuleEntry, [PLAN["module"]]),
    "setup": (documents.SetupEntry, [PLAN["function"], PLAN["setup"]]),
    "trial": (documents.TrialEntry, [PLAN["function"], PLAN["trial"]]),
    "verification": (documents.VerificationEntry, [PLAN["function"], PLAN["verification"]]),
    "run": (documents.RunDict, [schema("run")]),
    "verdict": (documents.Verdict, [schema("verdict")]),
    "report": (documents.ReportDocument, [schema("report")]),
    "job": (documents.JobRecord, [schema("job")]),
    "made_from": (documents.MadeFrom, [schema("job")["$defs"]["made_from"]]),
    "observation": (documents.Observation, [schema("job")["$defs"]["observation"]]),
    "provenance": (documents.Provenance, [schema("job")["$defs"]["provenance"]]),
    "commit": (documents.Commit, [schema("job")["$defs"]["commit"]]),
    "setup record": (documents.SetupRecord, [schema("setup")]),
    "judgement": (documents.VerdictRecord, [schema("judgement")]),
    "history": (history_documents.HistoryEntry, [schema("history")]),
    "trial in the history": (history_documents.HistoryTrial, [schema("history")["$defs"]["trial"]]),
}
"""Each type with the schemas of which all apply."""

WHOLE = {
    **{name: schema(name) for name in ("run", "verdict", "report", "job", "judgement")},
    "made_from": schema("job"),
    "observation": schema("job"),
    "provenance": schema("job"),
    "commit": schema("job"),
    "setup record": schema("setup"),
    "history": schema("history"),
    "trial in the history": schema("history"),
}
"""The schemas that references are in, where that is not the plan's."""


def properties(part):
    """Return the properties of a schema, those of its branches among them."""
    branches = [part.get(word, {}).get("properties", {}) for word in ("then", "else")]
    return {
        key: value
        for each in (part.get("properties", {}), *branches)
        for key, value in each.items()
    }


def resolved(part, whole):
    """Follow a reference inside of a schema, or to another one."""
    reference = part.get("$ref", "")
    if reference.startswith("#/$defs/"):
        return resolved(whole["$defs"][reference.rpartition("/")[2]], whole) | part
    if reference.startswith("urn:mlx2smk:"):
        name, _, inside = reference.removeprefix("urn:mlx2smk:").partition(":1")
        other = schema(name)
        return resolved({"$ref": inside} if inside else other, other) | part
    return part


def types_of_schema(part, whole):
    """Return the types of Python's that a value may have; None if any."""
    part = resolved(part, whole)
    if "const" in part:
        return {type(part["const"])}
    if "enum" in part:
        return set(map(type, part["enum"]))
    if "type" not in part:
        return None
    names = [part["type"]] if isinstance(part["type"], str) else part["type"]
    numbers = {int, float} if "number" in names else set()
    return {JSON_TYPES[name] for name in names if name != "number"} | numbers


def types_of_hint(hint):
    """Return the same for an annotation; type checkers let an int stand for a float."""
    if hint is typing.Any:
        return None
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return set().union(*map(types_of_hint, typing.get_args(hint)))
    plain = typing.get_origin(hint) or hint
    plain = {tuple: list}.get(plain, plain)
    return {int, float} if plain is float else {dict if typing.is_typeddict(plain) else plain}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_type_has_the_keys_of_its_schema(name):
    of, parts = DOCUMENTS[name]
    keys = {key for part in parts for key in properties(part)}
    assert keys == of.__required_keys__ | of.__optional_keys__


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_type_requires_what_its_schema_requires(name):
    of, parts = DOCUMENTS[name]
    assert {key for part in parts for key in part.get("required", ())} == of.__required_keys__


@pytest.mark.parametrize(
    ("name", "key"),
    [(n, key) for n, (_, parts) in DOCUMENTS.items() for p in parts for key in properties(p)],
)
def test_a_key_has_the_type_that_its_schema_says(name, key):
    of, parts = DOCUMENTS[name]
    whole = WHOLE.get(name) or schema("plan")
    said = next(properties(part)[key] for part in parts if key in properties(part))
    assert types_of_hint(typing.get_type_hints(of)[key]) == types_of_schema(said, whole)


def imports_at_run_time(tree):
    """Yield the import statements that run when a module is imported, or later."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        yield from imports_at_run_time(node)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "mlx2smk").rglob("*.py")), ids=lambda path: path.stem
)
def test_nobody_imports_the_types_to_run(path):
    for node in imports_at_run_time(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names]
        module = getattr(node, "module", None) or ""
        assert "runtime" not in module or not module.endswith("documents")
        beside = {module, *names} if getattr(node, "level", 0) else set()
        assert path.stem.endswith("documents") or not any(n.endswith("documents") for n in beside)


def test_versions_are_those_of_the_schemas():
    versions = {
        name: schema(name)["properties"]["version"]["const"] for name in ("plan", "job", "setup")
    }
    assert versions == {
        "plan": plan.PLAN_VERSION,
        "job": records.RECORD_VERSION,
        "setup": records.RECORD_VERSION,
    }
    assert schema("plan")["properties"]["format"]["const"] == plan.PLAN_FORMAT
