"""Submodules that are attributes of packages only because somebody has imported them."""

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import digest

SUB = "def a(): return 1\ndef b(): return 2\ndef c(): return 3\n"
OTHER = "def d(): return 4\n"
BODY = "return pkg.sub.b()"


@pytest.mark.parametrize(
    ("before", "body", "files"),
    [
        ("import pkg", BODY, {"pkg/__init__.py": "from .sub import a"}),
        ("import pkg", BODY, {"pkg/__init__.py": "from .sub import *"}),
        ("import pkg", BODY, {"pkg/__init__.py": "from pkg.sub import a as e"}),
        ("import pkg", BODY, {"pkg/__init__.py": "import pkg.sub"}),
        ("import pkg", BODY, {"pkg/__init__.py": "import pkg.sub as s"}),
        ("import pkg", BODY, {"pkg/__init__.py": "try:\n    from .sub import a\nexcept ImportError: pass"}),
        ("import pkg as p", "return p.sub.b()", {"pkg/__init__.py": "from .sub import a"}),
        ("", f"import pkg\n{BODY}", {"pkg/__init__.py": "from .sub import a"}),
        ("import pkg", 'return getattr(pkg, "sub").b()', {"pkg/__init__.py": "from .sub import a"}),
        ("import pkg\nfrom pkg.sub import a", BODY, {}),
        ("import pkg\nimport pkg.other", BODY, {"pkg/other.py": "from .sub import a"}),
        ("import helper\nimport pkg", BODY, {"helper.py": "import pkg.sub"}),
        ("import helper\nimport pkg", BODY, {"helper.py": "from pkg.sub import a"}),
        ("import helper", "return helper.f()", {"helper.py": "import pkg\ndef f(): return pkg.sub.b()", "pkg/__init__.py": "from .sub import a"}),
        ("import pkg", BODY, {"pkg/__init__.py": "from .other import d", "pkg/other.py": f"from . import sub\n{OTHER}"}),
        ("import pkg", BODY, {"pkg/__init__.py": "from .other import d", "pkg/other.py": f"from .sub import a\n{OTHER}"}),
        ("import pkg", "return pkg.sub.deep.e()", {"pkg/__init__.py": "from .sub import e", "pkg/sub/__init__.py": "from .deep import e", "pkg/sub/deep.py": "def e(): return 5"}),
        ("import pkg", "return pkg.sub.deep.e()", {"pkg/__init__.py": "from .sub.deep import e", "pkg/sub/__init__.py": "", "pkg/sub/deep.py": "def e(): return 5"}),
        ("from pkg import sub", "return sub.deep.e()", {"pkg/sub/__init__.py": "from .deep import e", "pkg/sub/deep.py": "def e(): return 5"}),
        ("import pkg", BODY, {"pkg/__init__.py": "from .sub import a\ndef __getattr__(name): raise AttributeError(name)"}),
    ],
)  # fmt: skip
def test_a_slice_has_the_submodules_that_it_uses(tmp_path, before, body, files):
    deep = any(name.startswith("pkg/sub/") for name in files)
    every = {"pkg/__init__.py": "", **({} if deep else {"pkg/sub.py": SUB}), **files}
    check_slice(tmp_path, before, body, every)


def test_the_import_is_kept_for_what_it_loads():
    files = {
        "pkg/__init__.py": "from .sub import a\nfrom .other import d\n",
        "pkg/sub.py": SUB,
        "pkg/other.py": OTHER,
    }
    one = digest("import pkg", BODY, files)
    for name, old, new in [
        ("pkg/sub.py", "return 1", "return 5"),
        ("pkg/sub.py", "return 3", "return 5"),
        ("pkg/other.py", "return 4", "return 5"),
    ]:
        assert digest("import pkg", BODY, {**files, name: files[name].replace(old, new)}) == one
    changed = {**files, "pkg/sub.py": SUB.replace("return 2", "return 5")}
    assert digest("import pkg", BODY, changed) != one


def test_a_submodule_that_a_lazy_package_imports_itself_is_not_asked_for():
    init = "from .sub import a\nfrom .other import d\ndef __getattr__(name): raise AttributeError(name)\n"
    files = {"pkg/__init__.py": init, "pkg/sub.py": SUB, "pkg/other.py": OTHER}
    one = digest("import pkg", BODY, files)
    other = {**files, "pkg/other.py": OTHER.replace("return 4", "return 5")}
    assert digest("import pkg", BODY, other) == one
    assert digest("import pkg", "return pkg.d()", other) != digest(
        "import pkg", "return pkg.d()", files
    )


@pytest.mark.parametrize("names", ["*", "a, b, c, d"])
def test_what_is_imported_from_a_package_is_no_submodule(names):
    files = {
        "pkg/__init__.py": "from .sub import *\nfrom .other import *\n",
        "pkg/sub.py": SUB,
        "pkg/other.py": OTHER,
    }
    before, body = f"from pkg import {names}", "import pkg\nreturn getattr(pkg, 'a')()"
    one = digest(before, body, files)
    for name, old in [("pkg/sub.py", "return 3"), ("pkg/other.py", "return 4")]:
        changed = {**files, name: files[name].replace(old, "return 5")}
        assert digest(before, body, changed) == one
    changed = {**files, "pkg/sub.py": SUB.replace("return 1", "return 5")}
    assert digest(before, body, changed) != one
