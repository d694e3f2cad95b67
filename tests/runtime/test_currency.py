"""Whether what hand-made observations hold is as it was, and what jobs are scheduled for."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from mlx2smk.runtime.contents import PART, SAMPLES, Contents
from mlx2smk.runtime.currency import Surroundings
from mlx2smk.runtime.makers import Makers
from mlx2smk.runtime.observed import CHANGED
from mlx2smk.runtime.packages import Installed

if TYPE_CHECKING:
    from pathlib import Path

Observation = dict[str, Any]
Run = tuple[int, int]

FIRST, SECOND, THIRD = (0, 0), (1, 0), (2, 0)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Place:
    """A folder, and the runs that have left observations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: dict[Run, Observation] = {}
        self.chained: frozenset[int] = frozenset()
        self.installed: Installed | None = Installed([])
        self.variables: dict[str, str] = {}
        self.skipped: tuple[str, ...] = ()

    def file(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def changes(self, run: Run, observation: Observation | None = None) -> list[tuple[str, str]]:
        """Return kinds and names of what is not as it was when the run ended."""
        makers = Makers(self.chained)
        for maker, made in self.runs.items():
            makers.add(maker, made)
        there = Surroundings(
            str(self.folder), Contents(), lambda: makers, lambda: self.installed, self.skipped
        )
        there.variables = self.variables
        seen = self.runs[run] if observation is None else observation
        return [(change.kind, change.name) for change in there.changes(seen, run)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def made(**files: str) -> Observation:
    return {"made": {name: sha(text) for name, text in files.items()}}


def read(**files: str) -> Observation:
    return {"files": {name: sha(text) for name, text in files.items()}}


def test_what_a_run_alone_made_has_to_be_there_as_it_left_it(place):
    place.runs = {FIRST: made(f="a")}
    assert place.changes(FIRST) == [("made", "f")]
    place.file("f", "b")
    assert place.changes(FIRST) == [("made", "f")]
    place.file("f", "a")
    assert place.changes(FIRST) == []


def test_what_several_runs_write_is_nobody_s(place):
    place.runs = {FIRST: made(f="a"), SECOND: made(f="b")}
    place.file("f", "b")
    assert place.changes(FIRST) == place.changes(SECOND) == []


@pytest.mark.parametrize(("now", "stale"), [("a", False), ("b", True), (None, True)])
def test_a_file_that_nobody_makes_counts_by_its_content(place, now, stale):
    if now is not None:
        place.file("f", now)
    assert place.changes(FIRST, read(f="a")) == ([("files", "f")] if stale else [])


def test_touching_changes_nothing_and_setting_times_back_hides_nothing(place):
    place.file("f", "a")
    before = (place.folder / "f").stat()
    os.utime(place.folder / "f", (1, 1))
    assert place.changes(FIRST, read(f="a")) == []
    place.file("f", "b")
    os.utime(place.folder / "f", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert place.changes(FIRST, read(f="a")) == [("files", "f")]


def test_an_older_file_moved_in_its_place_counts(place):
    place.file("f", "a")
    place.file("old", "b")
    os.utime(place.folder / "old", (1, 1))
    (place.folder / "old").replace(place.folder / "f")
    assert place.changes(FIRST, read(f="a")) == [("files", "f")]


def test_a_file_that_changed_while_it_was_read_is_never_current(place):
    place.file("f", "a")
    assert place.changes(FIRST, {"files": {"f": CHANGED}}) == [("files", "f")]


def test_a_reader_follows_what_the_writer_before_it_left(place):
    place.runs = {FIRST: made(f="b"), SECOND: read(f="a")}
    place.file("f", "b")
    assert place.changes(SECOND) == [("files", "f")]


def test_what_a_later_run_leaves_is_not_what_an_earlier_one_read(place):
    place.runs = {FIRST: made(f="a"), SECOND: read(f="a"), THIRD: made(f="b")}
    place.file("f", "b")
    assert place.changes(SECOND) == []
    place.file("f", "edited")
    assert place.changes(SECOND) == [("files", "f")]


@pytest.mark.parametrize("chained", [False, True])
def test_siblings_of_a_chain_are_before_each_other_and_others_are_not(place, chained):
    place.chained = frozenset({1} if chained else ())
    place.runs = {(1, 0): made(f="b"), (1, 1): read(f="a")}
    place.file("f", "b")
    assert place.changes((1, 1)) == ([("files", "f")] if chained else [])


@pytest.mark.parametrize(
    ("maker", "stale"), [(None, True), (FIRST, True), (SECOND, False), (THIRD, False)]
)
def test_names_in_folders_count_unless_they_are_made_later(place, maker, stale):
    place.file("d/f", "a")
    place.file("d/g", "a")
    if maker is not None:
        place.runs[maker] = {"made": {"d/g": sha("a")}}
    assert place.changes(SECOND, {"folders": {"d": ["f"]}}) == ([("folders", "d")] if stale else [])
    assert place.changes(SECOND, {"kinds": {"d/g": None}}) == ([("kinds", "d/g")] if stale else [])


def test_names_that_are_gone_count(place):
    place.file("d/f", "a")
    assert place.changes(FIRST, {"folders": {"d": ["f", "g"]}}) == [("folders", "d")]
    assert place.changes(FIRST, {"folders": {"e": []}}) == [("folders", "e")]


@pytest.mark.parametrize("was", ["f", "d", None])
@pytest.mark.parametrize("now", ["f", "d", None])
def test_kinds(place, was, now):
    if now == "f":
        place.file("x", "")
    elif now == "d":
        (place.folder / "x").mkdir()
    assert place.changes(FIRST, {"kinds": {"x": was}}) == ([] if was == now else [("kinds", "x")])


@pytest.mark.parametrize("was", ["1", "", None])
@pytest.mark.parametrize("now", ["1", "", None])
def test_variables(place, was, now):
    if now is not None:
        place.variables = {"V": now}
    seen = {"variables": {"V": None if was is None else sha(was)}}
    assert place.changes(FIRST, seen) == ([] if was == now else [("variables", "V")])


def install(place: Place, *names: str) -> None:
    """Leave what installers leave in a folder of packages."""
    packages = place.folder / "site-packages"
    for name in names:
        (packages / name).mkdir(parents=True)
    place.installed = Installed([str(packages)])


@pytest.mark.parametrize(
    ("names", "stale"),
    [(["p-1.dist-info"], False), (["p-2.dist-info"], True), ([], True), (None, False)],
)
def test_packages(place, names, stale):
    install(place, *names or [])
    if names is None:
        place.installed = None
    found = place.changes(FIRST, {"packages": {"module": ["p", "1"]}})
    assert found == ([("packages", "p")] if stale else [])


@pytest.mark.parametrize(
    "name", ["m", "m.py", "m.cpython-311-x86_64-linux-gnu.so", "m-1.dist-info"]
)
def test_a_module_that_was_missing_is_installed(place, name):
    install(place, "n", "mm.py")
    assert place.changes(FIRST, {"missing": ["m"]}) == []
    install(place, name)
    assert place.changes(FIRST, {"missing": ["m"]}) == [("missing", "m")]


@pytest.mark.parametrize("name", ["m.py", "m/__init__.py"])
def test_a_module_that_was_missing_lies_beside_the_experiment(place, name):
    place.installed = None
    place.file("other.py", "")
    assert place.changes(FIRST, {"missing": ["m"]}) == []
    place.file(name, "")
    assert place.changes(FIRST, {"missing": ["m"]}) == [("missing", "m")]


def test_skipped_paths_are_not_looked_at(place):
    place.skipped = ("elsewhere/",)
    seen = {"elsewhere/f": sha("a")}
    assert place.changes(FIRST, {"files": seen, "made": seen}) == []


def test_large_files_go_by_size_and_parts(tmp_path):
    path = tmp_path / "f"
    data = bytearray((SAMPLES + 16) * PART)
    path.write_bytes(data)
    first = Contents(large=len(data)).digest(str(path))
    assert first != Contents(large=len(data) + 1).digest(str(path))
    data[0] = 1
    path.write_bytes(data)
    second = Contents(large=len(data)).digest(str(path))
    path.write_bytes(data + b"\0")
    third = Contents(large=len(data)).digest(str(path))
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("settled", [False, True])
def test_only_settled_times_are_trusted_on_disk(tmp_path, settled):
    path, kept = tmp_path / "f", tmp_path / "digests"
    path.write_bytes(b"a" * (1 << 18))
    if settled:
        time.sleep(2.1)
    assert Contents(str(kept)).digest(str(path)) == sha("a" * (1 << 18))
    assert kept.is_dir() is settled
    path.write_bytes(b"b" * (1 << 18))
    assert Contents(str(kept)).digest(str(path)) == sha("b" * (1 << 18))
