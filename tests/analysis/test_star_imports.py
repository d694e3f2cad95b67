"""``from helper import *``: the names are known, so only those that are needed are in."""

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import HEAD, analysed, digest, kept, module, trial

HELPER = "A = 1\nB = 2\n_C = 3\ndef f(): return A\ndef g(): return B, _C\n"


def test_only_the_names_that_are_used_are_in(tmp_path):
    found = check_slice(tmp_path, "from helper import *", "return f()", {"helper.py": HELPER})
    assert module("helper", found) == ["A = 1", "def f(): return A"]
    assert found.slice.text.split("\n")[1] == "from helper import f"
    assert found.slice.widened == ()
    assert found.slice.removed == ("A", "B", "g", "setup", "trial", "verify")


def test_nothing_is_in_if_no_name_is_used():
    assert kept("from helper import *", files={"helper.py": HELPER}) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("B = 2", "B = 5"), ("_C = 3", "_C = 5"), ("def g(): return B, _C", "def h(): pass")],
)
def test_edits_of_other_names_do_not_count(old, new):
    one = digest("from helper import *", "return f()", {"helper.py": HELPER})
    other = {"helper.py": HELPER.replace(old, new)}
    assert digest("from helper import *", "return f()", other) == one
    assert digest("from helper import f", "return f()", {"helper.py": HELPER}) == one


def test_a_new_name_that_hides_another_one_counts():
    before = "def h(): return 1\nfrom helper import *"
    one = digest(before, "return h()", {"helper.py": HELPER})
    assert digest(before, "return h()", {"helper.py": HELPER + "def h(): return 2\n"}) != one
    one = digest("from helper import *", "return len([])", {"helper.py": HELPER})
    files = {"helper.py": HELPER + "def len(x): return 2\n"}
    assert digest("from helper import *", "return len([])", files) != one


def test_an_effect_is_kept_without_the_names():
    files = {"helper.py": f"import sys\nsys.path.append('x')\n{HELPER}"}
    assert kept("from helper import *", files=files) == ["__import__('helper')"]
    assert module("helper", trial("from helper import *", files=files)) == [
        "import sys",
        "sys.path.append('x')",
    ]


PACKAGE = {
    "pkg/__init__.py": "from .models import *\nfrom .plots import *\nfrom . import data\n",
    "pkg/models.py": "from .utils import *\nclass Linear:\n    x = scale(1)\nclass Deep: pass\n",
    "pkg/plots.py": "__all__ = ['plot', 'save']\ndef plot(): pass\ndef save(): pass\ndef other(): pass\n",
    "pkg/utils.py": "SCALE = 2\ndef scale(x): return SCALE * x\ndef shift(x): return x + 1\n",
    "pkg/data.py": "def load(): return 1\nROWS = 5\n",
}


@pytest.mark.parametrize(
    ("before", "body", "modules"),
    [
        (
            "from pkg import *",
            "return Linear.x",
            {
                "pkg": ["from .models import Linear"],
                "pkg.models": [
                    "from .utils import scale",
                    "class Linear:",
                    "    x = scale(1)",
                ],
                "pkg.utils": ["SCALE = 2", "def scale(x): return SCALE * x"],
            },
        ),
        ("import pkg", "return pkg.scale(2)", None),
        ("from pkg import *", "return scale(2), data.load()", None),
        ("from pkg import *", "return 'other' in globals()", None),
        ("from pkg import *\nfrom pkg.utils import *", "return shift(1)", None),
    ],
)
def test_stars_in_packages(tmp_path, before, body, modules):
    found = check_slice(tmp_path, before, body, PACKAGE)
    if modules is not None:
        assert {item.name: module(item.name, found) for item in found.slice.modules} == modules


@pytest.mark.parametrize(
    "listed",
    [
        "__all__ = ['f', '_C']",
        "__all__ = ('f', '_C')",
        "__all__: list = ['f', '_C']",
        "__all__ = ['f'] + ['_C']",
        "__all__ = ['f']\n__all__ += ['_C']",
        "__all__ = ['f']\n__all__.append('_C')",
        "__all__ = ['f']\n__all__.extend(('_C',))",
        "__all__ = [*['f'], '_C']",
        "import part\n__all__ = ['f'] + part.__all__",
        "import part as p\n__all__ = ['f', *p.__all__]",
        "from part import *\nimport part\n__all__ = ['f']\n__all__ += part.__all__",
        "__all__ = ['f', '_C']\ndef public(name): return name in __all__",
        "import part\n__all__ = ['f', '_C']\nknown = 'f' not in part.__all__",
        "__all__ = ['f', '_C']\nfor name in __all__:\n    last = name",
        "__all__ = ['f', '_C']\ndef longest(): return max(len(name) for name in __all__)",
        "__all__ = ['f', '_C']\ndef __dir__(): return sorted(__all__)",
    ],
)
def test_a_list_of_the_names_that_is_written_out(tmp_path, listed):
    files = {"helper.py": f"{HELPER}{listed}\n", "part.py": "__all__ = ['_C']\n_C = 3\n"}
    found = check_slice(tmp_path, "A = 7\nfrom helper import *", "return f(), A, _C", files)
    assert "def g(): return B, _C" not in module("helper", found)
    assert found.slice.widened == ()
    assert "from helper import _C, f" in found.slice.text


