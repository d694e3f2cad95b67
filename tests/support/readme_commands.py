"""The commands that the README tells people to type. `python tests/support/readme_commands.py NAME` prints one."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BLOCK = re.compile(r"<!-- (?P<kind>\w+): (?P<name>[\w.]+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


def blocks(kind: str) -> dict[str, str]:
    """Return the README's blocks of a kind (command, file, output) by name."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = (match for match in BLOCK.finditer(readme) if match["kind"] == kind)
    return {match["name"]: match["text"] for match in found}


def commands() -> dict[str, str]:
    """Return the commands by name."""
    return {name: text.strip() for name, text in blocks("command").items()}


if __name__ == "__main__":
    sys.stdout.write(commands()[sys.argv[1]] + "\n")
