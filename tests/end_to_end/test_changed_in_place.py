"""Runs that change a file in place, by means that Python does not see: nothing runs again for that.

Expected values are arithmetic: a counter begins with 5, and the runs add 1, 2 and 3 in order.
"""

from __future__ import annotations

import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

START = "import os, sqlite3, subprocess\nfrom mlx2smk import setup, trial, verify\n" + TRACING

DATABASE = """
FIRST = 5

@setup()
def make():
    ran("make")
    if os.path.exists("counts.db"):
        os.remove("counts.db")
    with sqlite3.connect("counts.db") as connection:
        connection.execute("create table t(x)")
        connection.execute("insert into t values(?)", (FIRST,))
    return {}

@trial(1, {"n": [1, 2, 3], "__parallel__": 1})
def count(n):
    ran("count", n)
    with sqlite3.connect("counts.db") as connection:
        [(x,)] = connection.execute("select x from t")
        connection.execute("update t set x = x + ?", (n,))
    return x
"""

OPENED_BEFORE = DATABASE.replace(
    """    ran("count", n)
""",
    """    ran("count", n)
    with open("counts.db", "rb") as file:
        assert file.read(6) == b"SQLite"
""",
)

FILE = """
FIRST = 5

@setup()
def make():
    ran("make")
    with open("count.txt", "w") as file:
        file.write(str(FIRST))
    return {}

@trial(1, {"n": [1, 2, 3], "__parallel__": 1})
def count(n):
    ran("count", n)
    CHANGE
    return int(x)
"""

READ = """with open("count.txt") as file:
        x = file.read()
    """

CHANGES = {
    "in sqlite": DATABASE,
    "in sqlite, and opened before": OPENED_BEFORE,
    "by a script": FILE.replace(
        "CHANGE",
        "x = subprocess.run(['sh', 'add.sh', 'count.txt', str(n)], capture_output=True, check=True).stdout",
    ),
    "by a script, and read before": FILE.replace(
        "CHANGE",
        READ
        + "subprocess.run(['sh', 'add.sh', 'count.txt', str(n)], check=True, stdout=subprocess.DEVNULL)",
    ),
    "by sed": FILE.replace(
        "CHANGE",
        READ + "subprocess.run(['sed', '-i', f's/.*/{int(x) + n}/', 'count.txt'], check=True)",
    ),
    "by a shell's line": FILE.replace(
        "CHANGE", READ + "assert os.system(f'echo {int(x) + n} > count.txt') == 0"
    ),
    "by a shell's append": FILE.replace(
        "CHANGE",
        READ.replace("x = file.read()", "x = sum(map(int, file))")
        + "assert os.system(f'echo; echo {n} >> count.txt') == 0",
    )
    .replace("str(FIRST)", 'f"{FIRST}\\n"')
    .replace("echo; echo", "echo"),
}

ADD = """x=$(cat "$1")
echo $(( x + $2 )) > "$1"
echo $x
"""


@pytest.mark.parametrize("change", CHANGES)
def test_what_runs_change_in_place(tmp_path, change):
    (tmp_path / "add.sh").write_text(ADD)
    lab = Folder(tmp_path, START + CHANGES[change])
    assert lab.run() == ["count 1", "count 2", "count 3", "make"]
    assert lab.results("count") == [5, 6, 8]
    settled(lab)
    lab.write(START + CHANGES[change].replace("FIRST = 5", "FIRST = 20"))
    assert lab.run() == ["count 1", "count 2", "count 3", "make"]
    assert lab.results("count") == [20, 21, 23]
    settled(lab)


OWN_FILE = """
@trial(1, {})
def grow():
    ran("grow")
    return int(subprocess.run(["sh", "add.sh", "count.txt", "1"], capture_output=True, check=True).stdout)
"""