@pytest.mark.parametrize(
    "unknown",
    [
        "__all__ = [name for name in dir() if name[0] != 'g']",
        "__all__ = ['f']\nif A:\n    __all__.append('A')",
        "__all__ = ['f']\nfor x in ['A']:\n    __all__.append(x)",
        "__all__ = ['f']\ndef public(x):\n    __all__.append(x)\npublic('A')",
        "__all__ = ['f', 'A', 'x']\n__all__.remove('x')",
        "__all__ = list(('f', 'A'))",
        "__all__ = ['f']\nfor names in [__all__]:\n    names.append('A')",
        "__all__ = ['f']\ndef sorted(names): names.append('A')\nsorted(__all__)",
        "__all__ = ['f', *(name for name in __all__)] if 0 else ['f', 'A']",
        "__all__ = 'fA'",
        "__all__ = ['f']\n__all__[0:0] = ['A']",
        "__all__ = names = ['f', 'A']\nnames.append('g')",
        "names = ['f']\n__all__ = names\nnames.append('A')",
        "import part\n__all__ = part.__all__\n__all__ += ['f', 'A']",
        "from part import __all__\n_C = 1\n__all__ = __all__ + ['f', 'A']",
        "globals()['A'] = 5",
        "exec('A = 5')",
        "import sys\nsetattr(sys.modules[__name__], 'A', 5)",
        "vars()['A'] = 5",
        "f.__globals__['A'] = 5",
        "import enum\n@enum.global_enum\nclass E(enum.IntEnum):\n    A = 5",
    ],
)
def test_names_that_are_not_known(tmp_path, unknown):
    files = {"helper.py": f"{HELPER}{unknown}\n", "part.py": "__all__ = ['_C']\n_C = 3\n"}
    found = check_slice(tmp_path, "A = 7\nfrom helper import *", "return f(), int(A)", files)
    assert {item.module for item in found.slice.widened} >= {"helper"}
    assert "from helper import *" in found.slice.text


MAIN = [
    "import doctest\n    doctest.run_docstring_examples(f, globals())",
    "globals()['B'] = 5",
    "__all__.append('B')",
    "from part import *",
    "import other\n    other.__all__ = []\n    setattr(other, f.__name__, 1)",
]


@pytest.mark.parametrize("main", MAIN)
@pytest.mark.parametrize("listed", ["", "__all__ = ['f', 'B']"])
def test_the_block_of_a_program_does_not_count(tmp_path, main, listed):
    """It never runs, since the module is imported, and neither does that of the experiment."""
    block = f'if __name__ == "__main__":\n    {main}'
    files = {
        "helper.py": f"{HELPER}{listed}\n{block}\n",
        "other.py": "from helper import *",
        "part.py": "B = 7",
    }
    found = check_slice(tmp_path, f"from other import *\n{block}", "return f()", files)
    assert module("helper", found) == ["A = 1", "def f(): return A"]
    assert found.slice.widened == ()


def test_what_runs_instead_of_the_block_of_a_program_counts(tmp_path):
    block = 'if __name__ == "__main__":\n    pass\nelse:\n    globals()["A"] = 5'
    files = {"helper.py": f"{HELPER}{block}\n"}
    found = check_slice(tmp_path, "from helper import *", "return f()", files)
    assert {item.module for item in found.slice.widened} >= {"helper"}


CONDITIONAL = {
    "helper.py": "import sys\n"
    "if sys.platform == 'nowhere':\n    def len(x): return -1\n    A = 5\n"
    "for B in (): pass\n"
    "try:\n    import nothing_like_it as C\nexcept ImportError:\n    pass\n"
    "D = 1\ndel D\n"
    "E: int\n"
    "if True:\n    F = 1\n"
    "def g():\n    global G\n    G = 1\n"
    "def h():\n    global H\n    H = 1\n"
    "g()\n",
}


