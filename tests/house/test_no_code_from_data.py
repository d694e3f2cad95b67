"""No text or file becomes code or objects, but where this is the purpose: a list of all such calls."""

from __future__ import annotations

import ast

from tests.support.paths import ROOT

PACKAGE = ROOT / "mlx2smk"
BY_NAME = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "runpy"}
METHODS = {"read_pickle", "unsafe_load", "full_load", "system", "popen"}
STARTERS = {"run", "Popen", "call", "check_call", "check_output"}
ALLOWED = {
    ("language/syntax.py", "compile"),  # asks Python for mistakes; nothing runs
    ("runtime/loader.py", "compile"),  # the experiment and its modules, in a job
    ("runtime/loader.py", "exec"),
    ("runtime/plan.py", "compile"),  # a slice, in a job
    ("runtime/grid.py", "compile"),  # checked to be a literal before it is evaluated
    ("runtime/grid.py", "eval"),
    ("runtime/preload.py", "__import__"),  # numpy
    ("runtime/private.py", "__import__"),  # a module of CPython
    ("runtime/follow/sitecustomize.py", "__import__"),  # the worker itself
}


def dangerous(tree):
    """Yield the names of calls, and of imported modules, that make code or objects of data."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in BY_NAME:
                yield node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in METHODS:
                yield node.func.attr
            if node.func.attr == "load" and ast.unparse(node.func) == "yaml.load":
                yield "yaml.load"
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            yield node.module
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in STARTERS:
            yield from ("shell=" for keyword in node.keywords if keyword.arg == "shell")


def test_only_the_calls_that_are_known():
    found = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in PACKAGE.rglob("*.py")
        for name in dangerous(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == ALLOWED


def test_the_search_finds_them():
    text = "import pickle\neval('1')\nyaml.load(x)\npd.read_pickle(x)\nrun('a', shell=True)"
    expected = ["eval", "pickle", "read_pickle", "shell=", "yaml.load"]
    assert sorted(dangerous(ast.parse(text))) == expected
