"""``from helper import a, b`` where loading `helper` does something: it counts, its names do not."""

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import HEAD, analysed, digest, kept, module, trial

HELPER = "import sys\nA = 1\nB = 2\nsys.path.append('1')\ndef a(): return A\ndef b(): return B\n"


def test_the_effect_is_kept_without_the_names():
    found = trial("from helper import a, b", files={"helper.py": HELPER})
    assert module("helper", found) == ["import sys", "sys.path.append('1')"]
    assert kept("from helper import a, b", files={"helper.py": HELPER}) == ["__import__('helper')"]
    assert found.slice.modules[0].removed == ("A", "B", "a", "b")
    assert found.slice.removed == ("a", "b", "setup", "trial", "verify")
    pieces = {(item.module, item.names, item.kind, item.line) for item in found.slice.pieces}
    assert pieces == {
        (None, ("t",), "function", 4),
        (None, ("helper",), "import", 2),
        ("helper", ("sys",), "import", 1),
        ("helper", (), "statement", 4),
    }


def test_a_name_that_is_needed_is_imported():
    found = trial("from helper import a, b", "return b()", {"helper.py": HELPER})
    text = ["import sys", "B = 2", "sys.path.append('1')", "def b(): return B"]
    assert module("helper", found) == text
    assert "from helper import    b" in found.slice.text
    assert "__import__" not in found.slice.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A = 1", "A = 3"),
        ("def a(): return A", "def a(): return A, A"),
        ("import sys\nA = 1\nB = 2\n", "A = 1\nimport sys\nB = 2\n"),
    ],
)
def test_edits_of_names_that_nobody_needs_do_not_count(old, new):
    first = digest("from helper import a, b", files={"helper.py": HELPER})
    assert digest("from helper import a, b", files={"helper.py": HELPER.replace(old, new)}) == first
    used = digest("from helper import a, b", "return a()", {"helper.py": HELPER})
    edited = {"helper.py": HELPER.replace(old, new)}
    changed = digest("from helper import a, b", "return a()", edited) != used
    assert changed == ("import" not in old)


@pytest.mark.parametrize(
    ("binding", "is_certain"),
    [
        ("if sys.argv:\n    def a(): return 1\nelse:\n    def a(): return 2", True),
        ("if sys.argv:\n    def a(): return 1\nelse:\n    raise OSError", True),
        ("if sys.argv:\n    def a(): return 1\nelif len(sys.argv): a = 2\nelse: import a", True),
        ("if __name__ == '__main__':\n    pass\nelse: a = 2", True),
        ("try:\n    import a\nexcept ImportError:\n    a = None", True),
        ("try:\n    import b as c\nexcept ImportError:\n    raise\nelse:\n    a = 1", True),
        ("try:\n    import c\nfinally:\n    a = 1", True),
        ("if sys.argv:\n    def a(): return 1", False),
        ("if sys.argv:\n    def a(): return 1\nelse:\n    c = 1", False),
        ("try:\n    import a\nexcept ImportError:\n    pass", False),
        ("try:\n    c = 1\nexcept ImportError:\n    a = None", False),
        ("try:\n    import a\nexcept ImportError as a:\n    a = None", False),
        ("while sys.argv:\n    a = 1", False),
    ],
)
def test_names_that_are_bound_in_each_case(binding, is_certain):
    files = {"helper.py": HELPER.replace("def a(): return A", binding)}
    assert (kept("from helper import a, b", files=files) == ["__import__('helper')"]) == is_certain


@pytest.mark.parametrize("import_", ["from helper import a", "from helper import b as c, a, b"])
def test_which_names_are_imported_does_not_count(import_):
    one = digest("from helper import a, b", files={"helper.py": HELPER})
    assert digest(import_, files={"helper.py": HELPER}) == one


@pytest.mark.parametrize(
    "import_", ["from helper import b", "from helper import a, b", "from helper import b, a"]
)
def test_names_beside_a_needed_one_do_not_count(import_):
    one = digest("from helper import b", "return b()", {"helper.py": HELPER})
    assert digest(import_, "return b()", {"helper.py": HELPER}) == one


def test_the_effect_itself_counts():
    one = digest("from helper import a", files={"helper.py": HELPER})
    other = {"helper.py": HELPER.replace("'1'", "'2'")}
    assert digest("from helper import a", files=other) != one


