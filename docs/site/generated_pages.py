"""Pages of the site that are made from the code, as a hook of MkDocs: commands, Python API, JSON Schemas."""

from __future__ import annotations

import argparse
import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

import mlx2smk
from mlx2smk.cli import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "mlx2smk" / "results" / "schemas"
UPWARDS = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<path>(?:\.\./)+[\w./-]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    pages = {
        "reference/commands.md": commands_page(),
        "reference/python.md": python_page(),
        "reference/schemas.md": schemas_page(),
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Leave the text of links to files of the repository that are not in the site."""
    del files
    pages = Path(config.docs_dir).resolve()

    def outside(link: re.Match[str]) -> str:
        target = (pages / page.file.src_uri).parent / link["path"]
        return link[0] if target.resolve().is_relative_to(pages) else link["text"]

    return UPWARDS.sub(outside, markdown)


def commands_page() -> str:
    """Return the page of all commands with their options."""
    parts = ["# Commands", "What `mlx COMMAND --help` says, for each command."]
    for name, parser in _commands(command_line()):
        parts.append(f"## mlx {name}\n\n{_sentence(parser.description)}")
        parts.append(f"```text\n{_usage(parser)}\n```")
        rows = [_row(action) for action in parser._actions if action.help != argparse.SUPPRESS]
        parts.append("| argument | meaning |\n|---|---|\n" + "\n".join(rows))
        if parser.epilog:
            parts.append(f"```text\n{parser.epilog}\n```")
    return "\n\n".join(parts) + "\n"


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _usage(parser: argparse.ArgumentParser) -> str:
    return re.sub(r"\s+", " ", parser.format_usage()).removeprefix("usage: ").strip()


def _row(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper())
    takes = action.nargs != 0
    names = [f"{name} {value}" if takes else name for name in action.option_strings] or [str(value)]
    return f"| {', '.join(f'`{_cell(name)}`' for name in names)} | {_cell(_help(action))} |"


def _help(action: argparse.Action) -> str:
    return (action.help or "") % {**vars(action), "prog": "mlx"}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _sentence(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def python_page() -> str:
    """Return the page of what `mlx2smk` has for experiments and notebooks."""
    parts = ["# Python API", _rst(inspect.getdoc(mlx2smk))]
    for name in sorted({*mlx2smk.__all__, "load"}, key=str.casefold):
        thing = getattr(mlx2smk, name)
        if inspect.isfunction(thing):
            signature = str(inspect.signature(thing)).replace("'", "")
            parts.append(f"## {name}\n\n```python\n{name}{signature}\n```\n\n{_rst(thing.__doc__)}")
        elif inspect.isclass(thing):
            members = "\n".join(f"- `{each.name}`: `{each.value!r}`" for each in thing)
            parts.append(f"## {name}\n\n{_rst(thing.__doc__)}\n\n{members}")
        else:
            parts.append(f"## {name}\n\n{_rst(_attribute_doc(name))}")
    return "\n\n".join(parts) + "\n"


def _attribute_doc(name: str) -> str:
    """Return the text below the assignment of a variable of `decorators.py`."""
    source = (ROOT / "mlx2smk" / "decorators.py").read_text(encoding="utf-8")
    found = re.search(rf'^{name}\b[^\n]*\n"""(.*?)"""', source, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def _rst(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("``", "`")


def schemas_page() -> str:
    """Return the page of the JSON Schemas."""
    parts = [
        "# JSON Schemas",
        "What the documents contain that runs leave, and the plan of a workflow.",
    ]
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        parts.append(f"## {path.name}\n\n{schema.get('description', schema.get('title', ''))}")
        parts.append(f"```json\n{json.dumps(schema, indent=2, ensure_ascii=False)}\n```")
    return "\n\n".join(parts) + "\n"
