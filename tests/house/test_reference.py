"""The reference interpreter itself, against expectations written by hand from SPEC.md.

Otherwise the reference and the package could be wrong together.
"""

from __future__ import annotations

import math
import random
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import reference
from tests.support.paths import EXPERIMENTS


@pytest.fixture
def run(tmp_path: Path):
    """Return a function that runs one of tests/experiments, in a copy, and returns its report."""

    def report(name: str) -> dict:
        folder = tmp_path / "experiments"
        shutil.copytree(EXPERIMENTS, folder)
        path = folder / f"{name}.py"
        return reference.run_experiment(path if path.exists() else folder / name / f"{name}.py")

    return report


@pytest.fixture
def run_text(tmp_path: Path):
    """Return a function that runs an experiment given as text."""

    def report(text: str, **options: Any) -> dict:
        path = tmp_path / "exp.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return reference.run_experiment(path, **options)

    return report


def results(report: dict, trial: str) -> list:
    """Return what a trial's runs returned; all must have succeeded."""
    runs = report["trials"][trial]
    assert [run["success"] for run in runs] == [True] * len(runs), runs
    return [run["result"] for run in runs]


def failures(report: dict, trial: str) -> list[tuple]:
    """Return code, type and error of a trial's failed runs."""
    runs = [run for run in report["trials"][trial] if not run["success"]]
    return [(run["return_code"], run["type"], run["error"]) for run in runs]


def verdicts(report: dict) -> dict[str, str]:
    """Return the verdicts by verification."""
    return {name: verdict["verdict"] for name, verdict in report["verifications"].items()}


# ---------------------------------------------------------------- setups


def test_setups_run_by_order_then_in_file_order_and_later_keys_override(run) -> None:
    assert run("setups_several")["context"] == {
        "ran": ["before_all", "one", "second", "first_in_file", "last_in_file"],
        "key": "last_in_file",
        "only_second": 2,
    }


def test_setups_of_equal_order_run_in_file_order(run) -> None:
    assert results(run("setup_equal_orders"), "look") == [["last", "a"]]


def test_a_setup_that_returns_nothing_contributes_nothing(run) -> None:
    assert run("setup_none")["context"] == {"kept": True}


def test_without_a_setup_the_context_is_empty(run) -> None:
    report = run("setup_absent")
    assert report["context"] == {}
    assert report["status"] == "validated"


def test_module_level_code_reads_setup_as_it_is_at_that_moment(run) -> None:
    report = run("setup_module_level")
    limits = [result["limit"] for result in results(report, "use")]
    assert limits == [5, 6]
    assert report["context"]["limit_in_setup"] == 0
    assert report["context"]["limit_in_second"] == 5
    assert report["context"]["limit"] == 8


@pytest.mark.parametrize(
    ("name", "setup"),
    [
        ("setup_raises", "prepare_badly"),
        ("setup_not_a_dict", "lists"),
        ("setup_not_json", "live"),
        ("setup_exits", "leaves"),
        ("setup_killed", "dies"),
        ("setup_second", "second"),
    ],
)
def test_a_setup_that_fails_ends_the_run(name: str, setup: str) -> None:
    with pytest.raises(reference.ReferenceSetupError, match=f"setup {setup}"):
        reference.run_experiment(EXPERIMENTS / "failing" / f"{name}.py")


# ---------------------------------------------------------------- trials


def test_combinations_are_the_product_with_the_last_parameter_fastest(run) -> None:
    assert results(run("grid_two"), "pair") == ["3x", "3y", "1x", "1y", "2x", "2y"]


def test_runs_carry_their_parameters(run_text) -> None:
    report = run_text(
        """
        from decorators import trial
        @trial(1, {"a": [1, 2], "b": [(3,)]})
        def t(a, b):
            return type(b).__name__
        """
    )
    assert report["trials"]["t"] == [
        {"success": True, "result": "tuple", "params": {"a": 1, "b": [3]}},
        {"success": True, "result": "tuple", "params": {"a": 2, "b": [3]}},
    ]


