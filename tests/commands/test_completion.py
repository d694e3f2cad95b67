"""What the shell completes, asked as bash asks."""

import os
import shutil
import subprocess
import sys

import pytest

from mlx2smk.cli import main
from mlx2smk.commands.candidates import COMPLETERS
from mlx2smk.commands.command_parser import COMPLETED

EXPERIMENT = """\
from mlx2smk import trial

@trial(1, {"n": [1, 2], "model": ["svm", "random forest"]})
def train(n, model):
    return n

@trial(2, {"n": [30]})
def test(n):
    return n
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    (folder / "sweep.py").write_text(EXPERIMENT)
    (folder / "studies").mkdir()
    (folder / "notes.txt").touch()
    assert main(["compile", "-d", str(folder), str(folder / "sweep.py")]) == 0
    return folder


def completed(folder, line):
    """Return what a line may become at its end."""
    answer = folder / "answer"
    environment = {
        **os.environ,
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
    }
    answer.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-m", "mlx2smk"],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
    )
    return answer.read_text().split("\n") if answer.exists() else []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mlx repr", ["repro"]),
        ("mlx compile s", ["studies/", "sweep.py"]),
        ("mlx results --fo", ["--format"]),
        ("mlx results s", ["sweep"]),
        ("mlx log t", ["train", "test"]),
        ("mlx log test ", ["n=30", "sweep"]),
        ("mlx log train n=1 m", ["model=svm"]),
        ("mlx retry train n", ["n=1", "n=2"]),
        ("mlx status --format j", ["json", "junit"]),
    ],
)
def test_words(folder, line, expected):
    # How argcomplete quotes a value with a space is its own business.
    assert [word for word in completed(folder, line) if "random" not in word] == expected


def test_where_nothing_is_compiled_there_is_nothing(tmp_path):
    assert completed(tmp_path, "mlx log ") in ([], [""])


def test_each_argument_that_is_completed_has_candidates():
    assert set(COMPLETERS) == COMPLETED


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "mlx" in script
    interpreter = shutil.which(shell)
    if interpreter is not None:
        subprocess.run([interpreter, "-n"], input=script, text=True, check=True)
