"""Disks that are full, at each byte that a job writes: it says so in one line, and the next try goes on.

A limit on the size of files takes the place of the full disk; writing fails in the same ways.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess

import pytest

from mlx2smk.runtime.os_errors import os_error_line
from tests.support.handmade_bundles import Bundle

EXPERIMENT = """
    import os
    from decorators import setup, trial, verify

    @setup()
    def init():
        print("hello from the setup")
        return {"base": 10, "word": "long enough to be cut"}

    @trial(1, {"n": [1, 2]})
    def t(n):
        print("hello from", n)
        os.write(int(os.environ["MLX_TEST_RAN"]), b"%d " % n)
        return {"n": n, "base": SETUP["base"], "context_update": {"last": n}}

    @verify(["t"])
    def check(results):
        print("hello from the verification")
        return [run["result"]["n"] for run in results["t"]] == [1, 2]
"""
STEPS = [
    ("setup init", ["--log", "logs/init.log", "--output", "setup/init.json"]),
    ("context t", ["--setups", "setup/init.json", "--output", "context/t.json", "--log", "c.log"]),
    (
        "trial t",
        [
            *("--job", "0", "--context", "context/t.json", "--store", "store"),
            *("--log", "logs/t/0.log", "--output", "runs/t/0.json"),
        ],
    ),
    (
        "collect t",
        [
            *("--runs", "runs/t", "--runs-output", "trials/t.json"),
            *("--updates-output", "updates/t.json", "--log", "collect.log"),
        ],
    ),
    (
        "context check",
        [
            *("--setups", "setup/init.json", "--updates", "updates/t.json"),
            *("--output", "context/check.json", "--log", "c.log"),
        ],
    ),
    (
        "verify check",
        [
            *("--context", "context/check.json", "--trials", "trials"),
            *("--output", "verify/check.json", "--log", "logs/check.log"),
        ],
    ),
    (
        "report",
        [
            *("--setups", "setup/init.json", "--updates", "updates/t.json"),
            *("--trials", "trials", "--verdicts", "verify", "--output", "report.json"),
        ],
    ),
]
ONE_LINE = r"mlx: [^\n]+: File too large \(raise the limit on the size of files .*\)\n"


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path, EXPERIMENT).setup("init")
    return made.trial("t", {"n": [1, 2]}, batch=2).verification("check")


def do(bundle, step, limit=None):
    """Do a step where no file can grow beyond the limit; return its status, what it said, and what ran."""
    command, options = step
    words = bundle.words(*command.split(), *options)
    reading, writing = os.pipe()

    def restrict():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        words,
        cwd=bundle.folder,
        env={**os.environ, "MLX_TEST_RAN": str(writing)},
        pass_fds=[writing],
        preexec_fn=restrict,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writing)
    with os.fdopen(reading) as ran:
        return done.returncode, done.stderr, ran.read().split()


def rests(bundle):
    return list(bundle.folder.rglob("*.tmp"))


def test_each_step_says_so_in_one_line_and_can_be_repeated(bundle):
    for step in STEPS:
        output = (
            bundle.folder / step[1][step[1].index("--output") + 1]
            if "--output" in step[1]
            else None
        )
        status, said, _ = do(bundle, step, limit=0)
        assert (status, bool(re.fullmatch(ONE_LINE, said))) == (1, True), (step, said)
        assert output is None or not output.exists()
        assert not rests(bundle)
        assert do(bundle, step)[0] == 0, step
    report = bundle.read("report.json")
    assert report["status"] == "validated"
    assert report["context"] == {"base": 10, "word": "long enough to be cut", "last": 2}
    assert [run["result"]["base"] for run in report["trials"]["t"]] == [10, 10]


@pytest.mark.parametrize("limit", [10, 60, 450, 900, 1300])
def test_a_batch_loses_nothing_that_it_had_stored(bundle, limit):
    """Wherever it fails, the next try has all results, and runs again only what was not stored."""
    for step in STEPS[:2]:
        assert do(bundle, step)[0] == 0
    status, said, _ = do(bundle, STEPS[2], limit)
    assert "Traceback" not in said
    assert said.count("\n") == (1 if status else 0)
    stored = sum(
        len(path.read_bytes().splitlines()) for path in bundle.folder.glob("store/jobs/*/*")
    )
    whole = [path.read_bytes() for path in bundle.folder.glob("store/jobs/*/*")]
    cut = sum(not data.endswith(b"\n") for data in whole)
    again, said, second = do(bundle, STEPS[2])
    assert (again, said) == (0, "")
    assert second == ["1", "2"][stored - cut :]
    runs = bundle.read("runs/t/0.json")["runs"]
    assert [run["result"]["n"] for run in runs] == [1, 2]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(28, "No space left on device", "a/b"),
            "a/b: No space left on device (free some space and run the command again)",
        ),
        (OSError(2, "No such file or directory", "x"), "x: No such file or directory"),
        (OSError(5, "I/O error", b"x\xff"), "x\\udcff: I/O error (the disk or its"),
        (OSError(1, "Not", "a\n\x1b[31mb"), "a\\n\\x1b[31mb: Not (make it"),
        (
            OSError(13, "Denied", "x.tmp", None, "x"),
            "x: Denied (make it readable and writable for you",
        ),
        (OSError("said by a library"), "said by a library"),
        (OSError(), "OSError"),
    ],
)
def test_the_line(error, line):
    assert os_error_line(error).startswith(line)
    assert "\n" not in os_error_line(error)
