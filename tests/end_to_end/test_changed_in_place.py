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
