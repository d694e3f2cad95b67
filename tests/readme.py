"""The commands that the README tells people to type. `python tests/readme.py NAME` prints one."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

BLOCK = re.compile(r"<!-- command: (?P<name>\w+) -->\n```sh\n(?P<text>.*?)```", re.DOTALL)


def commands() -> dict[str, str]:
    """Return the README's marked commands by name."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {match["name"]: match["text"].strip() for match in BLOCK.finditer(readme)}


if __name__ == "__main__":
    print(commands()[sys.argv[1]])
