"""What a run touches, as its record has it: files, folders, variables, packages, programs."""

from __future__ import annotations

import hashlib
import os
import sys
import textwrap

import numpy as np
import pytest

from tests.support.handmade_bundles import Bundle, one_trial

START = "import os, shutil, subprocess, sys, tempfile\nfrom pathlib import Path\n"


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def touch(folder, body, *, before=START, success=True, environment=None):
    """Run a trial with this body in a folder with some files; return what was observed."""
    for name, text in {"a.txt": "a", "b.txt": "b", "folder/c.txt": "c"}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    text = before + "def t():\n" + textwrap.indent(textwrap.dedent(body), "    ")
    bundle = Bundle(folder, text).trial("t", {})
    bundle.environment.update(environment or {})
    (run,) = bundle.run_trial("t")
    assert run["success"] == success, run
    groups = bundle.read("runs/t/0.json")["observed"]
    return groups[0][0] if groups else {}


READS = {
    "open": "open('a.txt').read()",
    "binary": "open(b'a.txt', 'rb').read()",
    "path": "Path('a.txt').read_text()",
    "descriptor": "os.close(os.open('a.txt', os.O_RDONLY))",
    "absolute": "open(os.path.abspath('a.txt')).read()",
    "elsewhere": "os.chdir('folder'); open('../a.txt').read()",
    "twice": "open('a.txt').read(); open('./a.txt').read()",
    "exec": "exec(compile(open('a.txt').read() + ' = 1', 'a', 'exec'))",
    "thread": "import threading; x = threading.Thread(target=open, args=['a.txt']); x.start(); x.join()",
    "fork": "pid = os.fork()\nif not pid:\n    open('a.txt'); os._exit(0)\nos.waitpid(pid, 0)",
    "interpreter": "subprocess.run([sys.executable, '-c', 'open(\"a.txt\")'], check=True)",
    "word": "subprocess.run(['cat', 'a.txt'], check=True)",
    "shell": "os.system('cat < a.txt')",
    "link": "os.symlink('a.txt', 'l'); os.unlink('l'); open('a.txt')",
    "rmtree": "os.makedirs('x/y'); open('x/y/z', 'w'); shutil.rmtree('x'); open('a.txt')",
    "temporary": "open(tempfile.mkstemp()[1]); open('a.txt')",
    "permissions": "open('a.txt').read(); os.chmod('a.txt', 0o600)",
    "linked": "os.link('a.txt', 'x'); os.remove('x')",
    "folder's descriptor": "os.open('a.txt', os.O_RDONLY, dir_fd=os.open('.', os.O_RDONLY))",
    "a way up from a descriptor": "os.open('../a.txt', os.O_RDONLY, dir_fd=os.open('folder', os.O_RDONLY))",
    "replaced": "shutil.copy('a.txt', 'x'); os.replace('x', 'y'); os.remove('y')",
}


@pytest.mark.parametrize("name", READS)
def test_files_that_are_read(tmp_path, name):
    found = touch(tmp_path, READS[name])
    assert found.get("files") == {"a.txt": sha("a")}
    assert "made" not in found
    assert "wrote" not in found


def test_a_pool_of_processes(tmp_path):
    body = """
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(read, ["a.txt", "b.txt"])
    """
    before = START + "def read(path): return open(path).read()\n"
    found = touch(tmp_path, body, before=before)
    assert found["files"] == {"a.txt": sha("a"), "b.txt": sha("b")}


def test_joblib(tmp_path):
    body = """
    import joblib
    joblib.Parallel(n_jobs=2)(joblib.delayed(read)(path) for path in ["a.txt", "b.txt"])
    """
    before = START + "def read(path): return open(path).read()\n"
    found = touch(tmp_path, body, before=before)
    assert found["files"] == {"a.txt": sha("a"), "b.txt": sha("b")}


