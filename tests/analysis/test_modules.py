import ast

import pytest

from mlx2smk.analysis.modules import (
    FolderFiles,
    LocalModule,
    MemoryFiles,
    absolute,
    all_modules,
    find,
)
from mlx2smk.analysis.slicing import Widening
from tests.support.sliced_texts import HEAD, analysed, kept, module, trial

FILES = MemoryFiles(
    dict.fromkeys(
        [
            *(
                "helper.py",
                "pkg/__init__.py",
                "pkg/sub.py",
                "pkg/deep/__init__.py",
                "pkg/deep/x.py",
            ),
            *("space/part.py", "both.py", "both/__init__.py", "random.py", "sys.py", "json/x.py"),
            *("a-b.py", "data/file.txt"),
        ],
        "",
    )
)


@pytest.mark.parametrize(
    ("name", "path", "package"),
    [
        ("helper", "helper.py", False),
        ("pkg", "pkg/__init__.py", True),
        ("pkg.sub", "pkg/sub.py", False),
        ("pkg.deep.x", "pkg/deep/x.py", False),
        ("space", None, True),
        ("space.part", "space/part.py", False),
        ("both", "both/__init__.py", True),
        ("random", "random.py", False),
        ("data", None, True),
    ],
)
def test_local_modules_are_found_as_python_would(name, path, package):
    assert find(name, FILES) == LocalModule(name, path, package)


@pytest.mark.parametrize("name", ["numpy", "pkg.other", "helper.x", "sys", "json", "pkg..sub", ""])
def test_what_is_not_local(name):
    assert find(name, FILES) is None


def test_a_real_folder_reads_like_one_in_memory(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "sub.py").write_text("A = 1\n")
    (tmp_path / "helper.py").write_text("B = 2\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "no.py").write_text("")
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    (tmp_path / "venv" / "no.py").write_text("")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "no.py").write_text("")
    files = FolderFiles(tmp_path)
    assert files.read("helper.py") == b"B = 2\n"
    assert files.read("other.py") is None
    assert find("pkg.sub", files) == LocalModule("pkg.sub", "pkg/sub.py", package=False)
    assert files.python_files() == ("helper.py", "pkg/sub.py")


def test_all_modules_below_a_prefix():
    assert all_modules(FILES, "pkg.") == ("pkg.deep", "pkg.deep.x", "pkg.sub")
    assert "a-b" not in all_modules(FILES)


@pytest.mark.parametrize(
    ("module_", "level", "package", "expected"),
    [
        ("a.b", 0, "p", "a.b"),
        ("", 1, "p.q", "p.q"),
        ("x", 1, "p.q", "p.q.x"),
        ("x", 2, "p.q", "p.x"),
        ("x", 3, "p.q", None),
        ("x", 1, "", None),
    ],
)
def test_relative_imports(module_, level, package, expected):
    assert absolute(module_, level, package) == expected


# ------------------------------------------------------------------ slices of local modules

HELPER = "A = 1\nB = 2\ndef f(): return A\ndef g(): return B\n"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("from helper import f", "return f()"),
        ("from helper import f as h", "return h()"),
        ("import helper", "return helper.f()"),
        ("import helper as h", "return h.f()"),
        ("", "import helper\nreturn helper.f()"),
        ("", "from helper import f\nreturn f()"),
        ("import helper", "return getattr(helper, 'f')()"),
        ("import helper\nclass C:\n    f = helper.f", "return C"),
        ("try:\n    from helper import f\nexcept ImportError:\n    f = None", "return f"),
    ],
)
def test_only_what_is_used_of_a_module_is_in(before, body):
    found = trial(before, body, {"helper.py": HELPER})
    assert module("helper", found) == ["A = 1", "def f(): return A"]
    assert [(item.name, item.path, item.package, item.removed) for item in found.slice.modules] == [
        ("helper", "helper.py", False, ("B", "g"))
    ]
    assert found.slice.widened == ()