def test_a_file_of_the_user_that_a_program_changes_in_place(tmp_path):
    (tmp_path / "add.sh").write_text(ADD)
    (tmp_path / "count.txt").write_text("7")
    lab = Folder(tmp_path, START + OWN_FILE)
    assert lab.run() == ["grow"]
    assert lab.results("grow") == [7]
    settled(lab)
    (tmp_path / "count.txt").write_text("30")
    assert lab.run(compiled=False) == ["grow"]
    assert lab.results("grow") == [30]
    settled(lab)


@pytest.mark.parametrize("change", ["in sqlite", "by sed"])
def test_changes_are_made_again_when_the_file_is_as_before_them(tmp_path, change):
    text = START + CHANGES[change].replace('ran("make")', 'ran("make" if 1 else "")')
    lab = Folder(tmp_path, START + CHANGES[change] + TOTAL[change])
    assert lab.run() == ["count 1", "count 2", "count 3", "make", "total"]
    assert lab.results("total") == [11]
    settled(lab)
    # The setup makes the same file again, so that nothing has been added to it.
    lab.write(text + TOTAL[change])
    assert lab.run()[:4] == ["count 1", "count 2", "count 3", "make"]
    assert lab.results("count") == [5, 6, 8]
    assert lab.results("total") == [11]
    settled(lab)


TOTAL = {
    "in sqlite": """
@trial(2, {})
def total():
    ran("total")
    with sqlite3.connect("counts.db") as connection:
        return connection.execute("select x from t").fetchone()[0]
""",
    "by sed": """
@trial(2, {})
def total():
    ran("total")
    with open("count.txt") as file:
        return int(file.read())
""",
}

WRITTEN = """
VALUE = 5

@trial(1, {})
def make():
    ran("make")
    assert os.system(f"echo {VALUE} > made.txt") == 0
    return 1

@trial(2, {})
def use():
    ran("use")
    with open("made.txt") as file:
        return int(file.read())
"""


def test_what_a_program_writes_is_that_of_the_current_code(tmp_path):
    lab = Folder(tmp_path, START + WRITTEN)
    for value in (5, 6, 5, 6, 6, 5):
        lab.write(START + WRITTEN.replace("VALUE = 5", f"VALUE = {value}"))
        lab.run()
        assert lab.results("use") == [value]
        settled(lab)


APPENDED = """
@setup()
def make():
    ran("make")
    with open("log.txt", "w") as file:
        file.write("head ")
    return {}

@trial(1, {"n": [1, 2], "__parallel__": 1})
def add(n):
    ran("add", n)
    with open("log.txt", "a") as file:
        file.write(f"{n} ")
    return n

@trial(2, {})
def then():
    ran("then")
    with open("log.txt", "a") as file:
        file.write("end ")

@trial(3, {})
def use():
    ran("use")
    with open("log.txt") as file:
        return file.read()
"""


def test_what_runs_append_is_appended_again_when_the_file_is_made_again(tmp_path):
    everything = ["add 1", "add 2", "make", "then", "use"]
    lab = Folder(tmp_path, START + APPENDED)
    assert lab.run() == everything
    assert lab.results("use") == ["head 1 2 end "]
    settled(lab)
    changed = APPENDED.replace('"head ', '"new ')
    lab.write(START + changed)
    assert lab.run() == everything
    assert lab.results("use") == ["new 1 2 end "]
    settled(lab)
    lab.write(START + changed.replace('ran("make")', 'ran("make" if 1 else "")'))
    assert lab.run()[:4] == everything[:4]  # the file is the same in the end
    assert lab.results("use") == ["new 1 2 end "]
    settled(lab)


def test_what_others_append_later_is_not_lost(tmp_path):
    lab = Folder(tmp_path, START + APPENDED)
    lab.run()
    lab.write(START + APPENDED.replace('f"{n} "', 'f"{n}! "'))
    assert lab.run() == ["add 1", "add 2", "use"]  # what `then` has appended is still there
    assert lab.results("use") == ["head 1 2 end 1! 2! "]
    settled(lab)
    (tmp_path / "log.txt").write_text("by hand ")
    assert lab.run(compiled=False) == ["use"]
    assert lab.results("use") == ["by hand "]
    settled(lab)