MAKES = {
    "open": "open('x', 'w').write('1')",
    "new": "open('x', 'x').write('1')",
    "path": "Path('x').write_text('1')",
    "over": "open('a.txt', 'w').write('0'); Path('x').write_text('1'); os.remove('a.txt')",
    "renamed": "Path('y').write_text('1'); os.replace('y', 'x')",
    "moved": "Path('y').write_text('1'); shutil.move('y', 'x')",
    "read": "Path('x').write_text('1'); open('x').read()",
    "twice": "Path('x').write_text('2'); Path('x').write_text('1')",
    "program": "subprocess.run(['sh', '-c', 'printf 1 > x'], check=True)",
    "interpreter": 'subprocess.run([sys.executable, \'-c\', \'open("x", "w").write("1")\'], check=True)',
    "temporary": "f, n = tempfile.mkstemp(dir='.'); os.write(f, b'1'); os.rename(n, 'x')",
}


@pytest.mark.parametrize("name", MAKES)
def test_files_that_are_made(tmp_path, name):
    found = touch(tmp_path, MAKES[name])
    assert found.get("made") == {"x": sha("1")}
    assert "files" not in found


def test_a_folder_that_is_moved(tmp_path):
    found = touch(tmp_path, "os.mkdir('x'); Path('x/y').write_text('1'); os.rename('x', 'z')")
    assert found["made"] == {"z/y": sha("1")}
    assert found["folders_made"] == ["z"]


def test_a_folder_that_another_program_fills_and_the_run_moves(tmp_path):
    body = "os.makedirs('x/in')\nos.system('printf 1 > x/in/y')\nos.rename('x', 'z')"
    found = touch(tmp_path, body)
    assert found["made"] == {"z/in/y": sha("1")}


@pytest.mark.parametrize("mode", ["a", "r+"])
def test_files_that_are_changed(tmp_path, mode):
    found = touch(tmp_path, f"open('a.txt', {mode!r}).write('x')")
    content = (tmp_path / "a.txt").read_text()
    assert found["wrote"] == {"a.txt": sha(content)}
    assert found.get("files", {}) == ({} if mode == "a" else {"a.txt": sha("a")})


def test_a_file_that_is_removed(tmp_path):
    found = touch(
        tmp_path, "os.path.exists('a.txt'); os.remove('a.txt'); Path('x').write_text('1')"
    )
    assert found == {"made": {"x": sha("1")}, "removed": ["a.txt"]}


def test_a_file_that_is_read_and_then_written(tmp_path):
    found = touch(tmp_path, "n = open('a.txt').read(); open('a.txt', 'w').write(n + '1')")
    assert found["files"] == {"a.txt": sha("a")}
    assert found["made"] == {"a.txt": sha("a1")}


def test_what_is_gone_in_the_end_leaves_nothing(tmp_path):
    body = "Path('x').write_text('1'); os.mkdir('y'); os.remove('x'); os.rmdir('y')"
    assert touch(tmp_path, body) == {}


def test_paths_that_are_looked_for(tmp_path):
    body = "[os.path.exists('no'), os.path.isfile('b.txt'), Path('folder').is_dir(), os.access('n', 4)]"
    found = touch(tmp_path, body)
    assert found["kinds"] == {"no": None, "b.txt": "f", "folder": "d", "n": None}


def test_a_file_that_is_not_there(tmp_path):
    body = "try:\n    open('none')\nexcept OSError:\n    pass"
    assert touch(tmp_path, body)["kinds"] == {"none": None}


@pytest.mark.parametrize(
    "body",
    ["os.listdir('folder')", "list(os.scandir('folder'))", "list(Path('folder').iterdir())"],
)
def test_folders_that_are_listed(tmp_path, body):
    found = touch(tmp_path, f"{body}; Path('folder/new').write_text('')")
    assert found["folders"] == {"folder": ["c.txt"]}


def test_variables(tmp_path):
    body = """
    os.environ["T_A"], os.environ.get("T_B"), os.getenv("T_C"), "T_D" in os.environ
    os.environb[b"T_E"], os.environ.copy()["T_F"]
    dict(os.environ), [*os.environ.items()], os.environ.get("HOME"), os.environ.get("MLX_X")
    os.environ["T_OWN"] = "1"
    os.environ["T_OWN"]
    subprocess.run([sys.executable, "-c", "import os; os.environ['T_G'], os.environ['T_H']"],
                   env={**os.environ, "T_H": "own"}, check=True)
    """
    values = {f"T_{name}": name for name in "ADEFG"}
    found = touch(tmp_path, body, environment=values)
    expected = {name: sha(value) for name, value in values.items()}
    assert found["variables"] == {**expected, "T_B": None, "T_C": None}


