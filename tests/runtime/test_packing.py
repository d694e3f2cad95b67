"""Segments and packs of the store, without any job: what is found, however they were cut, mixed or killed."""

import hashlib
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlx2smk.runtime import packing, packs
from mlx2smk.runtime.packs import lines_found, pack_paths
from mlx2smk.runtime.segments import Segment, entry_of, line_of
from mlx2smk.runtime.store import Store
from tests.support.paths import ROOT
from tests.support.stored_runs import files_of_runs, stored_lines

CODE = "c" * 64


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)


def key(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def run(value):
    return {"code": CODE, "run": {"success": True, "result": value}}


def lines(*values):
    return b"".join(line_of(key(value), run(value)) for value in values)


def segment(store, job="job"):
    return Segment(str(store / "jobs" / CODE[:16] / job))


def results(store, number, job="any", **options):
    """Return what a job finds of a combination."""
    found = Store(str(store), "exp/t", CODE, **options).candidates(key(number), f"runs/{job}.json")
    return [each.run["result"] for each in found]


def pack(store):
    packing.pack_all(str(store))


# ------------------------------------------------------------------ what is found


def test_a_job_finds_what_an_earlier_attempt_stored_and_another_one_when_it_is_packed(tmp_path):
    segment(tmp_path).append(lines(1, 2))
    assert results(tmp_path, 1, "job") == [1]
    assert results(tmp_path, 1, "other") == []
    assert results(tmp_path, 1, "other", unpacked=True) == [1]
    pack(tmp_path)
    assert [results(tmp_path, number, "other") for number in (1, 2, 3)] == [[1], [2], []]
    assert not (tmp_path / "jobs" / CODE[:16]).exists()


def test_an_attempt_never_writes_into_the_segment_of_another_one(tmp_path):
    for value in (1, 2, 3):
        segment(tmp_path).append(lines(value))
    assert [path.name for path in files_of_runs(tmp_path)] == ["job.0", "job.1", "job.2"]
    assert [results(tmp_path, value, "job") for value in (1, 2, 3)] == [[1], [2], [3]]


def observing(path, value):
    return {**run(value), "observed": {"files": {path: "digest"}}}


def test_runs_that_used_other_files_stay_and_others_are_replaced(tmp_path):
    for value, path in enumerate(("a", "b", "a", "c")):
        segment(tmp_path).append(line_of(key(0), observing(path, value)))
    assert results(tmp_path, 0, "job") == [3, 2, 1]
    pack(tmp_path)
    assert results(tmp_path, 0) == [3, 2, 1]
    assert [line.entry["run"]["result"] for line in stored_lines(tmp_path)] == [1, 2, 3]
    segment(tmp_path).append(line_of(key(0), observing("b", 4)))
    assert results(tmp_path, 0, "job") == [4, 3, 2]
    pack(tmp_path)
    assert results(tmp_path, 0) == [4, 3, 2]


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 5000])
def test_every_key_of_a_pack_is_found_and_no_other(tmp_path, count):
    for first in range(0, count, 100):
        segment(tmp_path, str(first)).append(lines(*range(first, min(first + 100, count))))
    pack(tmp_path)
    paths = pack_paths(str(tmp_path / "runs" / CODE[:16]))
    assert len(paths) == 1
    for number in range(count):
        (line,) = lines_found(paths, key(number))
        assert entry_of(line) == run(number)
    for number in range(count, count + 500):
        assert list(lines_found(paths, key(number))) == []


@pytest.mark.parametrize("numbers", [range(300), range(0, 2**128, 2**122), [5] * 300])
def test_keys_that_are_not_evenly_spread(tmp_path, numbers):
    names = [f"{number:032x}{0:032x}" for number in numbers]
    text = b"".join(line_of(name, observing(str(at), at)) for at, name in enumerate(names))
    segment(tmp_path).append(text)
    pack(tmp_path)
    paths = pack_paths(str(tmp_path / "runs" / CODE[:16]))
    for name in names:
        assert len(list(lines_found(paths, name))) == names.count(name)
    assert list(lines_found(paths, "f" * 64)) == []
    assert list(lines_found(paths, f"{1000:032x}{0:032x}")) == []