def test_an_edit_of_what_is_not_used_does_not_count():
    one, two, three = (
        trial("import helper", "return helper.f()", {"helper.py": text}).slice
        for text in (HELPER, HELPER.replace("B = 2", "B = 3"), HELPER.replace("A = 1", "A = 3"))
    )
    assert one.digest == two.digest != three.digest
    assert one.modules[0].file_digest != two.modules[0].file_digest


def test_the_digest_of_a_files_bytes():
    found = trial("import helper", "return helper.f", {"helper.py": ""})
    # the SHA-256 of nothing
    assert found.slice.modules[0].file_digest.startswith("e3b0c44298fc1c149afbf4c8996fb924")


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("import helper", "return print(helper)"),
        ("import helper", "x = helper\nreturn x"),
        ("import helper", "return getattr(helper, name)"),
        ("import helper", "return vars(helper)"),
        ("import helper", "return helper.__dict__"),
        ("", "import importlib\nreturn importlib.import_module('helper')"),
        ("", "return __import__('helper', None).f()"),
        ("", "import importlib\nreturn importlib.import_module('hel' + x)"),
    ],
)
def test_a_module_used_as_an_object_is_taken_whole(before, body):
    found = trial(before, body, {"helper.py": HELPER})
    assert module("helper", found) == HELPER.splitlines()
    assert "helper" in {item.module for item in found.slice.widened}


def test_a_widening_says_where():
    found = trial("import helper", "return print(helper)", {"helper.py": HELPER})
    (widening,) = found.slice.widened
    assert isinstance(widening, Widening)
    assert (widening.reason, widening.span.line, widening.span.column, widening.dynamic) == (
        "the module helper is used as an object", 5, 18, False,
    )  # fmt: skip


def test_a_module_with_effects_is_loaded_by_everybody():
    files = {"helper.py": "import other\nA = 1\n", "other.py": "B = 1\ninput(B)\nC = 2\n"}
    assert kept("import helper", files=files) == ["import helper"]
    found = trial("import helper", files=files)
    assert module("helper", found) == ["import other"]
    assert module("other", found) == ["B = 1", "input(B)"]
    assert kept("import helper", files={"helper.py": "A = 1\n"}) == []


def test_effects_of_a_module_that_only_a_function_imports_are_its_own():
    files = {"helper.py": "def f():\n    import other\n", "other.py": "input(1)\n"}
    assert kept("import helper", files=files) == []
    assert module("other", trial("import helper", "helper.f()", files)) == ["input(1)"]


def test_importing_a_submodule_runs_the_packages_around_it():
    files = {"pkg/__init__.py": "A = 1\ninput('x')\n", "pkg/sub.py": "B = 1\nC = 2\n"}
    found = trial("from pkg.sub import B", "return B", files)
    assert module("pkg", found) == ["input('x')"]
    assert module("pkg.sub", found) == ["B = 1"]
    assert [(item.name, item.package) for item in found.slice.modules] == [
        ("pkg", True),
        ("pkg.sub", False),
    ]


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("import pkg.sub", "return pkg.sub.B"),
        ("import pkg.sub as s", "return s.B"),
        ("from pkg import sub", "return sub.B"),
        ("from pkg import sub as s", "return s.B"),
        ("import pkg\nimport pkg.sub", "return pkg.sub.B"),
        ("", "from pkg import sub\nreturn sub.B"),
    ],
)
@pytest.mark.parametrize("init", [{"pkg/__init__.py": "A = 1\n"}, {}])
def test_submodules_of_packages_and_of_namespaces(before, body, init):
    found = trial(before, body, {**init, "pkg/sub.py": "B = 1\nC = 2\n"})
    assert module("pkg.sub", found) == ["B = 1"]
    assert [item.name for item in found.slice.modules] == [*(["pkg"] if init else []), "pkg.sub"]
    assert found.slice.widened == ()
    assert [line for line in before.split("\n") if line not in found.slice.text] == []