def test_packages_that_the_users_code_imports(tmp_path):
    found = touch(tmp_path, "import numpy as np, sklearn.tree")
    assert found["packages"]["numpy"] == ["numpy", np.__version__]
    assert found["packages"]["sklearn"][0] == "scikit-learn"
    assert "scipy" not in found["packages"]


def test_packages_that_the_users_code_looks_for(tmp_path):
    """Whether it imports them or not: they can go."""
    body = """
    import importlib.util
    [importlib.util.find_spec(name) for name in ("sklearn", "json", "t_absent")]
    """
    found = touch(tmp_path, body)
    assert found["packages"].keys() == {"sklearn"}


@pytest.mark.parametrize(
    ("body", "success"),
    [
        ("import t_absent", False),
        ("try:\n    import t_absent.deep\nexcept ImportError:\n    pass", True),
        ("import importlib.util\nimportlib.util.find_spec('t_absent')", True),
        ("import importlib\nimportlib.import_module('t_absent')", False),
        ("import os\ntry:\n    import t_absent\nfinally:\n    os._exit(3)", False),
    ],
)
def test_modules_that_are_not_there(tmp_path, body, success):
    assert touch(tmp_path, body, success=success)["missing"] == ["t_absent"]


def library(folder, text):
    """Make an installed module `t_library`; return what lets interpreters find it."""
    place = folder / "site-packages"
    place.mkdir(exist_ok=True)
    (place / "t_library.py").write_text(text)
    return {"PYTHONPATH": str(place)}


OPTIONAL = "try:\n    import t_absent\nexcept ImportError:\n    pass\n"
WANTED = """
try:
    import t_absent
except ImportError as error:
    raise ValueError("install t_absent") from error
"""


@pytest.mark.parametrize("text", [OPTIONAL, WANTED, "import t_absent"])
def test_what_a_library_misses_counts_only_where_it_makes_the_run_fail(tmp_path, text):
    there = library(tmp_path, text)
    found = touch(tmp_path, "import t_library", success=text == OPTIONAL, environment=there)
    assert found.get("missing") == (None if text == OPTIONAL else ["t_absent"])


def test_numpy_and_sqlite(tmp_path):
    np.save(tmp_path / "n.npy", np.arange(3))
    (tmp_path / "raw").write_bytes(b"\0" * 16)
    body = """
    import sqlite3
    import numpy as np
    np.load("n.npy"), np.fromfile("raw"), np.memmap("raw", mode="r")
    with sqlite3.connect("d.db") as c:
        c.execute("create table t (x)")
    """
    found = touch(tmp_path, body)
    assert found["files"]["n.npy"] == sha((tmp_path / "n.npy").read_bytes())
    assert found["files"]["raw"] == sha(b"\0" * 16)
    assert list(found["made"]) == ["d.db"]


@pytest.mark.parametrize("end", ["os._exit(3)", "os.abort()"])
def test_a_crash_keeps_what_was_told(tmp_path, end):
    found = touch(tmp_path, f"open('a.txt').read(); {end}", success=False)
    assert found["files"] == {"a.txt": sha("a")}


def test_programs_are_named(tmp_path):
    found = touch(tmp_path, "subprocess.run(['true'], check=True)")
    assert found["programs"] == ["true"]
    log = (tmp_path / "logs" / "t" / "0.log").read_text()
    assert "true: what programs that are not Python read and write is not observed" in log


