"""Pages with commands and what they print: runs the commands, and compares without what varies."""

import os
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOME = "/home/me"
PROGRESS = re.compile(r"^\w+: \d+ of \d+ done(, .*)?$")
MARKS = re.compile(r"^ *[~^]+$")
FAILURE = re.compile(r"^mlx: \w+ .* failed: ")
TIMES = re.compile(r", (under a second|about [^,]*)$")


def sessions(page: Path) -> list[tuple[str, str]]:
    """Return the commands of a page with what it shows as their output."""
    found = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def printed(command: str, folder: Path) -> str:
    """Run a command in a folder with this environment's programs; return all that it prints."""
    programs = str(Path(sys.executable).parent)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.replace(str(folder), HOME)


def comparable(output: str) -> list[str]:
    """Return the lines of an output without times, progress and the marks of tracebacks."""
    lines = [TIMES.sub("", line.rstrip()) for line in output.splitlines()]
    kept = [line for line in lines if line and not PROGRESS.match(line) and not MARKS.match(line)]
    # Combinations that run side by side fail in any order.
    failures = iter(sorted(filter(FAILURE.match, kept)))
    return [next(failures) if FAILURE.match(line) else line for line in kept]
