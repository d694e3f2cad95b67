"""Snakemake's process collects no garbage among what it keeps until its end."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import atexit
import gc

class Kept:
    pass

def is_collected(kept):
    return any(each is kept for each in gc.get_objects())

def at_the_end():
    print(is_collected(late))

atexit.register(at_the_end)

from mlx2smk.runtime.workflow.collection import leave_out_of_collection

early = Kept()
print(is_collected(early))
leave_out_of_collection()
print(is_collected(early))
late = Kept()
print(is_collected(late))
leave_out_of_collection()
late = Kept()
"""


def test_what_exists_then_and_what_exists_at_the_end_is_left_out() -> None:
    command = [sys.executable, "-c", SCRIPT]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["True", "False", "True", "False"]
