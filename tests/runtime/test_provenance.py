"""When, where and from which commit runs were made: as git says, and what cannot be found is left out."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from mlx2smk.runtime import provenance
from mlx2smk.runtime.workflow import checked_out
from mlx2smk.runtime.workflow.compiled import CompiledFolder

PLAN = {"folder": "../../..", "file": "exp.py", "setups": [], "trials": [], "verifications": []}
PLAN |= {"file_digest": "0" * 64}
WHO = ["-c", "user.name=n", "-c", "user.email=e"]


def git(folder, *words):
    command = ["git", "-C", str(folder), *WHO, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with an experiment in a folder, committed; the working directory is that folder."""
    folder = tmp_path / "näh me" / "exps"
    base = folder / "workflow" / "experiments" / "exp"
    base.mkdir(parents=True)
    (base / "plan.json").write_text(json.dumps(PLAN))
    (folder / "exp.py").write_text("1")
    (folder / "other.txt").write_text("1")
    git(folder.parent, "init", "-q")
    git(folder.parent, "add", "exps/exp.py", "exps/other.txt")
    git(folder.parent, "commit", "-qm", "first")
    monkeypatch.chdir(folder)
    monkeypatch.delenv(provenance.COMMITS, raising=False)
    return folder


def told(folder):
    checked_out.tell_jobs(CompiledFolder(folder / "workflow"))
    return provenance.commit_of("exp")


def test_a_clean_checkout_in_which_results_and_a_bundle_lie(repository):
    (repository / "results").mkdir()
    (repository / "results" / "x.json").write_text("1")
    head = git(repository, "rev-parse", "HEAD")
    assert told(repository) == {"commit": head, "dirty": False}


def test_what_runs_write_does_not_count_even_if_it_is_committed(repository):
    (repository / "results").mkdir()
    (repository / "results" / "x.json").write_text("1")
    git(repository, "add", "-f", "results/x.json")
    git(repository, "commit", "-qm", "results")
    (repository / "results" / "x.json").write_text("2")
    assert told(repository)["dirty"] is False


def test_an_edited_file_anywhere_makes_it_dirty(repository):
    (repository / "other.txt").write_text("2")
    assert told(repository)["dirty"] is True


def test_an_untracked_file_counts_only_if_it_is_the_experiment(repository):
    (repository / "notes.txt").write_text("1")
    assert told(repository)["dirty"] is False
    git(repository, "rm", "-q", "--cached", "exp.py")
    git(repository, "commit", "-qm", "without")
    assert told(repository)["dirty"] is True


def test_a_folder_that_is_not_in_the_repository_yet(repository):
    git(repository, "rm", "-rq", "--cached", ".")
    git(repository, "commit", "-qm", "without")
    assert told(repository)["dirty"] is True


def test_nothing_is_said_without_a_commit_a_repository_or_git(repository, tmp_path, monkeypatch):
    (repository.parent / ".git").rename(tmp_path / "git")
    assert told(repository) is None
    git(repository.parent, "init", "-q")  # without any commit
    assert told(repository) is None
    (repository.parent / ".git" / "HEAD").write_text("broken")
    assert told(repository) is None
    (repository.parent / ".git" / "HEAD").unlink()
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    assert told(repository) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exp": 1}', '{"exp": {"commit": "a"}}', "null"])
def test_what_is_handed_to_jobs_may_be_anything(text, monkeypatch):
    monkeypatch.setenv(provenance.COMMITS, text)
    assert provenance.commit_of("exp") is None


def test_provenance_of_this_process(monkeypatch):
    monkeypatch.setenv(provenance.COMMITS, '{"exp": {"commit": "abc", "dirty": true}}')
    found = provenance.of_process("exp")
    assert found["git"] == {"commit": "abc", "dirty": True}
    assert found["host"] == os.uname().nodename
    assert "git" not in provenance.of_process("other")


def test_runs_share_what_they_have_in_common():
    a, b = {"when": "1"}, {"when": "2"}
    groups = provenance.of_runs([a, b, a, {}])
    assert groups == [(a, [0, 2]), (b, [1])]
    assert [provenance.of_run(groups, number) for number in range(4)] == [a, b, a, {}]
