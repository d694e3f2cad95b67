from __future__ import annotations

import os
import threading
from time import time_ns

import pytest

from tests.support.handmade_bundles import Bundle
from tests.support.stored_runs import files_of_runs, in_earlier_format, stored_lines

COUNTING = """
import os
def t(n, m=0):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        file.write(f"{n!r} ")
    if n == "bad":
        raise ValueError
    if n == "die":
        os.kill(os.getppid(), 9)
    return [n, SETUP.get("key"), {"context_update": 0} and None]
"""


def make(folder, values=(1, 2, 3), batch=3, **changes):
    bundle = Bundle(folder, COUNTING).trial("t", {"n": list(values)}, batch=batch, **changes)
    bundle.environment["MLX_TEST_TRACE"] = str(folder / "ran")
    return bundle


def run(bundle, context=None, job="0", status=0):
    bundle.run(*bundle.trial_words("t", job, context), "--store", "store", status=status)
    return None if status else bundle.read(f"runs/t/{job}.json")


def ran(bundle):
    """Return what ran since it was last asked."""
    path = bundle.folder / "ran"
    text = path.read_text() if path.exists() else ""
    path.unlink(missing_ok=True)
    return text.split()


def lines(bundle):
    return stored_lines(bundle.folder / "store")


def files(bundle):
    return files_of_runs(bundle.folder / "store")


def pack(bundle):
    bundle.run("pack-store", "--store", "store")


def test_what_is_stored_does_not_run_again(tmp_path):
    bundle = make(tmp_path)
    first = run(bundle)
    assert ran(bundle) == ["1", "2", "3"]
    again = run(bundle)
    assert ran(bundle) == []
    assert (first.pop("from_store"), again.pop("from_store")) == ("", "0-2")
    assert again == first
    assert len(set(first["keys"])) == 3
    assert [line.key for line in lines(bundle)] == first["keys"]
    assert len(files(bundle)) == 1


def test_failures_are_not_stored(tmp_path):
    bundle = make(tmp_path, ["bad", 1])
    run(bundle)
    assert ran(bundle) == ["'bad'", "1"]
    run(bundle)
    assert ran(bundle) == ["'bad'"]


def test_finished_ones_are_kept_when_the_job_dies(tmp_path):
    bundle = make(tmp_path, [1, 2, "die", 3], batch=4)
    run(bundle, status=137)
    assert ran(bundle) == ["1", "2", "'die'"]
    assert len(lines(bundle)) == 2


@pytest.mark.parametrize("jobs", [1, 3])
def test_other_batches_find_the_same(tmp_path, jobs):
    bundle = make(tmp_path)
    run(bundle)
    ran(bundle)
    bundle.plan["trials"] = []
    bundle.trial("t", {"n": [3, 2, 1, 4]}, batch=jobs)
    run(bundle)
    assert ran(bundle) == []


def edits(bundle):
    trial = bundle.plan["trials"][0]
    return {
        "digest": lambda: trial.update(digest="edited"),
        "experiment": lambda: bundle.plan.update(source="other.py"),
        "type": lambda: trial.update(parameters=[["n", ["1.0", "'2'", "True"]]]),
        "name": lambda: trial.update(parameters=[["m", ["1"]], ["n", ["1", "2", "3"]]]),
        "input": lambda: (bundle.folder / "data" / "b").write_text("new"),
        "no input": (bundle.folder / "data" / "b").unlink,
    }


@pytest.mark.parametrize("edit", ["digest", "experiment", "type", "name", "input", "no input"])
def test_what_a_run_depends_on_is_in_its_key(tmp_path, edit):
    bundle = make(tmp_path, inputs=["data", "gone"])
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "b").write_text("old")
    run(bundle)
    ran(bundle)
    run(bundle)
    assert ran(bundle) == []
    edits(bundle)[edit]()
    run(bundle)
    assert len(ran(bundle)) == 3


def test_context_in_the_key(tmp_path):
    bundle = make(tmp_path)
    run(bundle, {"key": 1, "other": 1})
    ran(bundle)
    run(bundle, {"other": 1, "key": 1})
    assert ran(bundle) == []
    assert run(bundle, {"key": 2, "other": 1})["runs"][0]["result"] == [1, 2, None]
    assert len(ran(bundle)) == 3


def test_only_what_is_read_of_the_context_is_in_the_key(tmp_path):
    bundle = make(tmp_path, reads=["key"])
    run(bundle, {"key": 1, "other": 1})
    ran(bundle)
    run(bundle, {"key": 1, "other": 2})
    assert ran(bundle) == []