def test_a_look_up_reads_little_of_a_large_pack(tmp_path, monkeypatch):
    for first in range(0, 100_000, 10_000):
        segment(tmp_path, str(first)).append(lines(*range(first, first + 10_000)))
    pack(tmp_path)
    (path,) = pack_paths(str(tmp_path / "runs" / CODE[:16]))
    read = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda *args: read.append(pread(*args)) or read[-1])
    for number in range(500):
        assert list(lines_found([path], key(number)))
    assert Path(path).stat().st_size > 20_000_000
    assert len(read) / 500 < 8
    assert sum(map(len, read)) / 500 < 10_000


def test_packs_stay_few(tmp_path):
    """However small what is added each time, no run is copied often and there are few files."""
    copied = 0
    for number in range(100):
        before = {path: path.stat().st_size for path in files_of_runs(tmp_path)}
        segment(tmp_path, str(number)).append(lines(number))
        pack(tmp_path)
        copied += sum(path.stat().st_size for path in files_of_runs(tmp_path) if path not in before)
        assert len(files_of_runs(tmp_path)) <= 8
    assert copied < 10 * sum(path.stat().st_size for path in files_of_runs(tmp_path))
    assert all(results(tmp_path, number) == [number] for number in range(100))


def test_large_packs_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "LARGE_PACK", 1000)
    for first in range(0, 40, 10):
        segment(tmp_path).append(lines(*range(first, first + 10)))
        pack(tmp_path)
    assert len(files_of_runs(tmp_path)) == 4
    packing.repack(str(tmp_path), CODE[:16])
    assert len(files_of_runs(tmp_path)) == 1
    assert all(results(tmp_path, number) == [number] for number in range(40))


# ------------------------------------------------------------------ what was damaged


def test_a_line_that_is_cut_anywhere_is_none(tmp_path):
    whole = lines(1)
    for length in range(len(whole)):
        assert entry_of(whole[:length]) is None
    segment(tmp_path).append(lines(1, 2)[:-1])  # killed before the last byte
    segment(tmp_path).append(lines(3))
    assert [results(tmp_path, value, "job") for value in (1, 2, 3)] == [[1], [], [3]]
    pack(tmp_path)
    assert [results(tmp_path, value) for value in (1, 2, 3)] == [[1], [], [3]]


INDEX = 200 * 32


def damages(data):
    """Yield damaged versions of a pack, with what they are, and whether it shows that they have no index."""
    index = data.rindex(packs.FOOTER_START)
    yield "without footer", data[:index], True
    yield "cut in the index", data[: index - 100], True
    yield "without index", data[: index - INDEX], True
    yield "index too early", data[:-17] + b"%016x\n" % 1, True
    yield "index far away", data[:-17] + b"%016x\n" % (10 * len(data)), True
    yield "no number", data[:-17] + b"x" * 17, True
    yield "shifted", data[:500] + b" " + data[500:], True
    yield "zeros", data[: index - 3000] + bytes(3000) + data[index:], False
    yield "backwards", data[: index - 3200] + data[index - 3200 : index][::-1] + data[index:], False
    yield "points far away", data[: index - INDEX] + b"\xff" * INDEX + data[index:], False


def test_a_damaged_index_gives_nothing_wrong_and_is_made_again(tmp_path):
    segment(tmp_path).append(lines(*range(200)))
    pack(tmp_path)
    (path,) = files_of_runs(tmp_path)
    data = path.read_bytes()
    for what, damaged, shows in damages(data):
        path.write_bytes(damaged)
        found = [results(tmp_path, number) for number in range(200)]
        assert all(each in ([], [number]) for number, each in enumerate(found)), what
        assert found.count([]) <= (1 if shows else 200), what
    path.write_bytes(b"")
    assert results(tmp_path, 1) == []
    path.write_bytes(data[: data.rindex(packs.FOOTER_START) - 100])
    packing.repack(str(tmp_path), CODE[:16])
    (path,) = files_of_runs(tmp_path)
    assert path.read_bytes() == data


# ------------------------------------------------------------------ several processes, and those that end

START = f"""
import hashlib, itertools, sys, time
sys.path.insert(0, {str(ROOT)!r})
from mlx2smk.runtime import packing
from mlx2smk.runtime.segments import Segment, line_of
store, job, first = sys.argv[1:]
"""
WRITER = f"""
writer = Segment(f"{{store}}/jobs/{CODE[:16]}/{{job}}")
for number in itertools.count(int(first)):
    entry = {{"code": {CODE!r}, "run": {{"success": True, "result": number}}}}
    writer.append(line_of(hashlib.sha256(str(number).encode()).hexdigest(), entry))
    print(number, flush=True)
"""
PACKER = """
while True:
    packing.pack_all(store)
    time.sleep(0.001)
"""


