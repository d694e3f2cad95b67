"""What the user writes never becomes code, or another path, in a Snakefile."""

import json
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_files import LongFileName
from mlx2smk.diagnostics.about_folder import BracesInFolder
from mlx2smk.diagnostics.about_functions import LongFunctionName
from tests.support import warm_snakemake

LINES = "touch = __import__('pathlib').Path('pwned').touch()"
KEYS = [
    f"a\n{LINES}\n",
    f"a\r{LINES}\r",
    f"a\r\n{LINES}\r\n",
    f"a\x0b{LINES}\x0c{LINES}\x1c{LINES}\x85{LINES}\u2028{LINES}\u2029{LINES}",
    f'"""\n{LINES}\n"""',
    f"'''\n{LINES}\n'''",
    "{wildcards.job}{output}{{}}",
    "back\\slash\\n$(touch pwned)`touch pwned`;touch pwned",
    "null\0null",
    "half \ud800 a pair",
    "\x1b[2J\x07\x7f",
    "k" * 100_000,
]
SOURCE = """\
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {{{written}}}

@trial(1, {{"n": [1, 2]}})
def write(n):
    return {{"context_update": {{{updated}}}}}

@trial(2, {{}})
def read():
    return [{read}]

@verify(["read"])
def check(results):
    return [{read}] == results["read"][0]["result"]
"""
RULES = [
    *("all", "collect_read", "collect_write", "context_check", "context_read", "context_write"),
    *("report", "setup_init", "trial_read", "trial_write", "verify_check"),
]


def source(*keys):
    """Return an experiment that writes, updates and reads keys of SETUP."""
    return SOURCE.format(
        written=", ".join(f"{key!a}: 1" for key in keys),
        updated=", ".join(f"{key!a}: n + 1" for key in keys),
        read=", ".join(f"SETUP[{key!a}]" for key in keys),
    )


def snakemake(folder, *options):
    words = [sys.executable, "-m", "snakemake", *options]
    return warm_snakemake.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout


def compiled(folder, text, *options, below=""):
    path = folder / below / "exp.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert main(["compile", str(path), "--directory", str(folder), *options]) == 0


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ascii(key[:12]))
def test_a_key_stays_in_a_comment_of_one_line(tmp_path, key):
    compiled(tmp_path, source(key))
    data = (tmp_path / "workflow/Snakefile").read_bytes()
    ends = data.decode().splitlines()
    assert len(ends) == data.count(b"\n")
    assert not any(line.startswith(("touch", "import os")) for line in ends)
    assert all(len(line) <= 510 for line in ends)


@pytest.mark.slow
def test_any_key_of_setup_runs_and_adds_nothing(tmp_path):
    compiled(tmp_path, source(*KEYS))
    assert sorted(snakemake(tmp_path, "--list-rules").split()) == RULES
    snakemake(tmp_path, "-j2")
    report = json.loads((tmp_path / "results/exp/report.json").read_text())
    assert (report["status"], report["context"]) == ("validated", dict.fromkeys(KEYS, 3))
    assert not (tmp_path / "pwned").exists()


FOLDERS = [f"a\n{LINES}\n#{{", 'it\'s "quoted" `touch pwned` $(touch pwned)', "back\\slash \u2028"]


@pytest.mark.slow
@pytest.mark.parametrize("below", FOLDERS)
def test_any_folder_runs_and_adds_nothing(tmp_path, below, capsys):
    name = f"data %s $HOME `touch pwned`\n{LINES}\n\u2028 'a' \"b\".txt"
    data, store = tmp_path / below / name, tmp_path / "stores" / below
    text = (
        "from mlx2smk import trial\n\n"
        f"@trial(1, {{}}, inputs=[{name!r}])\n"
        "def read():\n"
        f"    return open({name!r}).read()\n"
    )
    data.parent.mkdir()
    store.mkdir(parents=True)
    (tmp_path / ".mlx").mkdir()
    (tmp_path / ".mlx" / "store").symlink_to(store)
    for content in ("first", "second"):
        data.write_text(content)
        compiled(tmp_path, text, below=below)
        assert len(capsys.readouterr().out.splitlines()) == 1
        rules = ["all", "collect_read", "context_read", "report", "trial_read"]
        assert sorted(snakemake(tmp_path, "--list-rules").split()) == rules
        snakemake(tmp_path, "-j1")
        report = json.loads((tmp_path / "results/exp/report.json").read_text())
        assert report["trials"]["read"][0]["result"] == content
    assert list(store.glob("runs/*/*.pack"))
    assert not list(tmp_path.rglob("pwned"))


NASTY = ['it\'s "quoted"', f"a\n{LINES}\n", "${HOME}", "back\\slash", "{braces}", "{{", "ü\u2028"]


