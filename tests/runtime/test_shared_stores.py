"""A store that belongs to several users: what one of them stored is there for all, if their umasks allow it."""

from __future__ import annotations

import os
import re
import shutil
import sys

import pytest

from tests.support.handmade_bundles import Bundle
from tests.support.ordinary_rights import give_up_rights

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="gives files to another user"
)

TRACED = """
from mlx2smk import trial

@trial(1, {"n": [1, 2, 3]})
def t(n):
    return n * 10
"""
ANOTHER = 12345
"""A user; the group stays that of whoever runs the tests."""


def folder_of_a_user(place, store):
    """Return an experiment in a folder whose store is a link to the common one."""
    bundle = Bundle(place, TRACED).trial("t", {"n": [1, 2, 3]})
    (place / ".mlx").mkdir()
    (place / ".mlx" / "store").symlink_to(store)
    return bundle


def run_job(bundle, job, umask):
    """Run a job as an ordinary user; return its result, or what it said if it failed."""

    def as_user():
        os.umask(umask)
        give_up_rights()

    done = bundle.run_after(as_user, *bundle.trial_words("t", job), "--store", ".mlx/store")
    if done.returncode:
        return done.stderr
    (run,) = bundle.read(f"runs/t/{job}.json")["runs"]
    return run["result"]


def pack(bundle, umask):
    def as_user():
        os.umask(umask)
        give_up_rights()

    assert bundle.run_after(as_user, "pack-store", "--store", ".mlx/store").returncode == 0


def give_away(store):
    """Make another user of the same group the owner of all that is in the store."""
    for path in (store, *store.rglob("*")):
        shutil.chown(path, ANOTHER)


def contents(store):
    return {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}


@pytest.fixture(name="users")
def _users(tmp_path):
    store = tmp_path / "store"
    store.mkdir(0o775)
    store.chmod(0o775)
    users = [folder_of_a_user(tmp_path / name / "lab", store) for name in ("one", "two", "three")]
    return store, users


def test_users_whose_umask_lets_the_group_write(users):
    store, (one, two, three) = users
    assert run_job(one, "0", 0o002) == 10
    give_away(store)  # so that the next one is somebody else
    assert run_job(two, "1", 0o002) == 20
    pack(two, 0o002)
    give_away(store)
    assert run_job(three, "2", 0o002) == 30
    pack(three, 0o002)
    for bundle in (one, two, three):
        for job, value in (("0", 10), ("1", 20), ("2", 30)):
            assert run_job(bundle, job, 0o002) == value
    assert not list((store / "jobs").rglob("*"))  # none of these ran again


def test_users_who_keep_the_others_out(users):
    store, (one, two, _) = users
    assert run_job(one, "0", 0o022) == 10
    give_away(store)
    before = contents(store)
    said = run_job(two, "1", 0o022)
    assert re.fullmatch(r"mlx: \S*store/jobs/.*: Permission denied \(make it .*\)\n", said)
    assert contents(store) == before
    assert run_job(two, "0", 0o022) == 10  # it was found: storing it would fail, too