@contextmanager
def running(program, store, job="", first=0):
    words = [sys.executable, "-c", START + program, str(store), job, str(first)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_killed_writers_and_packers_lose_nothing(tmp_path):
    """Two packers work while two writers write, one of them after an earlier attempt; all are killed."""
    segment(tmp_path, "first").append(lines(-1)[:-5])
    said = []
    with (
        running(PACKER, tmp_path),
        running(PACKER, tmp_path),
        running(WRITER, tmp_path, "first", 0) as one,
        running(WRITER, tmp_path, "second", 1_000_000) as other,
    ):
        said += [writer.stdout.readline() for _ in range(100) for writer in (one, other)]
        one.kill()
        other.kill()
        said += [*one.stdout, *other.stdout]
    stored = [int(number) for number in said if number.endswith("\n")]
    assert len(stored) >= 200
    there = [results(tmp_path, number, unpacked=True) == [number] for number in stored]
    # A writer may have been between opening and writing when a packer looked for the last time.
    assert there.count(False) <= 2
    pack(tmp_path)
    assert not (tmp_path / "jobs" / CODE[:16]).exists()
    assert [results(tmp_path, number) == [number] for number in stored] == there


def test_a_writer_whose_segment_was_packed_makes_another_one(tmp_path):
    writer = segment(tmp_path)
    for number in range(3):
        writer.append(lines(number))
        pack(tmp_path)
    assert all(results(tmp_path, number) == [number] for number in range(3))


def test_what_is_added_while_it_is_packed_stays(tmp_path, monkeypatch):
    writer = segment(tmp_path)
    writer.append(lines(1))
    write = packing.records.replace

    def replace(*args):
        write(*args)
        writer.append(lines(2))

    monkeypatch.setattr(packing.records, "replace", replace)
    pack(tmp_path)
    assert (tmp_path / "jobs" / CODE[:16] / "job.0").read_bytes() == lines(1, 2)
    assert [results(tmp_path, number, "job") for number in (1, 2)] == [[1], [2]]


@pytest.mark.parametrize("loser", [0, 1])
def test_two_that_pack_at_the_same_time(tmp_path, monkeypatch, loser):
    """The second one has read everything before the first one removes it, or only some of it."""
    for job in ("a", "b"):
        segment(tmp_path, job).append(lines(job))
    write = packing.records.replace

    def replace(*args):
        monkeypatch.setattr(packing.records, "replace", write)
        if loser:
            segment(tmp_path, "c").append(lines("c"))
        pack(tmp_path)
        write(*args)

    monkeypatch.setattr(packing.records, "replace", replace)
    pack(tmp_path)
    monkeypatch.setattr(packing.records, "replace", write)
    wanted = ["a", "b", "c"][: 2 + loser]
    assert [results(tmp_path, job) for job in wanted] == [[job] for job in wanted]
    packing.repack(str(tmp_path), CODE[:16])
    assert sorted(line.entry["run"]["result"] for line in stored_lines(tmp_path)) == wanted


def limited(bytes_of_a_file, then):
    """Do something in a process that cannot write larger files; return whether it raised OSError."""
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_of_a_file, bytes_of_a_file))
        try:
            then()
        except OSError:
            os._exit(1)
        os._exit(0)
    return bool(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def test_a_full_disk(tmp_path):
    """What was written in part is none; what comes afterwards goes elsewhere; segments stay."""
    writer = segment(tmp_path)

    def write():
        try:
            writer.append(lines(1) + lines(2))
        finally:
            writer.append(lines(3))

    assert limited(len(lines(1, 2)) - 10, write)
    assert [results(tmp_path, number, "job") for number in (1, 2, 3)] == [[1], [], [3]]
    before = files_of_runs(tmp_path)
    assert not limited(10, lambda: pack(tmp_path))
    assert files_of_runs(tmp_path) == before
    assert not list(tmp_path.rglob("*.tmp"))
    pack(tmp_path)
    assert [results(tmp_path, number) for number in (1, 2, 3)] == [[1], [], [3]]
