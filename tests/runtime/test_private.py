"""The private modules of CPython that the worker uses are there, and it does without them."""

import hashlib
import importlib
import subprocess
import sys

import pytest

from mlx2smk.runtime import private
from tests.support.handmade_bundles import one_trial
from tests.support.paths import ROOT

USED = {
    "_signal": (
        "signal",
        ["SIGTERM", "SIG_BLOCK", "pthread_sigmask", "set_wakeup_fd", "getsignal"],
    ),
    "_thread": ("threading", ["get_ident"]),
    "_frozen_importlib": ("importlib.machinery", ["ModuleSpec"]),
    "_json": ("json", ["make_scanner", "make_encoder", "encode_basestring_ascii"]),
    "_sha2" if sys.version_info >= (3, 12) else "_sha256": ("hashlib", ["sha256"]),
    "_ctypes": ("ctypes", ["call_function", "dlopen", "dlsym"]),
}
"""Each with its public counterpart, and with what is used of it."""

DOING = """
import sys, typing, {public}  # typing: what imports the package itself
sys.modules["{name}"] = None
sys.path.insert(0, {root!r})
from mlx2smk.runtime import jsontext, private
assert jsontext.loads(jsontext.dumps({{"a": [1, None]}})) == {{"a": [1, None]}}
assert private.signal.SIGTERM == 15
private.signal.pthread_sigmask(private.signal.SIG_BLOCK, [private.signal.SIGTERM])
assert private.get_ident() > 0
assert private.ModuleSpec("m", None).name == "m"
private.prctl(36, 1)
print(private.sha256(b"text").hexdigest())
"""


@pytest.mark.parametrize("name", USED)
def test_it_is_there(name):
    module = importlib.import_module(name)
    assert [each for each in USED[name][1] if not hasattr(module, each)] == []


@pytest.mark.parametrize("name", ["nothing_at_all", *USED])
def test_its_public_counterpart_serves(name):
    public = USED.get(name, ("os",))[0]
    code = DOING.format(name=name, public=public, root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (hashlib.sha256(b"text").hexdigest() + "\n", "")


def test_what_is_missing_from_a_module_counts_as_missing(monkeypatch):
    monkeypatch.setattr(private, "SMALL_SHA", "math")
    monkeypatch.setattr(private, "_found", [])
    assert private.sha256(b"text").hexdigest() == hashlib.sha256(b"text").hexdigest()


def test_a_job_loads_none_of_the_public_ones(tmp_path):
    names = ["signal", "threading", "hashlib", "ctypes", "json"]
    source = f"import sys\ndef t():\n    return [n for n in {names} if n in sys.modules]\n"
    (run,) = one_trial(tmp_path, source).run_trial("t")
    assert run["result"] == []


def test_nobody_else_imports_private_modules():
    for path in (ROOT / "mlx2smk" / "runtime").rglob("*.py"):
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        imported = [line[1] for line in lines if line[:1] in (["import"], ["from"]) and line[1:]]
        private_ones = [name for name in imported if name[0] == "_" and name != "__future__"]
        assert not private_ones or path.name == "private.py"