def test_names_exported_again_are_followed():
    files = {
        "pkg/__init__.py": "from .inner import f\nfrom . import inner as i, other\nX = 1\n",
        "pkg/inner.py": "from helper import A\ndef f(): return A\ndef g(): return 1\n",
        "pkg/other.py": "Y = 1\n",
        "helper.py": HELPER,
    }
    found = trial("import pkg", "return pkg.f(), pkg.i.g()", files)
    assert module("pkg", found) == ["from .inner import f", "from . import inner as i"]
    assert module("pkg.inner", found) == files["pkg/inner.py"].splitlines()
    assert module("helper", found) == ["A = 1"]
    assert "pkg.other" not in {item.name for item in found.slice.modules}


CLASS_MODULE = "A = 1\nclass config:\n    def make(): return A\nX = 1\n"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("from pkg import config", "return config.make()"),
        ("import pkg", "return pkg.config.make()"),
        ("import pkg.config", "return pkg.config.make()"),
        ("import pkg.config as c", "return c.make()"),
        ("", "import pkg.config as c\nreturn c()"),
        ("from pkg import config", "return print(config)"),
    ],
)
def test_a_name_that_a_package_binds_hides_its_submodule(before, body):
    files = {"pkg/__init__.py": "from .config import config\n", "pkg/config.py": CLASS_MODULE}
    found = trial(before, body, files)
    assert module("pkg", found) == ["from .config import config"]
    assert module("pkg.config", found) == CLASS_MODULE.splitlines()[:3]
    assert found.slice.widened == ()


@pytest.mark.parametrize(
    "init",
    [
        "from .other import f\nfrom .config import config\n",
        "if f:\n    from .config import config\n",
        "from .config import config\ndel config\n",
        "from .config import A as b\n",
        "config = 1\nfrom .config import A\n",
    ],
)
def test_a_submodule_that_a_package_may_not_hide(init):
    other = "from pkg import config\ndef f(): return config\n"
    files = {"pkg/__init__.py": init, "pkg/config.py": CLASS_MODULE, "pkg/other.py": other}
    found = trial("from pkg.other import f", "return f()", files)
    assert module("pkg.config", found) == CLASS_MODULE.splitlines()


def test_relative_imports_in_packages():
    files = {
        "pkg/__init__.py": "",
        "pkg/a/__init__.py": "",
        "pkg/a/x.py": "from ..b import B\nfrom . import y\ndef f(): return B, y.C\n",
        "pkg/a/y.py": "C = 1\nD = 2\n",
        "pkg/b.py": "B = 1\nE = 2\n",
    }
    found = trial("from pkg.a.x import f", "return f()", files)
    assert module("pkg.b", found) == ["B = 1"]
    assert module("pkg.a.y", found) == ["C = 1"]


def test_modules_that_import_each_other():
    files = {
        "one.py": "import two\nA = 1\ndef f(): return two.g()\nX = 1\n",
        "two.py": "import one\ndef g(): return one.A\nY = 1\n",
    }
    found = trial("from one import f", "return f()", files)
    assert module("one", found) == ["import two", "A = 1", "def f(): return two.g()"]
    assert module("two", found) == ["import one", "def g(): return one.A"]


def test_a_module_that_imports_the_experiment():
    files = {"helper.py": "import exp\ndef f(): return exp.A\n"}
    found = trial("import helper\nA = 1\nB = 2", "return helper.f()", files)
    assert [line for line in found.slice.text.split("\n") if line][:2] == ["import helper", "A = 1"]
    assert [item.name for item in found.slice.modules] == ["helper"]
    assert found.slice.removed == ("B", "setup", "trial", "verify")


def test_a_module_that_does_not_parse():
    found = trial("import helper", "return helper.f()", {"helper.py": "def f(:\n"})
    assert [item.text for item in found.slice.modules] == ["def f(:\n"]
    assert [(item.module, item.reason) for item in found.slice.widened] == [
        ("helper", "it does not parse")
    ]
    other = trial("import helper", "return helper.f()", {"helper.py": "def g(:\n"})
    assert found.slice.digest != other.slice.digest