def test_types_of_values_are_kept(run) -> None:
    kept = results(run("types_kept"), "kept")
    assert kept[:4] == [["int", "1"], ["float", "1.0"], ["bool", "True"], ["str", "'1'"]]
    assert kept[6] == ["float", "-0.0"]
    assert kept[18] == ["tuple", "((1, [2]), {'k': (3,)})"]


def test_numbers_at_the_edges_arrive(run) -> None:
    echoed = results(run("number_edges"), "echo")
    assert [one["repr"] for one in echoed[:4]] == ["1e-05", "inf", "-inf", "-0.0"]
    assert echoed[1]["x"] == math.inf


def test_an_empty_list_means_no_runs(run) -> None:
    report = run("empty_list")
    assert report["trials"]["never"] == []
    assert verdicts(report) == {"check": "inconclusive", "other": "supports"}


def test_equal_values_are_run_each(run) -> None:
    assert run("duplicates")["context"] == {"count": 10}


def test_trials_run_by_order_then_position(run) -> None:
    report = run("order_position")
    assert report["context"]["ran"] == ["first", "b1", "b2", "a1", "a2", "last"]
    assert list(report["trials"]) == ["first", "b", "a", "last"]


# ---------------------------------------------------------------- the context


def test_sequential_updates_are_seen_at_once(run) -> None:
    report = run("context_sequential")
    assert [result["before"] for result in results(report, "add")] == [0, 1, 3]
    assert results(report, "later") == [63]
    assert report["context"] == {"path": "/tmp/data", "total": 6, "last_n": 3}  # noqa: S108


def test_parallel_updates_are_applied_after_the_batch_and_the_last_wins(run) -> None:
    report = run("context_parallel")
    assert [result["seen"] for result in results(report, "add")] == [100, 100, 100, 100]
    assert results(report, "later") == [{"total": 104, "n1": 1, "n2": 2, "n3": 3, "n4": 4}]


def test_mlx_parallel_counts_where_a_trial_does_not_say(run_text) -> None:
    text = """
        from decorators import trial
        @trial(1, {"n": [1, 2]})
        def silent(n):
            return {"seen": SETUP.get("n"), "context_update": {"n": n}}
        @trial(2, {"n": [3, 4], "__parallel__": 1})
        def serial(n):
            return {"seen": SETUP.get("n"), "context_update": {"n": n}}
        """
    alone = run_text(text)
    together = run_text(text, parallel=4)
    assert [result["seen"] for result in results(alone, "silent")] == [None, 1]
    assert [result["seen"] for result in results(together, "silent")] == [None, None]
    assert [result["seen"] for result in results(together, "serial")] == [2, 3]


def test_failed_runs_contribute_no_update(run) -> None:
    report = run("context_failed")
    assert report["context"] == {"total": 5}
    assert failures(report, "add") == [
        (1, "ValueError", "total was 3"),
        (1, "TypeError", "result is not JSON: result['context_update']['total'] is of type 'set'"),
    ]


def test_an_update_that_is_not_a_dict_is_ignored(run) -> None:
    assert run("context_not_dict")["context"] == {"good": 1}


def test_merging_is_shallow(run) -> None:
    assert run("context_shallow")["context"] == {"model": {"depth": 3}, "list": [2], "7": None}


def test_a_chain_of_thirty(run) -> None:
    values = [result["value"] for result in results(run("context_chain"), "fibonacci")]
    assert values[:8] == [0, 1, 1, 2, 3, 5, 8, 13]
    assert values[29] == 514229


# ---------------------------------------------------------------- failures and results


