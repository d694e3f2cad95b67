"""Files that killed processes have not finished are removed, and no others."""

import os
import subprocess
import sys

from mlx2smk.runtime.leftovers import remove_unfinished


def test_only_unfinished_files_without_a_writer_go(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    kept = [
        f"runs/t/a.json.{os.getpid()}.tmp",
        "runs/t/a.json",
        f"runs/t/b.json.{ended.pid}",
        "runs/t/c.tmp",
        "runs/t/x.json.12a.tmp",
        f"{ended.pid}.tmp",
        f"runs/t/d.json.{10**30}.tmp",
    ]
    for name in (*kept, f"runs/t/a.json.{ended.pid}.tmp", f"report.json.{ended.pid}.tmp"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    remove_unfinished([str(tmp_path), str(tmp_path / "not there")])
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == set(kept)