@pytest.mark.parametrize("name", list("ABCDEFGH"))
def test_names_that_a_module_may_not_have(tmp_path, name):
    before = f"{name} = 9\nfrom helper import *"
    found = check_slice(tmp_path, before, f"return {name}, len([])", CONDITIONAL)
    assert found.slice.widened == ()


@pytest.mark.parametrize(
    ("before", "body", "files"),
    [
        # the last one wins
        (
            "from one import *\nfrom two import *",
            "return f()",
            {"one.py": "def f(): return 1\n", "two.py": "def f(): return 2\n"},
        ),
        ("def f(): return 1\nfrom one import *", "return f()", {"one.py": "def f(): return 2\n"}),
        ("from one import *\ndef f(): return 1", "return f()", {"one.py": "def f(): return 2\n"}),
        # underscores in a chain
        (
            "from one import *\n_x = 1",
            "return _x, y",
            {
                "one.py": "from two import *\ny = _x\n",
                "two.py": "__all__ = ['_x', 'z']\n_x = 5\nz = 2\n",
            },
        ),
        # changed afterwards, where it came from and where it went
        (
            "from one import *\nimport one\none.x = 5",
            "return x, one.x",
            {"one.py": "x = 1\n"},
        ),
        ("import one\none.x = 5\nfrom one import *", "return x", {"one.py": "x = 1\n"}),
        ("from one import *\nx = x + 1", "return x", {"one.py": "x = 1\n"}),
        ("from one import *\nx.append(1)", "return x", {"one.py": "x = []\n"}),
        ("from one import *\ny = x\ny.append(1)", "return x", {"one.py": "x = []\n"}),
        ("from one import *\ndel x\nx = 2", "return x", {"one.py": "x = 1\n"}),
        (
            "from one import *\ndef g():\n    global x\n    x = 3\ng()",
            "return x",
            {"one.py": "x = 1\n"},
        ),
        # monkeypatching
        (
            "from one import *\nimport two\ndef h(): return 7\ntwo.f = h",
            "return g()",
            {"one.py": "from two import *\n", "two.py": "def f(): return 1\ndef g(): return f()\n"},
        ),
        (
            "import two\nfrom one import *",
            "return new, len([])",
            {"one.py": "x = 1\n", "two.py": "import one\none.new = 3\none.len = lambda x: 9\n"},
        ),
        (
            "import two\nfrom one import *",
            "return new, len([])",
            {
                "one.py": "x = 1\n",
                "two.py": "import one\nfor name in ['new', 'len']:\n    setattr(one, name, str)\n",
            },
        ),
        (
            "import two\nfrom one import *",
            "return new, len([])",
            {"one.py": "x = 1\n", "two.py": "import one\nvars(one).update(new=3, len=len)\n"},
        ),
        (
            "import two\nfrom one import *\nx = 1",
            "return x",
            {
                "one.py": "__all__ = ['y']\nx = y = 2\n",
                "two.py": "import one\none.__all__.append('x')\n",
            },
        ),
        # in the middle of a circle not all names are there yet
        (
            "from one import *",
            "return early, late, other",
            {
                "one.py": "early = 1\nfrom two import *\nlate = 2\n",
                "two.py": "late = 5\nfrom one import *\nother = late\n",
            },
        ),
        (
            "from one import f",
            "return f()",
            {
                "one.py": "early = 1\nimport two\nlate = 2\ndef f(): return two.g()\n",
                "two.py": "late = 5\nfrom one import *\ndef g(): return early, late\n",
            },
        ),
        # a submodule is a name of its package
        (
            "from pkg import *",
            "return sub.x, y",
            {"pkg/__init__.py": "from .sub import y\n", "pkg/sub.py": "x = 1\ny = 2\n"},
        ),
        (
            "from pkg import *",
            "return sub.x",
            {
                "pkg/__init__.py": "from . import other\n",
                "pkg/other.py": "import pkg.sub\n",
                "pkg/sub.py": "x = 1\ny = 2\n",
            },
        ),
        (
            "from pkg import *",
            "return len([1])",  # a module of that name, but nobody loads it
            {"pkg/__init__.py": "x = 1\n", "pkg/len.py": "y = 1\n"},
        ),
        (
            "from pkg import *",
            "return a.x, b.y",
            {
                "pkg/__init__.py": "__all__ = ['a', 'b']\n",
                "pkg/a.py": "x = 1\nz = 1\n",
                "pkg/b.py": "y = 1\n__import__('os').write(1, b'b')\n",
            },
        ),
        (
            "from pkg import *",
            "return 1",
            {
                "pkg/__init__.py": "__all__ = ['b']\n",
                "pkg/b.py": "y = 1\n__import__('os').write(1, b'b')\n",
            },
        ),
        (
            "from pkg import *",
            "return 1",
            {
                "pkg/__init__.py": "__import__('os').write(1, b'pkg')\n",
                "pkg/b.py": "y = 1\n__import__('os').write(1, b'b')\n",
            },
        ),
        # a line with more on it, and one in two
        ("x = 1; from one import *; z = 2", "return f(), x, z", {"one.py": "def f(): return 2\n"}),
        ("from one \\\n   import *; z = 2", "return f(), z", {"one.py": "def f(): return 2\n"}),
        ("from one \\\n   import *", "return f()", {"one.py": "def f(): return 2\n"}),
        # within a statement it is as before
        (
            "try:\n    from one import *\nexcept ImportError:\n    pass",
            "return f()",
            {"one.py": "def f(): return 2\n"},
        ),
        (
            "from one import *",
            "return f()",
            {"one.py": "if True:\n    from two import *\n", "two.py": "def f(): return 2\n"},
        ),
        # a library between
        (
            "from one import *",
            "return sqrt(4), f()",
            {"one.py": "from math import *\ndef f(): return 2\n"},
        ),
        (
            "from one import *",
            "return f()",
            {"one.py": "__all__ = ['f']\nfrom math import *\ndef f(): return sqrt(4)\n"},
        ),
        # decorators, bases, defaults
        (
            "from one import *\n@deco\ndef f(x=DEFAULT): return x\nclass C(Base): pass",
            "return f(), C().m()",
            {
                "one.py": "DEFAULT = 3\ndef deco(f): return f\nclass Base:\n    def m(self): return helper()\n"
                "def helper(): return 1\n"
            },
        ),
        # the text that pandas looks up, and annotations as text
        (
            "import typing\nfrom one import *\ndef f(x: 'Kind'): return x",
            "return typing.get_type_hints(f)",
            {"one.py": "class Kind:\n    pass\nKind = int\n"},
        ),
    ],
)
def test_a_slice_does_what_the_whole_does(tmp_path, before, body, files):
    check_slice(tmp_path, before, body, files)


