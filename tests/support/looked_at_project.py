"""An experiment of all kinds of results, compiled in batches and run once, for what looks at results."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tests.support import warm_snakemake
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EXPERIMENT = """\
import time
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {"seed": 7, "pythonhashseed": 3, "total": 0}

def fit(lr, model):
    if model == "tree" and lr > 0.5:
        raise ValueError("lr is too large\\nfor a tree")
    return lr * 10

@trial(1, {"lr": [0.1, 0.5, 1.0], "model": ["svm", "tree"], "seed": [0, 1]})
def train(lr, model, seed):
    print("training", lr, model, seed)
    return {"acc": fit(lr, model) + seed, "seed": 2 * seed, "scores": {"f1": lr, "all": [1, 2]}}

@trial(2, {"k": [1, 2, 3]})
def chain(k):
    return {"context_update": {"total": SETUP["total"] + k}}

@trial(3, {"n": [1, 2, 3]})
def plain(n):
    return n + int(open("data.txt").read()) if n < 3 else float("nan")

@trial(3, {"cfg": [{"lr": 0.1}, {"lr": 0.2}]})
def chance(cfg):
    return {"hash": hash("x"), "time": time.time_ns()}

@verify(["train"])
def check(results):
    return len(results["train"]) == 12
"""


def run_project(folder: Path) -> Path:
    """Compile and run the experiment in a new folder; return the folder."""
    folder.mkdir()
    (folder / "exp.py").write_text(EXPERIMENT)
    (folder / "data.txt").write_text("0")
    mlx(folder, "compile", "exp.py", "--batch", "2")
    start(folder, "snakemake", "-j2")
    return folder


def mlx(folder: Path, *words: str) -> str:
    """Run a command of mlx; return what it printed on standard output."""
    return start(folder, "mlx2smk.cli", *words)


def start(folder: Path, *words: str) -> str:
    """Run a module in the folder; return what it printed on standard output."""
    done = warm_snakemake.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