def test_setups_and_verifications_do_not_depend_on_the_names_either():
    text = (
        f"{HEAD}from helper import a, b\n@setup()\ndef s(): return {{}}\n"
        "@trial(1, {})\ndef t(): return a()\n@verify(['t'])\ndef v(results): return True\n"
    )
    one = analysed(text, {"helper.py": HELPER})
    two = analysed(text, {"helper.py": HELPER.replace("A = 1", "A = 5")})
    same = {item.name: item.slice.digest == two[item.name].slice.digest for item in one.functions}
    assert same == {"s": True, "t": False, "v": True}


def test_modules_import_each_other_for_their_effects():
    files = {
        "one.py": "from two import x, y\nA = 1\ndef f(): return x\n",
        "two.py": "from three import z\nx = z\ny = 2\n",
        "three.py": "z = 1\n__import__('os').write(1, b'three')\n",
    }
    found = trial("from one import f", files=files)
    assert [(item.name, module(item.name, found)) for item in found.slice.modules] == [
        ("one", ["__import__('two')"]),
        ("three", ["__import__('os').write(1, b'three')"]),
        ("two", ["__import__('three')"]),
    ]


def test_several_lines_become_one():
    files = {"helper.py": HELPER}
    before = "from helper import (  # all\n    a,\n    b,\n)\nX = 1"
    found = trial(before, "return X", files)
    lines = found.slice.text.split("\n")
    assert lines[1:6] == ["__import__('helper')", "", "", "", "X = 1"]


def test_a_statement_that_shares_its_line_is_kept_as_it_is():
    files = {"helper.py": HELPER}
    assert kept("X = 1; from helper import a", files=files) == ["X = 1; from helper import a"]


PRINTING = {
    "pkg/__init__.py": "__import__('os').write(1, b'pkg')\nA = 1\nB = 2\n",
    "pkg/sub.py": "__import__('os').write(1, b'sub')\nC = 1\n",
}


@pytest.mark.parametrize(
    ("before", "files", "expected"),
    [
        ("from pkg import A, sub", PRINTING, "__import__('pkg.sub')"),
        ("from pkg import sub, A", PRINTING, "__import__('pkg.sub')"),
        ("from pkg import A", PRINTING, "__import__('pkg')"),
        ("from pkg.sub import C", PRINTING, "__import__('pkg.sub')"),
        (
            "from space import sub",
            {"space/sub.py": "__import__('os').write(1, b'1')\n"},
            "__import__('space.sub')",
        ),
        (
            "from pkg import sub",  # the function, not the module
            {
                "pkg/__init__.py": "__import__('os').write(1, b'pkg')\ndef sub(): pass\n",
                "pkg/sub.py": "__import__('os').write(1, b'sub')\nC = 1\n",
            },
            "__import__('pkg')",
        ),
    ],
)
def test_what_an_import_of_a_package_loads(tmp_path, before, files, expected):
    found = check_slice(tmp_path, before, "return 1", files)
    assert found.slice.text.split("\n")[1].strip() == expected