def test_a_star_of_the_experiment_itself():
    text = f"{HEAD}A = 1\nimport helper\n@trial(1, {{}})\ndef t(): return helper.A\n"
    found = analysed(text, {"helper.py": "from exp import *\n"})["t"]
    assert "A = 1" in found.slice.text


def test_the_order_of_star_imports_counts_where_they_bind_the_same_name():
    files = {"one.py": "def f(): return 1\ng = 1\n", "two.py": "def f(): return 2\nh = 1\n"}
    before = "from one import *\nfrom two import *"
    turned = "from two import *\nfrom one import *"
    assert digest(before, "return f()", files) != digest(turned, "return f()", files)
    assert digest(before, "return g, h", files) == digest(turned, "return g, h", files)


# ------------------------------------------------------------------ lazy packages

BY_CALL = (
    "import importlib\n"
    "_WHERE = {'f': '.impl', 'g': '.other'}\n"
    "def __getattr__(name):\n"
    "    if name in _WHERE:\n"
    "        return getattr(importlib.import_module(_WHERE[name], __name__), name)\n"
    "    raise AttributeError(name)\n"
)
LAZY = {"pkg/impl.py": "X = 4\ndef f(): return X\n", "pkg/other.py": "def g(): return 2\n"}
SUBMODULES = (
    "def __getattr__(name):\n"
    "    if name in ('impl', 'other'):\n"
    "        import importlib\n"
    "        return importlib.import_module('.' + name, __name__)\n"
    "    raise AttributeError(name)\n"
)


@pytest.mark.parametrize("init", [BY_CALL, f"__all__ = ['f', 'g']\n{BY_CALL}"])
@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("from pkg import f", "return f()"),
        ("import pkg", "return pkg.f()"),
        ("", "import pkg\nreturn pkg.f()"),
        ("", "from pkg import f\nreturn f()"),
    ],
)
def test_a_package_that_imports_lazily(tmp_path, init, before, body):
    check_slice(tmp_path, before, body, {"pkg/__init__.py": init, **LAZY})