def test_a_program_of_the_user_counts_by_its_content(tmp_path):
    for place in ("bin", "."):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / f"sim{len(place)}").write_text("#!/bin/sh\nexit 0\n")
        (tmp_path / place / f"sim{len(place)}").chmod(0o755)
    body = """
    os.environ["PATH"] = os.path.abspath("bin") + ":" + os.environ["PATH"]
    subprocess.run(["sim3"], check=True)
    os.system("sim3 --option")
    subprocess.run(["./sim1"], check=True)
    subprocess.run(["ls"], check=True)
    """
    found = touch(tmp_path, body)
    content = sha("#!/bin/sh\nexit 0\n")
    assert found["files"] == {"bin/sim3": content, "sim1": content}


def test_names_of_all_kinds(tmp_path):
    body = """
    for name in (b"n\\xff", "n\\nl", "ü {x}"):
        with open(name, "w") as file:
            file.write("1")
    """
    found = touch(tmp_path, body)
    assert set(found["made"]) == {"n\udcff", "n\nl", "ü {x}"}


def test_what_python_itself_offers_stays_as_it_is(tmp_path):
    body = """
    assert os.stat in os.supports_dir_fd and os.stat in os.supports_follow_symlinks
    assert shutil.rmtree.avoids_symlink_attacks
    assert os.stat("a.txt").st_size == 1 and os.stat.__name__ == "stat"
    assert isinstance(os.environ.copy(), dict)
    """
    touch(tmp_path, body)


def test_the_tools_own_files_and_those_of_tests_are_not_followed(tmp_path):
    body = """
    os.listdir("workflow"), open("workflow/mlx/worker.py").read()
    open(os.environ["MLX_TEST_TRACE"], "a").write("x")
    """
    trace = {"MLX_TEST_TRACE": str(tmp_path / "trace")}
    assert touch(tmp_path, body, environment=trace) == {}


def test_a_sitecustomize_of_the_users(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import sys\nsys.own = 1\n")
    body = (
        "subprocess.run([sys.executable, '-c', 'import sys; open(\"a.txt\"); sys.own'], check=True)"
    )
    found = touch(tmp_path, body, environment={"PYTHONPATH": str(folder)})
    assert found["files"]["a.txt"] == sha("a")


def test_interpreters_that_a_job_starts_say_nothing_of_their_own(tmp_path):
    bundle = one_trial(
        tmp_path,
        """
        import subprocess, sys
        def t():
            return subprocess.run([sys.executable, "-c", ""], stderr=subprocess.PIPE).stderr.decode()
        """,
    )
    assert bundle.run_trial("t")[0]["result"] == ""


def test_each_combination_of_a_batch_has_its_own(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text(str(n // 2))
    source = "def t(n): return open(f'{n // 2}.txt').read()\n"
    bundle = Bundle(tmp_path, source).trial("t", {"n": [0, 1, 2]}, batch=3)
    bundle.run_trial("t")
    groups = bundle.read("runs/t/0.json")["observed"]
    assert groups == [
        [{"files": {"0.txt": sha("0")}}, [0, 1]],
        [{"files": {"1.txt": sha("0")}}, [2]],
    ]


def test_another_hash_seed(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    bundle = Bundle(tmp_path, "def t(): return open('a.txt').read()\n").trial("t", {})
    context = {"pythonhashseed": 5 if os.environ.get("PYTHONHASHSEED") != "5" else 6}
    bundle.run(*bundle.trial_words("t", "0", context))
    assert bundle.read("runs/t/0.json")["observed"] == [[{"files": {"a.txt": sha("a")}}, [0]]]


def test_setups_and_verifications(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    source = "def s(): return {'a': open('a.txt').read()}\ndef v(results): return open('a.txt').read() == 'a'\n"
    bundle = Bundle(tmp_path, source).setup("s").verification("v")
    bundle.run("setup", "s", "--output", "s.json", "--log", "s.log")
    given = ["--context", bundle.context({}), "--trials", ".", "--log", "v.log"]
    bundle.run("verify", "v", *given, "--output", "v.json")
    for name in ("s.json", "v.json"):
        assert bundle.read(name)["observed"] == [[{"files": {"a.txt": sha("a")}}, [0]]]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_files_of_the_system_are_not_followed(tmp_path):
    body = "open('/proc/self/stat').read(), os.path.exists('/usr/none'), open(os.__file__).read()"
    assert touch(tmp_path, body) == {}