def test_equal_combinations_each_run(tmp_path):
    bundle = make(tmp_path, [1, 1])
    run(bundle)
    assert ran(bundle) == ["1", "1"]
    run(bundle)
    assert ran(bundle) == []


PACKED = pytest.mark.parametrize("packed", [False, True], ids=["as written", "packed"])


@PACKED
@pytest.mark.parametrize("cut", [1, 2, 100, 200, "all"])
def test_what_was_cut_short_runs_again(tmp_path, cut, packed):
    """A line that ends too early, as when the process was killed while it wrote; the others count."""
    bundle = make(tmp_path)
    first = run(bundle)
    ran(bundle)
    *_, last = lines(bundle)
    data = last.path.read_bytes()
    last.path.write_bytes(data[: last.start] if cut == "all" else data[:-cut])
    if packed:
        pack(bundle)
    again = run(bundle)
    assert ran(bundle) == ["3"]
    assert again["runs"][:2] == first["runs"][:2]
    pack(bundle)
    run(bundle)
    assert ran(bundle) == []


@PACKED
def test_any_changed_byte_makes_a_run_not_count(tmp_path, packed):
    bundle = make(tmp_path, ["one", "two", "three"])
    first = run(bundle)
    ran(bundle)
    if packed:
        pack(bundle)
    second = lines(bundle)[1]
    whole = second.path.read_bytes()
    for place in (0, 63, 70, 90, 160, *range(second.start + 170, second.end, 89)):
        at = place if place > second.start else second.start + place
        second.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        again = run(bundle)
        assert ran(bundle) == ["'two'"], at
        assert [found["result"] for found in again["runs"]] == [
            found["result"] for found in first["runs"]
        ]
        for path in files(bundle):  # what it stored now
            if path != second.path:
                path.unlink()


@pytest.mark.parametrize(
    ("old", "new"), [('"result": [2', '"result": [0'), ('"success": true', '"success":false')]
)
@PACKED
def test_edited_runs_are_ignored(tmp_path, old, new, packed):
    bundle = make(tmp_path)
    run(bundle)
    ran(bundle)
    if packed:
        pack(bundle)
    lines(bundle)[1].change(old, new)
    run(bundle)
    assert ran(bundle) == ["2"]


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_forced_trials_ignore_what_was_stored_before(tmp_path, hours):
    """Whatever times the records have: a clock may have been wrong."""
    bundle = make(tmp_path, [1])
    marker = tmp_path / "store" / "forced" / "exp" / "t"
    marker.parent.mkdir(parents=True)
    for word in ("first", "second"):
        run(bundle)
        ran(bundle)
        time = time_ns() + hours * 3600 * 10**9
        os.utime(files(bundle)[-1], ns=(time, time))
        run(bundle)
        assert ran(bundle) == []
        marker.write_text(word)
        run(bundle)
        assert ran(bundle) == ["1"]


def test_chain_goes_on_from_stored_updates(tmp_path):
    source = """
    def t(n):
        open("ran", "a").write(f"{n} ")
        return {"seen": SETUP.get("last"), "context_update": {"last": n}}
    """
    bundle = Bundle(tmp_path, source).trial("t", {"n": [1, 2]}, batch=2, chained=True)
    run(bundle, {})
    ran(bundle)
    bundle.plan["trials"][0]["parameters"] = [["n", ["1", "3"]]]
    record = run(bundle, {})
    assert ran(bundle) == ["3"]
    assert record["runs"][1]["result"]["seen"] == 1
    assert record["state"] == {"last": 3}


def test_what_an_earlier_version_stored_is_found(tmp_path):
    bundle = make(tmp_path, [1, "bad", 2])
    first = run(bundle)
    in_earlier_format(tmp_path / "store")
    ran(bundle)
    bundle.plan["trials"] = []
    bundle.trial("t", {"n": [2, "bad", 3, 1]}, jobs=["other 0 4 t-other"])
    again = run(bundle, job="other")
    assert ran(bundle) == ["3"]
    assert [found["params"]["n"] for found in again["runs"]] == [2, "bad", 3, 1]
    assert again["runs"][0]["duration"] == first["runs"][2]["duration"]
    (loose,) = (tmp_path / "store").glob(f"{first['keys'][2][:2]}/{first['keys'][2][2:]}.json")
    loose.write_text(loose.read_text().replace('"result": [2', '"result": [0'))
    assert run(bundle, job="other")["runs"][0]["result"] == [2, None, None]
    assert ran(bundle) == ["2", "'bad'"]


