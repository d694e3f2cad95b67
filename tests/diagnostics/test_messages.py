import inspect
import re
import string
import textwrap

import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.diagnostics.catalogue import CATALOGUE, explain, reference
from mlx2smk.diagnostics.diagnostic import Diagnostic
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.paths import ROOT, TESTS

PAGE = ROOT / "docs" / "diagnostics.md"
PRELUDE = "from mlx2smk import setup, trial, verify\n"
BLOCK = re.compile(r"(For example|Use instead):\n\n((?:    .*\n|\n)+)")

# Messages whose examples are commands, or that have none.
WITHOUT_CODE = {
    *("MLX001", "MLX002", "MLX003", "MLX004", "MLX005", "MLX006", "MLX007", "MLX008", "MLX010"),
    *("MLX012", "MLX013", "MLX020", "MLX213", "MLX320", "MLX501", "MLX502", "MLX503", "MLX504"),
    *("MLX505", "MLX506", "MLX507", "MLX508", "MLX509", "MLX510", "MLX606", "MLX607", "MLX608"),
    "MLX620",
    "MLX619",  # of files: see analysis/test_mistakes.py
    # See commands/test_results.py and commands/test_repro.py.
    *("MLX801", "MLX802", "MLX803", "MLX804", "MLX805", "MLX806", "MLX807", "MLX808", "MLX809"),
    *("MLX810", "MLX811", "MLX812", "MLX813"),
    *("MLX820", "MLX821"),  # see commands/test_history.py
    "MLX830",  # see commands/test_report.py
    # See planning/test_notes.py and planning/test_surprises.py.
    *("MLX701", "MLX702", "MLX703", "MLX704", "MLX705", "MLX706", "MLX707", "MLX710", "MLX711"),
    "MLX712",
}


def codes(text):
    parsed = parse(Source("exp.py", text))
    found = list(parsed.diagnostics)
    if parsed.experiment is not None:
        found += analyse_files(parsed.experiment, MemoryFiles({})).mistakes
    return {diagnostic.code for diagnostic in found}


def examples():
    for code, kind in CATALOGUE.items():
        if code not in WITHOUT_CODE:
            for title, block in BLOCK.findall(inspect.getdoc(kind) + "\n"):
                yield pytest.param(code, title, textwrap.dedent(block), id=f"{code}-{title}")


@pytest.mark.parametrize(("code", "title", "text"), list(examples()))
def test_examples_in_explanations_are_true(code, title, text):
    if "import" not in text and code != "MLX101":
        text = PRELUDE + text
    assert (code in codes(text)) == (title == "For example")


def test_every_message_has_an_example_or_is_listed():
    shown = {case.values[0] for case in examples() if case.values[1] == "For example"}
    assert shown | WITHOUT_CODE == set(CATALOGUE)


def test_every_message_is_expected_by_a_test():
    files = TESTS.rglob("test_*.py")
    tests = "".join(path.read_text(encoding="utf-8") for path in files)
    for kind in CATALOGUE.values():
        # The first mention is the import.
        assert len(re.findall(rf"\b{kind.__name__}\b", tests)) > 1, kind


def all_kinds(base):
    """Yield the classes of messages, however they came about."""
    for kind in base.__subclasses__():
        yield kind
        yield from all_kinds(kind)


def test_codes_are_unique_and_say_their_group():
    groups = {
        "files": "0", "decorators": "1", "arguments": "1", "values": "2", "functions": "3",
        "verifications": "4", "folder": "5", "warnings": "6", "suspicions": "6", "notes": "7",
        "usage": "8", "history": "8",
    }  # fmt: skip
    everywhere = all_kinds(Diagnostic)
    kinds = [kind for kind in everywhere if kind.__module__.startswith("mlx2smk.")]
    assert len({kind.code for kind in kinds}) == len(kinds) == len(CATALOGUE)
    for code, kind in CATALOGUE.items():
        module = kind.__module__.removeprefix("mlx2smk.diagnostics.about_")
        assert re.fullmatch(r"MLX\d{3}", code)
        assert code[3] == groups[module]
        severities = {"6": "warning", "7": "note"}
        assert kind.severity == severities.get(code[3], "error")


@pytest.mark.parametrize("kind", list(CATALOGUE.values()))
def test_messages_are_one_line_without_a_full_stop(kind):
    for template in (kind.template, kind.advice):
        list(string.Formatter().parse(template))
        assert template
        assert "\n" not in template
        assert not template.endswith(".")


def test_explain_prints_code_name_severity_and_docstring():
    text = explain("mlx602")
    assert text.startswith("MLX602 EmptyList (warning)\n\nA parameter has no values, so the trial")
    assert text.endswith("def train(n, lr=0.1): ...\n")
    assert explain("MLX999") is None


def test_page_is_what_the_catalogue_says():
    assert PAGE.read_text(encoding="utf-8") == reference(), "run the command that the page names"
    assert "## MLX201: NotLiteral\n\n*Error.* A value is computed instead" in reference()
