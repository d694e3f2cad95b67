"""Databases that SQL opens are reported as those of `sqlite3.connect`. SQLite itself says what a statement opens."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

RUN = """
import json, os, sqlite3, sys

method, sql, values = json.loads(sys.argv[1])
import mlx2smk.runtime.attached_databases as attached
attached.follow_databases(sys.modules["_sqlite3"])
base = sqlite3.connect(":memory:")
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "sqlite3.connect" else None)
on = base.cursor() if method.startswith("cursor") else base
run = on.executescript if method.endswith("script") else on.execute
run(sql, *[tuple(v) if isinstance(v, list) else v for v in values])
base.commit()
for row in base.execute("pragma database_list").fetchall():
    if row[2]:
        base.execute(f"create table {row[1]}.made(a)")  # makes the file, which is empty before
print(json.dumps([opened, os.listdir()]))
"""

STATEMENTS = [
    ("base", "attach 'a.db' as x", []),
    ("base", "ATTACH DATABASE 'a.db' AS x", []),
    ("cursor", 'Attach "a.db" as x', []),
    ("cursor", "attach 'it''s.db' as x", []),
    ("base", "attach\n  database ? as x", [["a.db"]]),
    ("base", "attach ? as ?", [["a.db", "x"]]),
    ("cursor", "attach ?2 as ?1", [["x", "a.db"]]),
    ("base", "attach :file as x", [{"file": "a.db"}]),
    ("base", "attach'a.db'as x", []),
    ("cursor", "attach database'a.db' as x", []),
    ("cursor", "attach database? as x", [["a.db"]]),
    ("base", "vacuum into 'copy.db'", []),
    ("base", "vacuum into'copy.db'", []),
    ("cursor", "VACUUM main INTO ?", [["copy.db"]]),
    ("base script", "attach 'a.db' as x; attach database 'b.db' as y;", []),
    (
        "cursor script",
        "create table t(a); attach 'a.db' as x; create table x.t(a); detach x; attach 'b.db' as y",
        [],
    ),
    ("base", "select 'attach', 'vacuum'", []),
]


@pytest.mark.parametrize(("method", "sql", "values"), STATEMENTS)
def test_what_a_statement_opens(tmp_path, method, sql, values):
    run = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps([method, sql, values])],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    opened, there = json.loads(run.stdout)
    assert set(opened) == set(there)
