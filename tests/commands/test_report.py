"""`mlx report` on the folder of one real run: what the page says, without a browser."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from html.parser import HTMLParser

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_usage import MissingPackage, NoCrate
from tests.support.hostile_project import HOSTILE
from tests.support.looked_at_project import start
from tests.support.paths import ROOT

pytestmark = pytest.mark.xdist_group("looked at")

MEGABYTES = 1_000_000


class Page(HTMLParser):
    """The texts of a page by the ids of its sections, its ids, addresses, and data."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.ids, self.tags = [], {}, set(), []
        self.feed(text)
        self.data = json.loads(self.texts["data"])

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.open.append((tag, attributes.get("id")))
        if "id" in attributes:
            assert attributes["id"] not in self.ids
            self.ids.add(attributes["id"])
        if tag in {"meta", "link", "br", "input"}:
            self.open.pop()

    def handle_endtag(self, tag):
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, name in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data

    def text(self, name):
        return re.sub(r"\s+", " ", self.texts[name])


def report(folder, capsys, *words, status=0):
    """Run the command in a folder; return what it printed."""
    assert main(["report", "-d", str(folder), *words]) == status
    return capsys.readouterr()


@pytest.fixture
def copy(project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(project, folder, symlinks=True)
    return folder


@pytest.fixture(scope="module")
def page(project, tmp_path_factory):
    file = tmp_path_factory.mktemp("report") / "page.html"
    assert main(["report", "-d", str(project), "-o", str(file)]) == 0
    return Page(file.read_text(encoding="utf-8"))


def test_the_file_is_beside_the_results_and_the_same_each_time(copy, capsys):
    said = report(copy, capsys)
    path = copy / "results" / "exp" / "report.html"
    assert said.out == f"{path}\n"
    first = path.read_bytes()
    assert 100_000 < len(first) < 2 * MEGABYTES
    report(copy, capsys, "exp")
    assert path.read_bytes() == first


def test_nothing_in_it_can_be_loaded_from_elsewhere(page):
    for tag, attributes in page.tags:
        assert "src" not in attributes
        assert tag not in {"iframe", "object", "embed", "img"}
        assert attributes.get("href", "#")[0] == "#" or attributes["href"] == "data:,"
    (policy,) = [a["content"] for _, a in page.tags if a.get("http-equiv")]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_links_lead_somewhere(page):
    anchors = {a["href"][1:] for tag, a in page.tags if tag == "a"}
    assert anchors <= page.ids
    assert {"verdicts", "results", "failures", "times", "context", "environment", "code"} <= anchors


def test_verdicts_say_what_they_rest_on(page, project):
    plan = json.loads((project / "workflow/experiments/exp/plan.json").read_text())
    (check,), trials = plan["verifications"], {trial["name"]: trial for trial in plan["trials"]}
    text = page.text("verdicts")
    assert f"check supports train {trials['train']['digest'][:12]}" in text
    assert check["digest"][:12] in text


def test_the_data_are_those_of_the_run(page):
    train, chain, plain, chance = page.data["trials"]
    values = dict(zip([c["name"] for c in train["columns"]], train["values"], strict=True))
    assert values["lr"] == [lr for lr in (0.1, 0.5, 1.0) for _ in range(4)]
    assert values["status"] == ["ok"] * 10 + ["failed"] * 2
    assert values["acc"][:4] == [1.0, 2.0, 1.0, 2.0]
    assert values["acc"][10:] == [None, None]
    assert chain["values"][0] == [1, 2, 3]
    assert plain["values"][2] == [1, 2, "nan"]
    roles = {column["name"]: column["role"] for column in chance["columns"]}
    assert (roles["cfg"], roles["cfg.lr"], roles["hash"]) == ("param", "param", "field")
    # JavaScript has no such integers.
    assert all(isinstance(value, str) for value in chance["values"][3])
    assert [figure["kind"] for figure in train["figures"]] == ["lines", "heat", "distribution"]


def test_failures_show_the_command_that_steps_into_them(page, project):
    text = page.text("failures")
    assert "train: 2 of 12 failed at exp.py:10 in fit" in text
    assert "ValueError: lr is too large" in text
    for seed in (0, 1):
        assert f"mlx repro train lr=1.0 model=tree seed={seed} -d {project}" in text
    assert "Traceback (most recent call last)" in text


def test_times_context_environment_and_code(page):
    names = {bar[2] for bar in page.data["bars"]}
    assert names == {"init", "train", "chain", "plain", "chance", "check"}
    assert len(page.data["runs"]) == 1
    assert "total6" in page.text("context")
    python = f"cpython {sys.version_info[0]}.{sys.version_info[1]}"
    assert f"Python of the jobs{python}" in page.text("environment")
    assert "Snakemake of this report9." in page.text("environment")
    code = page.text("code-train")
    assert "14 def train(lr, model, seed):" in code
    assert "8 def fit(lr, model):" in code
    assert "def plain" not in code


def test_the_environment_is_what_the_jobs_recorded(copy, capsys):
    """Not that of the report: the runs may be from another machine, or from an earlier commit."""
    first, *others = sorted((copy / "results/exp/runs/train").glob("*.json"))
    git = {"commit": "a" * 40, "dirty": True}
    for path, host in [(first, "far"), *((path, "away") for path in others)]:
        head, rest = path.read_text().split("\n", 1)
        record = json.loads(head.removesuffix(",") + "}")
        for made, _ in record["provenance"]:
            made.update({"host": host, "python": "3.10.77", "when": "2001-02-03T04:05:06Z"})
            made.update({"git": git} if host == "away" else {})
        path.write_text(f"{json.dumps(record)[:-1]},\n{rest}")
    report(copy, capsys)
    page = Page((copy / "results/exp/report.html").read_text(encoding="utf-8"))
    text = page.text("environment")
    # 12 combinations in jobs of 2, of which one is from far; 10 other runs of the experiment.
    assert "cpython 3.10.77 (12 runs)" in text
    assert "away (10 runs)" in text
    assert "far (2 runs)" in text
    assert f"Git commit of the code{'a' * 40}, with uncommitted changes" in text
    assert "Jobs started2001-02-03 04:05:06 UTC to 20" in text


def test_a_partial_run_is_a_partial_report(copy, capsys):
    shutil.rmtree(copy / "results")
    shutil.rmtree(copy / ".mlx" / "store")
    said = report(copy, capsys)
    assert "exp is not run: the report is partial" in said.err
    page = Page((copy / "results/exp/report.html").read_text(encoding="utf-8"))
    assert "0 of 12 combinations of train have a result" in page.text("partial")
    assert "check waiting" in page.text("verdicts")
    assert "It is known when everything has run" in page.text("context")
    assert "failures" not in page.ids


def test_it_says_that_the_experiment_was_edited(copy, capsys):
    with (copy / "exp.py").open("a") as file:
        file.write("\n# more\n")
    report(copy, capsys)
    page = Page((copy / "results/exp/report.html").read_text(encoding="utf-8"))
    assert "exp.py" in page.text("edited")


def test_texts_of_megabytes_are_cut(copy, capsys):
    """The page can still be opened; CSV, JSON and Parquet have them whole."""
    before = len(report(copy, capsys).out) and (copy / "results/exp/report.html").stat().st_size
    for path in (copy / "results/exp/runs/train").glob("*.json"):
        record = json.loads(path.read_text())
        for run in record["runs"]:
            if run["success"]:
                run["result"] = {"text": "x" * 3 * MEGABYTES, "list": ["y" * 3 * MEGABYTES]}
            else:
                run["error"] = "e" * 3 * MEGABYTES
                run["traceback"] = f"begin{'t' * 3 * MEGABYTES}end"
        path.write_text(json.dumps(record))
    report(copy, capsys)
    text = (copy / "results/exp/report.html").read_text(encoding="utf-8")
    assert len(text) < before + MEGABYTES
    page = Page(text)
    assert "begint" in page.texts["failures"]
    assert "tend" in page.texts["failures"]
    (trial,) = [trial for trial in page.data["trials"] if trial["name"] == "train"]
    assert {"x" * 9999 + "…"} == {
        value for values in trial["values"] for value in values if str(value)[:2] == "xx"
    }


def test_texts_stay_texts(hostile, capsys):
    report(hostile, capsys)
    page = Page((hostile / "results/exp/report.html").read_text(encoding="utf-8"))
    names = [tag for tag, _ in page.tags]
    assert names.count("script") == 4
    assert not {"img", "i", "b"} & (set(names) - {"b"})
    assert HOSTILE in page.texts["failures"]
    assert HOSTILE in page.texts["verdicts"]
    assert "<b>key" in page.texts["context"]
    (trial,) = page.data["trials"]
    assert trial["values"][0][:2] == [HOSTILE, "<!--"]
    assert "<i>field" in [column["name"] for column in trial["columns"]]


def test_without_its_packages_it_says_what_to_install(copy, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "itables", None)
    said = report(copy, capsys, status=1)
    assert f"{MissingPackage.code} mlx report needs itables" in said.err
    assert "pip install itables" in said.err
    assert not (copy / "results/exp/report.html").exists()


# ------------------------------------------------------------------ the crate


def validated(crate, cache):
    """Return what the validator says about a crate, and its exit code."""
    command = [sys.executable, "-m", "tests.support.crate_validation", str(crate), str(cache)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.slow
def test_the_crate_is_valid_and_complete(project, tmp_path, capsys):
    crate = tmp_path / "crate"
    assert report(project, capsys, "--crate", str(crate)).out == f"{crate}\n"
    assert validated(crate, tmp_path / "cache") == (0, "")
    entities = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    by_id = {each["@id"]: each for each in entities}
    named = {name for name, each in by_id.items() if "File" in str(each["@type"])}
    there = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()}
    assert there == {name.removeprefix("./") for name in named} | {"ro-crate-metadata.json"}
    for path in ("exp.py", "workflow/Snakefile", "results/exp/report.json"):
        assert (crate / path).read_bytes() == (project / path).read_bytes()
    run = by_id["#run"]
    assert run["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert run["startTime"] <= run["endTime"]
    made = {each["@id"] for each in run["result"]}
    assert {"results/exp/report.html", "results/exp/verify/check.json"} <= made
    # The validator finds faults.
    (crate / "workflow" / "Snakefile").unlink()
    code, said = validated(crate, tmp_path / "other cache")
    assert code == 1
    assert "Snakefile" in said or "ro-crate" in said


def test_a_crate_overwrites_a_crate_and_nothing_else(copy, capsys, tmp_path):
    crate = tmp_path / "crate"
    report(copy, capsys, "--crate", str(crate))
    (copy / "results/exp/verify/check.json").unlink()
    report(copy, capsys, "--crate", str(crate))
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    (run,) = [each for each in graph if each["@id"] == "#run"]
    assert run["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert run["error"] == "The experiment is not finished."
    said = report(copy, capsys, "--crate", str(copy / "workflow"), status=1)
    assert f"{NoCrate.code} this folder is not empty, and no crate" in said.err


# ------------------------------------------------------------------ snakemake --report


@pytest.mark.slow
def test_snakemake_reports_verdicts_tables_and_plots_in_categories(copy):
    start(copy, "snakemake", "--report", "r.html")
    text = (copy / "r.html").read_text(encoding="utf-8")
    found = {}
    for name in ("categories", "results"):
        begin = text.index(f'var {name} = {{"') + len(f"var {name} = ")
        found[name] = json.JSONDecoder().raw_decode(text, begin)[0]
    trials = ("chain", "chance", "plain", "train")
    pages = "results/exp/pages"
    files = {
        category: sorted(path for paths in groups.values() for path in paths)
        for category, groups in found["categories"].items()
    }
    assert files == {
        "Verdicts": [f"{pages}/verdicts.html"],
        "Results": [f"{pages}/tables/{name}.html" for name in trials],
        "Plots": [f"{pages}/plots/{name}.svg" for name in trials],
    }
    shown = found["results"]
    verdicts = shown[f"{pages}/verdicts.html"]
    assert (verdicts["labels"], verdicts["mime_type"]) == ({"experiment": "exp"}, "text/html")
    assert "what each verification says" in verdicts["caption"]
    table = shown[f"{pages}/tables/train.html"]
    assert table["labels"] == {"experiment": "exp", "trial": "train"}
    assert "lr is too large" in opened(table["data_uri"])
    plots = shown[f"{pages}/plots/train.svg"]
    assert plots["mime_type"] == "image/svg+xml"
    assert "acc by lr" in opened(plots["data_uri"])


def opened(address):
    """Return the text in a data URI."""
    with urllib.request.urlopen(address) as file:  # noqa: S310
        return file.read().decode("utf-8")
