"""Files that a run hands over to programs and databases, which may read them, make them or miss them."""

from __future__ import annotations

import pytest

from tests.runtime.test_observing import sha, touch

MISSED = {
    "word": ("subprocess.run(['cat', 'sub/no.txt'])", ["sub/no.txt"]),
    "shell": ("os.system('test -e flag')", ["flag"]),
    "option": ("subprocess.run(['true', '--config=no.yaml', 'rate=0.5'])", ["no.yaml", "0.5"]),
    "program": (
        """
        try:
            subprocess.run(["./sim", "-x"])
        except FileNotFoundError:
            pass
        """,
        ["sim"],
    ),
    "program of a shell": ("os.system('bin/sim')", ["bin/sim"]),
    "database": (
        """
        import sqlite3
        try:
            sqlite3.connect("file:no.db?mode=ro", uri=True)
        except sqlite3.Error:
            pass
        """,
        ["no.db"],
    ),
}


@pytest.mark.parametrize("name", MISSED)
def test_what_is_missing_counts_as_looked_for(tmp_path, name):
    body, names = MISSED[name]
    found = touch(tmp_path, body)
    assert found["kinds"] == dict.fromkeys(names)
    assert "files" not in found
    assert "made" not in found


def test_what_names_no_file_is_not_looked_for(tmp_path):
    body = """
    subprocess.run(["true", "two\\nlines", "long" * 100, "-x", "", "*.csv", "http://a.org/b"])
    subprocess.run([sys.executable, "-c", "import os\\nprint(1)"], check=True)
    """
    assert "kinds" not in touch(tmp_path, body)


def test_a_pattern_of_a_shell_reads_the_files_and_lists_the_folder(tmp_path):
    (tmp_path / "data").mkdir()
    for name in ("a.csv", "b.csv", "c.txt"):
        (tmp_path / "data" / name).write_text(name)
    found = touch(tmp_path, "os.system('cat data/*.csv >/dev/null')")
    assert found["files"] == {f"data/{name}": sha(name) for name in ("a.csv", "b.csv")}
    assert found["folders"] == {"data": ["a.csv", "b.csv", "c.txt"]}


@pytest.mark.parametrize("pattern", ["*.txt", "[ab].txt", "?.txt", "<?.txt"])
def test_a_pattern_of_a_shell_may_be_of_the_folder_itself(tmp_path, pattern):
    found = touch(tmp_path, f"os.system('cat {pattern} >/dev/null')")
    assert found["files"] == {"a.txt": sha("a"), "b.txt": sha("b")}
    assert {"a.txt", "b.txt", "folder"} <= set(found["folders"]["."])


def test_a_pattern_without_a_suffix_counts_if_it_matches(tmp_path):
    (tmp_path / "part_1").write_text("1")
    found = touch(tmp_path, "os.system('cat part_* >/dev/null')")
    assert found["files"] == {"part_1": sha("1")}
    assert "part_1" in found["folders"]["."]


SHELL_OPTIONS = ["-lc", "-ec", "-e -c", "-euo pipefail -c", "--norc -x -c", "-o pipefail -lc"]


@pytest.mark.parametrize("options", SHELL_OPTIONS)
def test_a_shell_may_have_options(tmp_path, options):
    words = ["bash", *options.split(), "cat folder/*.txt a.txt >/dev/null"]
    found = touch(tmp_path, f"subprocess.run({words}, check=True)")
    assert found["files"] == {"a.txt": sha("a"), "folder/c.txt": sha("c")}
    assert found["programs"] == ["cat"]


def test_what_is_quoted_or_code_is_no_pattern(tmp_path):
    body = """
    os.system("echo a | grep 'a*' | awk '{print $1/2*3}' | sed 's/a*/b/'")
    os.system("[ -f gone ] && [[ -d x ]]; test x || echo really?; grep '*.txt' gone")
    subprocess.run(["echo", "data/*.csv"])
    """
    assert touch(tmp_path, body).keys().isdisjoint({"files", "folders"})