def test_exceptions_are_failures_and_the_others_go_on(run) -> None:
    report = run("failures_exceptions")
    found = failures(report, "fail")
    assert found[:4] == [
        (1, "ValueError", "bad value"),
        (1, "ValueError", ""),
        (1, "KeyError", "'k'"),
        (1, "ValueError", "(1, 2)"),
    ]
    assert (1, "KeyboardInterrupt", "") in found
    assert len(found) == 17


def test_exits_are_failures_with_the_status_of_a_process(run) -> None:
    found = failures(run("failures_exit"), "leave")
    codes = [code for code, _, _ in found]
    assert codes == [0, 3, 255, 0, 3, 255, 0, 1, 0, 1, 1, 1, 1, 1]
    assert found[1] == (3, "SystemExit", "exit status 3")
    assert found[9] == (1, "SystemExit", "text")


def test_exits_have_the_status_that_python_itself_gives() -> None:
    literals = [0, 3, 255, 256, 259, -1, None, True, False, "text", "", [1, 2], 2.5]
    for literal in literals:
        program = f"import sys; sys.exit({literal!r})"
        done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
        assert reference.exited(literal)["return_code"] == done.returncode, literal


def test_a_process_that_ends_early_is_a_failure(run) -> None:
    assert failures(run("failures_os_exit"), "leave")[2] == (
        *(7, "ProcessExit"),
        "the process exited with status 7 before the trial returned",
    )


def test_a_signal_is_a_failure_with_its_negative_number(run) -> None:
    assert failures(run("failures_signals"), "die")[0] == (-9, "SIGKILL", "killed by SIGKILL")


def test_results_that_json_cannot_carry_name_the_place(run) -> None:
    errors = [error for _, _, error in failures(run("failures_not_json"), "give")]
    assert [error.removeprefix("result is not JSON: result") for error in errors] == [
        " is of type 'set'",
        "['a'][1]['b'][1] is of type 'set'",
        "['thing'] is of type 'Thing'",
        "[0] is of type 'bytes'",
        " is of type 'complex'",
        "['f'] is of type 'function'",
        " has a key of type 'tuple'",
        "['a'][0] has a key of type 'bytes'",
        " is of type 'generator'",
        "['self'] contains itself",
        "[1]['again'] contains itself",
        "['context_update']['s'] is of type 'set'",
        "['by n'] has the keys '1' and 1, which are the same in JSON",
    ]


def test_results_go_through_json(run) -> None:
    assert results(run("results_converted"), "give") == [
        {"1": "int", "1.5": "float", "false": "bool", "null": "none", "s": "str"},
        [1, ["x", 2]],
        [3, {"level": 3}],
        {"key": "value"},
        {"a": 2, "b": 1},
        {"a": [1]},
    ]


def test_nan_and_infinity_survive(run) -> None:
    nan, inf, minus = (result["x"] for result in results(run("results_nan"), "give"))
    assert math.isnan(nan)
    assert [inf, minus] == [math.inf, -math.inf]


def test_numpy_results_are_converted(run) -> None:
    found = results(run("results_numpy"), "give")
    assert found[4:7] == [
        [0, 1, 2],
        [[1.0, 0.0], [0.0, 1.0]],
        {"a": [1, [2.5]], "b": {"c": [1.5]}},
    ]


# ---------------------------------------------------------------- seeds


def test_random_is_seeded_anew_in_each_process(run) -> None:
    generator = random.Random(42)  # noqa: S311
    expected = [generator.random(), generator.random()]
    assert [result[:2] for result in results(run("seeds_random"), "draw")] == [expected] * 2


def test_numpy_has_a_seed_of_its_own(run) -> None:
    [drawn] = results(run("seeds_numpy"), "draw")
    assert drawn["numpy"] == np.random.RandomState(2).rand(3).tolist()
    assert drawn["random"] == random.Random(1).random()  # noqa: S311


def test_seed_is_the_default_of_numpys(run) -> None:
    expected = np.random.RandomState(7).rand(2).tolist()
    assert results(run("seeds_numpy_default"), "draw") == [expected, expected]