def test_a_getattr_of_the_module_takes_it_whole():
    files = {"helper.py": "A = 1\ndef __getattr__(name): return A\n"}
    found = trial("import helper", "return helper.anything", files)
    assert [item.module for item in found.slice.widened] == ["helper"]
    assert trial("import helper", "return helper.A", files).slice.widened == ()


def test_looking_names_up_in_a_module_takes_that_module():
    files = {"helper.py": "import other\nA = 1\ndef f(): return eval('A')\n", "other.py": "B = 1\n"}
    found = trial("import helper\nC = 1", "return helper.f()", files)
    assert [item.module for item in found.slice.widened] == ["helper", "other"]
    assert "C = 1" not in found.slice.text


def test_frames_and_loaded_modules_take_all_that_is_loaded():
    files = {"helper.py": "A = 1\n", "other.py": "B = 1\nC = 2\n"}
    found = trial("import sys, helper, other", "return sys.modules, helper.A, other.B", files)
    assert [item.module for item in found.slice.widened] == [None, "helper", "other"]
    assert module("other", found) == ["B = 1", "C = 2"]


def test_a_computed_import_takes_all_modules_that_it_may_mean():
    files = {
        "models/__init__.py": "",
        "models/a.py": "A = 1\n",
        "models/b.py": "B = 1\n",
        "other.py": "",
    }
    body = "import importlib\nreturn importlib.import_module(f'models.{name}')"
    found = trial("", body, files)
    assert [item.name for item in found.slice.modules] == ["models", "models.a", "models.b"]
    assert module("models.a", found) == ["A = 1"]


def test_a_class_of_a_local_module_can_be_a_base():
    files = {"base.py": "class Base:\n    def f(self): return 1\n"}
    assert kept("from base import Base\nclass A(Base): pass", files=files) == []
    files = {"base.py": "class Base:\n    def __init_subclass__(cls): input(cls)\n"}
    before = "from base import Base\nclass A(Base): pass"
    assert kept(before, files=files) == before.split("\n")


def test_a_decorator_of_a_local_module():
    pure = {
        "deco.py": "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(): pass\n    return g\n"
    }
    assert kept("from deco import d\n@d\ndef A(): pass", files=pure) == []
    registry = {"deco.py": "R = []\ndef d(f):\n    R.append(f)\n    return f\n"}
    before = "import deco\n@deco.d\ndef A(): pass"
    assert kept(before, files=registry) == []
    assert kept(before, "return deco.R", registry) == before.split("\n")


def test_slices_of_modules_compile():
    files = {
        "helper.py": "from __future__ import annotations\nimport os, sys\nA = os\nB = sys.argv\n"
    }
    found = trial("import helper", "return helper.B", files)
    text = found.slice.modules[0].text
    compile(text, "helper.py", "exec")
    assert text.split("\n")[:2] == ["from __future__ import annotations", "import     sys"]
    assert ast.parse(text).body[-1].lineno == 4


def test_pieces_of_modules_name_their_module():
    found = trial("import helper", "return helper.f()", {"helper.py": HELPER})
    assert [(item.module, item.names, item.reached_from) for item in found.slice.pieces] == [
        (None, ("t",), None),
        (None, ("helper",), 0),
        ("helper", ("f",), 0),
        ("helper", ("A",), 2),
    ]


def test_another_experiment_can_be_a_module():
    other = HEAD + "@trial(1, {})\ndef u(): return 1\ndef f(): return 2\n"
    found = trial("from other import f", "return f()", {"other.py": other})
    assert module("other", found) == ["def f(): return 2"]


def test_text_in_another_encoding():
    files = {"helper.py": "# -*- coding: latin-1 -*-\nA = 'é'\n".encode("latin-1")}
    assert module("helper", trial("import helper", "return helper.A", files)) == ["A = 'é'"]


def test_the_experiments_own_name_is_no_module_of_its_own():
    found = analysed(HEAD + "import exp\n@trial(1, {})\ndef t(): return exp.A\nA = 1\nB = 2\n")["t"]
    assert found.slice.modules == ()
    assert found.slice.removed == ("B", "setup", "trial", "verify")