@pytest.mark.parametrize(
    ("before", "body", "files"),
    [
        ("from pkg import A, sub", "return A", PRINTING),
        ("from pkg import sub, A", "return A", PRINTING),
        ("from pkg import A, sub", "return sub.C", PRINTING),
        # a name that is the module or something else, by chance
        (
            "from pkg import sub",
            "return 1",
            {
                "pkg/__init__.py": "__import__('os').write(1, b'pkg')\nimport os\nif os.name == 'x':\n    sub = 1\n",
                "pkg/sub.py": "__import__('os').write(1, b'sub')\n",
            },
        ),
        (
            "from pkg import sub",
            "return 1",
            {
                "pkg/__init__.py": "__import__('os').write(1, b'pkg')\nsub = 1\ndel sub\n",
                "pkg/sub.py": "__import__('os').write(1, b'sub')\n",
            },
        ),
        # the name of a package's function and of its module
        (
            "from pkg import train",
            "return 1",
            {
                "pkg/__init__.py": "from .train import train\n",
                "pkg/train.py": "__import__('os').write(1, b'train')\ndef train(): return 1\nX = 1\n",
            },
        ),
        # a package whose own imports load its submodules
        (
            "import pkg",
            "return 1",
            {
                "pkg/__init__.py": "from . import sub\n",
                "pkg/sub.py": "__import__('os').write(1, b'sub')\n",
            },
        ),
        (
            "import pkg",
            "return 1",
            {
                "pkg/__init__.py": "from pkg import sub as s\n",
                "pkg/sub.py": "__import__('os').write(1, b'sub')\n",
            },
        ),
        (
            "from pkg.a import x",
            "return 1",
            {
                "pkg/__init__.py": "from . import a, b\n",
                "pkg/a.py": "from . import b\nx = b.y\n__import__('os').write(1, b'a')\n",
                "pkg/b.py": "y = 1\n__import__('os').write(1, b'b')\n",
            },
        ),
        # in the middle of a circle the name is still the module
        (
            "from pkg import x",
            "return 1",
            {
                "pkg/__init__.py": "from .b import x\n__import__('os').write(1, b'pkg')\nfrom .sub import sub\n",
                "pkg/b.py": "from pkg import sub\nx = 1\n__import__('os').write(1, b'b')\n",
                "pkg/sub.py": "__import__('os').write(1, b'sub')\ndef sub(): pass\n",
            },
        ),
        # order of two modules that do something
        (
            "from one import a\nfrom two import b",
            "return b",
            {
                "one.py": "__import__('os').write(1, b'one')\na = 1\n",
                "two.py": "__import__('os').write(1, b'two')\nb = 1\n",
            },
        ),
        # what one module does to another one
        (
            "from patch import p\nfrom base import f",
            "return f()",
            {
                "base.py": "def g(): return 1\ndef f(): return g()\n",
                "patch.py": "import base\np = 1\ndef h(): return 2\nbase.g = h\n",
            },
        ),
        # a registry that is filled where nobody imports a name
        (
            "from registry import MODELS\nfrom models import Linear",
            "return sorted(MODELS)",
            {
                "registry.py": "MODELS = {}\ndef register(c):\n    MODELS[c.__name__] = c\n    return c\n",
                "models.py": "from registry import register\n@register\nclass Linear: pass\n",
            },
        ),
        # the builtins
        (
            "from helper import X",
            "return answer",
            {"helper.py": "import builtins\nX = 1\nbuiltins.answer = 42\n"},
        ),
    ],
)
def test_a_slice_does_what_the_whole_does(tmp_path, before, body, files):
    check_slice(tmp_path, before, body, files)


def test_the_effects_of_a_submodule_that_is_not_loaded_do_not_run(tmp_path):
    files = {
        "pkg/__init__.py": "__import__('os').write(1, b'pkg')\ndef io(): return 1\n",
        "pkg/io.py": "__import__('os').write(1, b'io')\n",
    }
    check_slice(tmp_path, "from pkg import io", "return 1", files)
    check_slice(tmp_path / "used", "from pkg import io", "return io()", files)


def test_a_submodule_of_the_name_of_a_function_is_loaded_all_the_same(tmp_path):
    files = {
        "pkg/__init__.py": "__import__('os').write(1, b'pkg')\ndef io(): return 1\n",
        "pkg/io.py": "__import__('os').write(1, b'io')\nx = 1\n",
    }
    check_slice(tmp_path, "from pkg import io as f\nfrom pkg.io import x", "return f()", files)


@pytest.mark.parametrize("more", ["", "from pkg.sub import C\n", "from pkg import B\n"])
def test_a_second_import_of_what_is_loaded_does_not_count(tmp_path, more):
    before = "import pkg.sub\n" + more
    found = check_slice(tmp_path, before, "return 1", PRINTING)
    assert found.slice.digest == digest("import pkg.sub", "return 1", PRINTING)


def test_what_is_in_a_main_block_does_not_count():
    main = "if __name__ == '__main__':\n    import plots\n    plots.show()\n"
    files = {
        "helper.py": f"A = 1\n{main}",
        "plots.py": "__import__('os').write(1, b'1')\ndef show(): pass\n",
    }
    found = trial("import helper", "return print(helper)", files)
    assert module("helper", found) == ["A = 1"]
    assert [item.name for item in found.slice.modules] == ["helper"]
    one = digest("import helper", "return print(helper)", files)
    assert digest("import helper", "return print(helper)", {"helper.py": "A = 1\n"}) == one


def test_what_stands_beside_a_main_block_counts():
    text = "A = 1\nif __name__ == '__main__':\n    A = 2\nelse:\n    A = 3\n"
    one = digest("import helper", "return helper.A", {"helper.py": text})
    assert digest("import helper", "return helper.A", {"helper.py": text.replace("2", "4")}) == one
    assert digest("import helper", "return helper.A", {"helper.py": text.replace("3", "4")}) != one