@pytest.mark.parametrize("imports", ["import pkg.impl", "import pkg.other, pkg.impl as x, pkg"])
def test_a_submodule_that_is_imported_is_nothing_that_a_lazy_package_is_asked_for(imports):
    files = {"pkg/__init__.py": f"{SUBMODULES}def h(): return 1\n", **LAZY}
    found = trial(imports, "return pkg.impl.f()", files).slice
    assert found.widened == ()
    assert "def __getattr__" not in "".join(item.text for item in found.modules)
    edited = {**files, "pkg/other.py": "def g(): return 3\n"}
    assert found.digest == trial(imports, "return pkg.impl.f()", edited).slice.digest
    edited = {**files, "pkg/impl.py": "X = 5\ndef f(): return X\n"}
    assert found.digest != trial(imports, "return pkg.impl.f()", edited).slice.digest


def test_a_star_of_a_package_that_imports_lazily(tmp_path):
    init = f"__all__ = ['f', 'g']\n{BY_CALL}"
    check_slice(tmp_path, "from pkg import *", "return f()", {"pkg/__init__.py": init, **LAZY})


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("import pkg", "return pkg.impl.f()"),
        ("from pkg import impl", "return impl.f()"),
        ("", "import pkg\nreturn pkg.impl.f()"),
    ],
)
def test_a_package_that_loads_its_submodules_lazily(tmp_path, before, body):
    check_slice(tmp_path, before, body, {"pkg/__init__.py": SUBMODULES, **LAZY})


def test_names_for_type_checkers_of_a_package_that_imports_lazily(tmp_path):
    init = (
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .impl import f\n{BY_CALL}"
    )
    check_slice(tmp_path, "import pkg", "return pkg.f()", {"pkg/__init__.py": init, **LAZY})


def test_a_lazy_import_by_its_own_module_takes_no_module_from_elsewhere():
    files = {"pkg/__init__.py": SUBMODULES, **LAZY, "unrelated.py": "Z = 1\n"}
    found = trial("import pkg", "return pkg.impl.f()", files)
    assert [item.name for item in found.slice.modules] == ["pkg", "pkg.impl", "pkg.other"]


INSIDE = {
    "other.py": "__all__ = ['X', 'Y', 'f']\nX = 1\nY = 2\nZ = 3\ndef f(): return X\n",
    "more.py": "X = 5\nY = 6\n_Z = 7\n",
    "quiet.py": "__import__('os').write(1, b'quiet')\nX = 8\n",
}


@pytest.mark.parametrize(
    ("star", "loaded"),
    [
        ("try:\n    from other import *\nexcept ImportError:\n    pass", {"other"}),
        ("try:\n    from gone import X\nexcept ImportError:\n    from more import *", {"more"}),
        ("try:\n    from other import *\nexcept ImportError:\n    from more import *", {"other", "more"}),
        ("if len(A):\n    from other import *\nelse:\n    from more import *", {"other", "more"}),
        ("X = 0\ntry:\n    from other import *\nexcept ImportError:\n    pass", {"other"}),
        ("try:\n    from other import *\nexcept ImportError:\n    pass\nX = 0", {"other"}),
    ],
)  # fmt: skip
def test_known_names_of_a_star_import_inside_a_statement(tmp_path, star, loaded):
    files = {"helper.py": f"A = [1]\n{star}\ndef g(): return A\ndef h(): return X, Y\n", **INSIDE}
    if "gone" in star:
        files["helper.py"] = files["helper.py"].replace("X, Y", "X")
    found = check_slice(tmp_path / "g", "import helper", "return helper.g()", files)
    assert module("helper", found) == ["A = [1]", "def g(): return A"]
    assert {item.name for item in found.slice.modules} == {"helper"}
    found = check_slice(tmp_path / "h", "import helper", "return helper.h()", files)
    assert {item.name for item in found.slice.modules} == {"helper", *loaded}
    start = f"A = [1]\n{star}"
    body = "return X" if "gone" in star else "return X, Y"
    found = check_slice(tmp_path / "t", start, body, INSIDE)
    assert {item.name for item in found.slice.modules} == loaded
    assert kept(start, "return A", INSIDE) == ["A = [1]"]


@pytest.mark.parametrize(
    "star",
    [
        "try:\n    from quiet import *\nexcept ImportError:\n    pass",
        "try:\n    from gone import *\nexcept ImportError:\n    pass",
        "try:\n    from computed import *\nexcept ImportError:\n    pass",
    ],
)
def test_star_imports_inside_a_statement_that_may_do_anything(star):
    files = {**INSIDE, "computed.py": "__all__ = [n for n in 'ab']\na = b = 1\n"}
    assert kept(f"A = [1]\n{star}", "return A", files) == ["A = [1]", *star.split("\n")]