def test_the_hash_seed_is_in_the_environment(run) -> None:
    program = "print(hash('x'))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": "17"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [result[0] for result in results(run("seeds_hash"), "order")]
    assert found == [int(done.stdout)] * 2


# ---------------------------------------------------------------- verifications


def test_verdicts_of_every_form(run) -> None:
    assert verdicts(run("verdicts_enum")) == {
        "supports": "supports",
        "inconclusive": "inconclusive",
        "invalid": "invalid",
        "goes_on": "continue",
    }


def test_verdicts_as_strings_of_any_case(run) -> None:
    found = list(verdicts(run("verdicts_strings")).values())
    assert found == ["supports", "refutes", "inconclusive", "invalid", "continue"]


def test_what_spec_does_not_list_is_invalid(run) -> None:
    report = run("verdicts_unsupported")
    types = [verdict.get("type") for verdict in report["verifications"].values()]
    assert types == [
        *("TypeError", "ValueError", "ValueError", "ValueError"),
        *("TypeError", "TypeError", None),
    ]


def test_a_verification_that_fails_is_invalid(run) -> None:
    report = run("verdicts_crash")
    assert list(verdicts(report).values()) == ["invalid"] * 5 + ["supports"]
    assert report["verifications"]["raises"]["error"] == "cannot tell"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("grid_two", "inconclusive"),
        ("grid_three", "validated"),
        ("verdicts_bools", "invalidated"),
        ("verdicts_refuted", "invalidated"),
        ("verdicts_crash", "invalid"),
        ("verdicts_none", "inconclusive"),
        ("verdicts_continue", "inconclusive"),
    ],
)
def test_the_status(run, name: str, status: str) -> None:
    assert run(name)["status"] == status


@pytest.mark.parametrize(
    "name",
    [
        *(
            "cfg_dicts",
            "effects_globals",
            "helpers",
            "import_aliases",
            "import_both",
            "import_star",
        ),
        *("import_mlx2smk", "import_mlx2smk_as_m", "local_modules", "names_snakemake"),
        *("names_unicode", "syntax_latin", "syntax_layout", "syntax_modern", "verify_alone"),
        *("verify_order", "verify_other_trials", "verify_params", "verify_setup", "world_files"),
        *("world_names", "world_processes", "context_reached", "context_whole"),
    ],
)
def test_everyday_python_works(run, name: str) -> None:
    report = run(name)
    for trial in report["trials"]:
        if trial != "missing":
            results(report, trial)
    assert set(verdicts(report).values()) <= {"supports"}


def test_own_decorators_win(run) -> None:
    report = run("own_decorators")
    assert results(report, "t") == [[1, "trial", "own"], [2, "trial", "own"]]
    assert verdicts(report) == {"check": "supports", "unsure": "continue"}


# ---------------------------------------------------------------- the tool itself


def test_normalise_drops_what_may_differ() -> None:
    run = {"success": False, "return_code": 1, "error": "e", "type": "E", "params": {}}
    more = {"duration": 1.0, "log": "a.log", "traceback": "T"}
    report = {
        "status": "invalid",
        "trials": {"t": [{**run, **more}]},
        "verifications": {"v": {"verdict": "invalid", "error": "e", "return_code": 1, **more}},
    }
    assert reference.normalise(report) == {
        "status": "invalid",
        "trials": {"t": [run]},
        "verifications": {"v": {"verdict": "invalid", "error": "e"}},
    }


def test_the_command_prints_the_report() -> None:
    program = [sys.executable, reference.__file__, str(EXPERIMENTS / "grid_three.py")]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert '"status": "validated"' in done.stdout


def test_it_shares_no_code_with_the_package() -> None:
    text = Path(reference.__file__).read_text(encoding="utf-8")
    imports = [line for line in text.splitlines() if line.lstrip().startswith(("import ", "from "))]
    assert len(imports) > 10
    assert not any("mlx2smk" in line for line in imports)