def test_two_at_once(tmp_path):
    bundle = make(tmp_path, list(range(20)), batch=20)
    words = [*bundle.trial_words("t", "0", {}), "--store", "store"]
    threads = [threading.Thread(target=bundle.run, args=words) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ran(bundle)
    run(bundle)
    assert ran(bundle) == []
    assert len(files(bundle)) == 2
    pack(bundle)
    (packed,) = files(bundle)
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == [packed]
    assert len(lines(bundle)) == 20
    run(bundle)
    assert ran(bundle) == []
    assert files(bundle) == [packed]


# ------------------------------------------------------------------ failures


def one_a_job(folder):
    """Run three combinations, one of which fails, in a job each; return the bundle."""
    bundle = make(folder, [1, "bad", 2], batch=1)
    for job in ("0", "1", "2"):
        run(bundle, job=job)
    assert ran(bundle) == ["1", "'bad'", "2"]
    return bundle


def in_one_job(bundle):
    """Plan another batch; when Snakemake starts, it packs what is there."""
    pack(bundle)
    bundle.plan["trials"] = []
    bundle.trial("t", {"n": [1, "bad", 2]}, batch=3)


def test_a_failure_does_not_run_again_in_another_job(tmp_path):
    bundle = one_a_job(tmp_path)
    before = bundle.read("runs/t/1.json")["runs"]
    in_one_job(bundle)
    after = run(bundle)["runs"]
    assert ran(bundle) == []
    assert [one["success"] for one in after] == [True, False, True]
    assert [{**after[1], "log": ""}] == [{**one, "log": ""} for one in before]


def forgotten(bundle):
    (bundle.folder / "runs/t/1.json").unlink()


def torn(bundle):
    (bundle.folder / "runs/t/1.json").write_text("{")


def replaced(bundle):
    """Have another version of the code run in the job since."""
    digest = bundle.plan["trials"][0]["digest"]
    bundle.plan["trials"][0]["digest"] = "edited"
    run(bundle, job="1")
    bundle.plan["trials"][0]["digest"] = digest
    ran(bundle)


@pytest.mark.parametrize("happens", [forgotten, torn, replaced])
def test_it_does_when_its_record_is_gone(tmp_path, happens):
    bundle = one_a_job(tmp_path)
    happens(bundle)
    in_one_job(bundle)
    run(bundle)
    assert ran(bundle) == ["'bad'"]


READING = """
import os
def t(n):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        file.write(f"{n!r} ")
    with open("data.txt") as file:
        return file.read()
"""


def test_a_failure_without_a_file_leaves_what_there_was_with_it(tmp_path):
    bundle = Bundle(tmp_path, READING).trial("t", {"n": [1]}, batch=1)
    bundle.environment["MLX_TEST_TRACE"] = str(tmp_path / "ran")
    data = tmp_path / "data.txt"
    data.write_text("one")
    assert run(bundle)["runs"][0]["result"] == "one"
    data.unlink()
    assert run(bundle)["runs"][0]["type"] == "FileNotFoundError"
    data.write_text("one")
    assert run(bundle)["runs"][0]["result"] == "one"
    assert ran(bundle) == ["1", "1"]


def test_it_is_found_where_it_went(tmp_path):
    bundle = one_a_job(tmp_path)
    in_one_job(bundle)
    run(bundle)
    forgotten(bundle)
    pack(bundle)
    bundle.plan["trials"] = []
    bundle.trial("t", {"n": [1, 2, "bad"]}, batch=1)
    run(bundle, job="2")
    assert ran(bundle) == []


# ------------------------------------------------------------------ logs

TALKING = """
import os
def t(n):
    os.write(1, b"out \\xff %d\\n" % n)
    if n == 3:
        os.write(2, b"x" * 3_000_000)
"""


def test_what_was_printed_comes_back_with_the_run(tmp_path):
    bundle = Bundle(tmp_path, TALKING).trial("t", {"n": [1, 2]}, batch=2)
    run(bundle)
    log = tmp_path / run(bundle)["runs"][0]["log"]
    text = b"mlx: combination 0: n=1\nout \xff 1\nmlx: combination 1: n=2\nout \xff 2\n"
    assert log.read_bytes() == text
    bundle.plan["trials"] = []
    bundle.trial("t", {"n": [2]})
    assert (tmp_path / run(bundle)["runs"][0]["log"]).read_bytes() == b"out \xff 2\n"


def test_of_very_much_output_the_end_comes_back(tmp_path):
    bundle = Bundle(tmp_path, TALKING).trial("t", {"n": [3]})
    log = tmp_path / run(bundle)["runs"][0]["log"]
    assert log.read_bytes() == b"out \xff 3\n" + b"x" * 3_000_000
    run(bundle)
    assert log.read_bytes() == b"mlx: what came before is not kept\n" + b"x" * 2**20