SQL = [
    "select count(*) from range(3)",
    "select regexp_extract('a', '[a-z]+') , 'b' similar to '.*'",
]


@pytest.mark.parametrize("sql", SQL)
def test_what_sql_says_is_no_pattern_of_files(tmp_path, sql):
    body = f"import duckdb\nduckdb.sql({sql!r}).fetchall()"
    assert touch(tmp_path, body).keys().isdisjoint({"files", "folders"})


def test_files_in_memory_have_no_names(tmp_path):
    body = """
    import h5py, io
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file["a"] = [1]
    with h5py.File(io.BytesIO(memory.getvalue()), "r") as file:
        file["a"][()]
    """
    assert touch(tmp_path, body).keys().isdisjoint({"files", "folders", "kinds"})


def test_a_working_directory_that_is_gone(tmp_path):
    body = """
    import duckdb
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir("../gone")
    assert duckdb.sql("select 1").fetchall() == [(1,)]
    """
    touch(tmp_path, body)


MADE = {
    "file": ("subprocess.run(['cp', 'a.txt', 'new'])", {"made": {"new": sha("a")}}),
    "and read": (
        "subprocess.run(['cp', 'a.txt', 'new']); open('new').read()",
        {"made": {"new": sha("a")}},
    ),
    "and read by a program": (
        "subprocess.run(['cp', 'a.txt', 'new']); subprocess.run(['cat', 'new'])",
        {"made": {"new": sha("a")}},
    ),
    "and appended to": (
        "subprocess.run(['cp', 'a.txt', 'new']); open('new', 'a').write('b')",
        {"made": {"new": sha("ab")}},
    ),
    "and removed": ("subprocess.run(['cp', 'a.txt', 'new']); os.remove('new')", {}),
    "and renamed": (
        "subprocess.run(['cp', 'a.txt', 'x']); os.rename('x', 'new')",
        {"made": {"new": sha("a")}},
    ),
    "and replaces": (
        "subprocess.run(['cp', 'a.txt', 'x']); os.replace('x', 'b.txt')",
        {"made": {"b.txt": sha("a")}},
    ),
    "folder": ("subprocess.run(['mkdir', 'new'])", {"folders_made": ["new"]}),
    "folder that is listed": (
        "subprocess.run(['mkdir', 'new']); os.listdir('new')",
        {"folders_made": ["new"]},
    ),
    "folder that is renamed": (
        "subprocess.run(['mkdir', 'x']); os.rename('x', 'new')",
        {"folders_made": ["new"]},
    ),
    "database": (
        "import sqlite3; sqlite3.connect('new').close(); sqlite3.connect('new').close()",
        {"made": {"new": sha("")}},
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_is_the_runs_own(tmp_path, name):
    body, expected = MADE[name]
    found = touch(tmp_path, body)
    kept = {key: found[key] for key in ("made", "folders_made", "removed") if key in found}
    assert kept == expected
    assert "new" not in found.get("files", {})
    assert "new" not in found.get("kinds", {}) or name == "and removed"
    assert "folders" not in found


def test_a_database_whose_name_is_quoted(tmp_path):
    (tmp_path / "my ü.db").touch()
    body = """
    import sqlite3
    sqlite3.connect(Path("my ü.db").absolute().as_uri() + "?mode=ro", uri=True).close()
    """
    assert touch(tmp_path, body)["files"] == {"my ü.db": sha("")}


def test_a_file_behind_an_option(tmp_path):
    body = "subprocess.run(['true', '--config=a.txt', 'data=b.txt'])"
    assert touch(tmp_path, body)["files"] == {"a.txt": sha("a"), "b.txt": sha("b")}


def test_a_long_command_line(tmp_path):
    names = [f"{number}.txt" for number in range(1000)]
    for name in names:
        (tmp_path / name).write_text("x")
    body = "subprocess.run(['true', *(f'{number}.txt' for number in range(1000))])"
    assert touch(tmp_path, body)["files"] == dict.fromkeys(names, sha("x"))
