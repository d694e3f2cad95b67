"""What runs again when it is not the experiment's text that changed: stores, flags, lost files."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.support.edited_project import ALL, check
from tests.support.stored_runs import stored_lines

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("edited project")]

WHOLE_TRIALS = ["helped", "modelled", "decorated", "moduled", "filed", "sized", "chained", "last"]
HELPER = ("lab.py", "inner(x) * 2", "inner(x) * 4")


def stored(lab):
    """Return the lines of the store of results by the numbers that they hold as results."""
    lines = stored_lines(lab.folder / ".mlx" / "store")
    return {json.dumps(line.entry["run"]["result"]): line for line in lines}


def test_an_earlier_version_comes_back_from_the_store(lab):
    lab.replace(*HELPER)
    lab.run()
    lab.replace(HELPER[0], HELPER[2], HELPER[1])
    lab.run()
    assert lab.ran() == ["check"]
    assert lab.dispatched().keys() == {"helped"}
    lab.check_report()


def test_other_batches_run_nothing(lab):
    lab.compile("--batch", "3")
    lab.snakemake()
    assert set(lab.ran()) <= {"check"}
    lab.check_report()


def test_without_a_store(lab):
    shutil.rmtree(lab.path(".mlx"))
    lab.replace(*HELPER)
    lab.run("--config", "mlx_store=false")
    check(lab, ["helped 1", "helped 2", "check"])
    assert not lab.path(".mlx/store").exists()


def test_force_all(lab):
    lab.snakemake("-F")
    check(lab, ALL)


def test_force_one_rule(lab):
    lab.snakemake("-R", "trial_helped")
    check(lab, ["helped 1", "helped 2", "check"])
    lab.snakemake()
    check(lab, [])


def test_force_one_file(lab):
    lab.snakemake("-f", "results/lab/runs/helped/n~1.json")
    assert lab.ran() == ["helped 1"]
    lab.snakemake()
    check(lab, ["check"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda _: "",
        lambda text: text.replace('"result": 24', '"result": 25'),
        lambda text: text.replace('"success": true', '"success": false'),
    ],
    ids=["torn", "empty", "another result", "another outcome"],
)
def test_damaged_record_in_the_store(lab, damage):
    line = stored(lab)["24"]
    text = line.path.read_bytes()[line.start : line.end].decode()
    line.change(text, damage(text))
    shutil.rmtree(lab.path("results"))
    lab.run()
    assert lab.ran() == ["check", "helped 2", "start"]
    lab.check_report()


def test_lost_results_come_back_from_the_store(lab):
    shutil.rmtree(lab.path("results"))
    lab.run()
    assert lab.ran() == ["check", "start"]
    assert set(lab.dispatched()) == set(WHOLE_TRIALS)
    lab.check_report()


def test_lost_store_runs_nothing(lab):
    shutil.rmtree(lab.path(".mlx"))
    lab.run()
    check(lab, [])


def test_lost_results_and_store(lab):
    shutil.rmtree(lab.path("results"))
    shutil.rmtree(lab.path(".mlx"))
    lab.run()
    check(lab, ALL)


def test_snakemakes_own_records_lost(lab):
    """Without them Snakemake knows no digests and would take what is left for the new version's."""
    shutil.rmtree(lab.path(".snakemake"))
    lab.replace(*HELPER)
    lab.compile()
    for _ in range(2):
        lab.snakemake(status=1)
        assert "nobody can tell what in it is stale: delete results/lab" in lab.said
    shutil.rmtree(lab.path("results"))
    lab.snakemake()
    assert lab.ran() == ["check", "helped 1", "helped 2", "start"]
    lab.check_report()


def test_experiment_edited_but_not_compiled(lab):
    """What runs is what was compiled, whatever the file says by now."""
    lab.replace(*HELPER)
    lab.snakemake("-R", "trial_helped")
    lab.replace(HELPER[0], HELPER[2], HELPER[1])
    check(lab, ["helped 1", "helped 2", "check"])


def test_module_edited_but_not_compiled(lab):
    lab.replace("tools.py", "x + BASE", "x - BASE")
    lab.snakemake("-R", "trial_moduled", status=1)
    assert "tools.py changed since compile: run mlx compile again" in lab.said
    assert lab.ran() == []
    lab.run()
    check(lab, ["moduled 1"])


def test_failures_stay_until_an_edit_can_affect_them(lab):
    lab.replace("lab.py", "return outer(n)", "return outer(n) / (n - 1)")
    lab.run()
    assert lab.ran() == ["check", "helped 1", "helped 2"]
    lab.replace("lab.py", "x * self.scale()", "x + self.scale()")
    lab.run()
    assert lab.ran() == ["modelled 1", "modelled 2"]
    lab.check_report()
