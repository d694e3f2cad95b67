"""`SETUP` as a name that is imported from mlx2smk: it is the context."""

import pytest

from mlx2smk.diagnostics.about_suspicions import UnknownContextKey
from mlx2smk.diagnostics.about_warnings import ShadowedContext
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.analysis.test_context import reads
from tests.support.expected_messages import mistakes
from tests.support.sliced_texts import digest, kept, module, trial


@pytest.mark.parametrize(
    ("line", "use", "expected"),
    [
        ("from mlx2smk import SETUP", "return SETUP['a']", {"a"}),
        ("from mlx2smk import SETUP, VerificationResult", "return SETUP.get('a')", {"a"}),
        ("from decorators import SETUP", "return SETUP['a']", {"a"}),
        ("from mlx2smk.decorators import SETUP", "return 'a' in SETUP", {"a"}),
        ("from mlx2smk import *", "return SETUP['a']", {"a"}),
        ("from mlx2smk import SETUP as S", "return S['a'] + S.get('b', 0)", {"a", "b"}),
        ("from mlx2smk import SETUP as S", "return f(S)\ndef f(x): return x['a']", {"a"}),
        ("from mlx2smk import SETUP as S", "return dict(S)", None),
        ("import mlx2smk", "return mlx2smk.SETUP['a']", {"a"}),
        ("import mlx2smk", "return mlx2smk.SETUP.get('a')", {"a"}),
        ("import mlx2smk", "return list(mlx2smk.SETUP)", None),
        ("import mlx2smk as m", "return m.SETUP['a']", {"a"}),
        ("import mlx2smk.decorators", "return mlx2smk.decorators.SETUP['a']", {"a"}),
        ("from mlx2smk import decorators as d", "return d.SETUP['a']", {"a"}),
        ("", "from mlx2smk import SETUP\nreturn SETUP['a']", {"a"}),
        ("", "import mlx2smk\nreturn getattr(mlx2smk, 'SETUP')['a']", {"a"}),
        (
            "try:\n    from mlx2smk import SETUP\nexcept ImportError: SETUP = {}",
            "SETUP['a']",
            {"a"},
        ),
    ],
)
def test_keys_that_are_read(line, use, expected):
    assert reads(line, use) == expected


@pytest.mark.parametrize(
    ("helper", "line", "use", "expected"),
    [
        ("from mlx2smk import SETUP\ndef f(): return SETUP['a']", "import h", "h.f()", {"a"}),
        ("import mlx2smk\ndef f(): return mlx2smk.SETUP['a']", "import h", "h.f()", {"a"}),
        ("from mlx2smk import SETUP as S\ndef f(): return S['a']", "import h", "h.f()", {"a"}),
        ("from mlx2smk import SETUP as S\nx = S['a']", "from h import x", "return x", {"a"}),
        # Handed on by a local module: any key.
        ("from mlx2smk import SETUP as S", "from h import S", "return S['a']", None),
        ("from mlx2smk import SETUP as S", "import h", "return h.S['a']", None),
        ("from mlx2smk import SETUP", "import h", "return h.SETUP['a']", None),
        ("from mlx2smk import *\ndef f(): return SETUP['a']", "import h", "h.f()", None),
        # Another name that a local module has imported is not the context.
        ("from math import pi", "from h import pi", "return pi", set()),
        # What a local module does not use is not read.
        ("from mlx2smk import SETUP\ndef f(): return SETUP['a']\nx = 1", "import h", "h.x", set()),
    ],
)
def test_keys_that_local_modules_read(helper, line, use, expected):
    assert reads(line, use, {"h.py": f"{helper}\n"}) == expected


def test_a_module_of_the_user_s_own_is_not_ours():
    own = {
        "decorators.py": "SETUP = {}\ndef trial(*a): return lambda f: f\nsetup = verify = trial\n"
    }
    assert reads("from decorators import SETUP as S", "return S['a']", own) is None


def test_a_module_inside_a_package_is_not_ours_whatever_its_name():
    files = {
        "pkg/__init__.py": "",
        "pkg/decorators.py": "SETUP = {'a': 1}\n",
        "pkg/h.py": "from .decorators import SETUP as S\ndef f(): return S['a']\n",
    }
    found = trial("from pkg.h import f", "return f()", files)
    assert module("pkg.decorators", found) == ["SETUP = {'a': 1}"]
    assert reads("from pkg.h import f", "return f()", files) is None


def test_importing_the_name_changes_no_slice():
    """The experiment has SETUP anyway, so that the import makes nobody run again."""
    use = "return SETUP['a']"
    assert digest("from mlx2smk import SETUP", use) == digest("", use)
    assert kept("from mlx2smk import SETUP", use) == []


LINES = "import mlx2smk\nfrom mlx2smk import SETUP, setup, trial\nfrom mlx2smk import SETUP as S\n"
NAMES = ["SETUP", "S", "mlx2smk.SETUP"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_about_it(name):
    text = f"{LINES}@setup()\ndef s(): return {{'a': 1}}\n@trial(1, {{}})\ndef t(): return {name}['a']\n"
    assert not parse(Source("exp.py", text)).diagnostics
    assert not mistakes(text)


@pytest.mark.parametrize("name", NAMES)
def test_unknown_keys_are_noticed_under_every_name(name):
    text = (
        f"{LINES}@setup()\ndef s(): return {{'rate': 1}}\n@trial(1, {{}})\ndef t(): {name}['rat']\n"
    )
    (message,) = mistakes(text)
    assert type(message) is UnknownContextKey
    assert message.hint == "did you mean 'rate'?"


def test_another_name_that_is_imported_as_setup_still_hides_it():
    text = "from mlx2smk import VerificationResult as SETUP, trial\n@trial(1, {})\ndef t(): ...\n"
    (message,) = parse(Source("exp.py", text)).diagnostics
    assert type(message) is ShadowedContext