@pytest.mark.slow
def test_any_text_of_a_resource_stays_a_text(tmp_path):
    trials = [
        f"@trial(1, {{}}, resources={{'place': {value!a}}})\ndef t{number}():\n    return 1\n"
        for number, value in enumerate(NASTY)
    ]
    compiled(tmp_path, "\n".join(["from mlx2smk import trial", *trials]))
    snakemake(tmp_path, "-j2")
    assert not (tmp_path / "pwned").exists()
    report = json.loads((tmp_path / "results/exp/report.json").read_text())
    assert [runs[0]["result"] for runs in report["trials"].values()] == [1] * len(NASTY)


@pytest.mark.slow
@pytest.mark.parametrize("value", [NASTY[0], NASTY[1]])
def test_any_name_of_an_image_or_environment_stays_a_text(tmp_path, value):
    text = "from mlx2smk import trial\n\n@trial(1, {})\ndef t():\n    return 1\n"
    file = tmp_path / f"{value}.yaml"
    file.write_text("dependencies: []\n")
    compiled(tmp_path, text, "--container", f"docker://{value}", "--conda", str(file))
    wanted = "--list-rules"
    rules = ["all", "collect_t", "context_t", "report", "trial_t"]
    assert sorted(snakemake(tmp_path, wanted, "--sdm", "conda", "apptainer").split()) == rules
    assert not (tmp_path / "pwned").exists()


# ------------------------------------------------------------------ what names cannot be


@pytest.mark.slow
def test_the_longest_names_run(tmp_path):
    names = [letter * 200 for letter in "stv"]
    text = (
        "from mlx2smk import setup, trial, verify\n"
        f"@setup()\ndef {names[0]}():\n    return {{}}\n"
        f"@trial(1, {{'{'p' * 300}': [1, 2]}})\ndef {names[1]}({'p' * 300}):\n    return 1\n"
        f"@verify(['{names[1]}'])\ndef {names[2]}(results):\n    return True\n"
    )
    stem = "e" * 200
    (tmp_path / f"{stem}.py").write_text(text)
    directory = ["--directory", str(tmp_path)]
    assert main(["compile", str(tmp_path / f"{stem}.py"), *directory]) == 0
    for force in ([], ["-F"]):
        snakemake(tmp_path, "-j2", *force)
    report = Path(tmp_path, "results", stem, "report.json")
    assert json.loads(report.read_text())["status"] == "validated"


@pytest.mark.parametrize("name", ["t" * 201, "é" * 101, "t" * 100_000])
def test_a_name_that_no_file_can_have_is_one_message(tmp_path, name, capsys):
    path = tmp_path / "exp.py"
    path.write_text(f"from mlx2smk import trial\n@trial(1, {{}})\ndef {name}():\n    return 1\n")
    assert main(["compile", str(path), "--directory", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"exp.py:3:5: {LongFunctionName.code} the name has {len(name.encode())} bytes" in said
    assert said.count("MLX") == 1
    assert not (tmp_path / "workflow").exists()


def test_an_experiment_whose_results_could_not_be_named(tmp_path, capsys):
    path = tmp_path / f"{'e' * 201}.py"
    path.write_text("from mlx2smk import trial\n@trial(1, {})\ndef t():\n    return 1\n")
    assert main(["compile", str(path), "--directory", str(tmp_path)]) == 1
    assert f"{LongFileName.code} the file's name has 201 bytes" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["inputs=['{}']", "resources={{'place': '{}'}}"])
@pytest.mark.parametrize("char", ["\\0", "\\ud800", "\\udfff"])
def test_texts_that_no_command_line_can_carry_are_one_message(tmp_path, kind, char, capsys):
    path = tmp_path / "exp.py"
    given = kind.format(f"a{char}b")
    text = f"from mlx2smk import trial\n@trial(1, {{}}, {given})\ndef t():\n    return 1\n"
    path.write_text(text)
    assert main(["compile", str(path), "--directory", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "exp.py:2:" in said
    assert said.count("MLX11") == 1


def test_braces_in_a_path_that_snakemake_would_take_for_wildcards(tmp_path, capsys):
    text = "from mlx2smk import trial\n@trial(1, {}, inputs=['data.txt'])\ndef t():\n    return 1\n"
    path = tmp_path / "{braces}" / "exp.py"
    path.parent.mkdir()
    path.write_text(text)
    assert main(["compile", str(path), "--directory", str(tmp_path)]) == 1
    assert BracesInFolder.code in capsys.readouterr().err
    assert main(["compile", str(path), "--directory", str(path.parent)]) == 0
    path.write_text(text.replace(", inputs=['data.txt']", ""))
    assert main(["compile", str(path), "--directory", str(tmp_path)]) == 0


@pytest.mark.parametrize("option", ["--conda", "--container"])
def test_braces_in_the_name_of_an_environment(tmp_path, option, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("exp.py").write_text("from mlx2smk import trial\n@trial(1, {})\ndef t():\n    return 1\n")
    Path("{env}.yaml").touch()
    assert main(["compile", "exp.py", option, "{env}.yaml"]) == 2
    assert f"{option}: Snakemake would take the braces" in capsys.readouterr().err
