"""SPEC.md, sentence by sentence, and the tests that hold each of them.

The sentences in order are the whole text: their words have the digest that SPEC.md's words have.
A name in capitals below is an experiment's verbatim text; `an.experiment` is its run in
end_to_end/test_language.py; anything else names a test function by file and name.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys

from tests.support.paths import EXPERIMENTS, TESTS

WORDS_OF_SPEC = "a6abc5ca4b96704e456b43ffa6447a22e2eea1bfe130c248d22b0339d94c5b7c"

SENTENCES: tuple[tuple[str, ...], ...] = (
    ("# Writing Experiments",),
    (
        "Experiments are Python files that define one or more trial functions and optional verification steps.",
        "an.no_parameters",
        "an.verdicts_bools",
        "language/test_syntax.py::test_no_trial",
    ),
    (
        "You can also define a setup function to establish a shared run-level context (e.g., seeds, paths) used by all trials and verifications.",
        "an.setups_several",
        "an.setup_absent",
        "an.verify_setup",
    ),
    (
        "Contents - Decorators overview - @setup: run context and seeding - @trial: parameter grids and execution - @verify: consuming trial results - Reserved names and constraints - Context updates from trials - Examples",
    ),
    ("## Decorators overview",),
    (
        "- @setup(order: int | None = None)",
        "an.setups_several",
        "language/test_parser.py::test_setups_run_by_order_first_then_as_written",
        "language/test_arguments.py::test_bad_order_of_a_setup",
    ),
    (
        "- Runs once before any trials to produce a JSON-serializable run context.",
        "an.setup_json",
        "an.setups_several",
        "end_to_end/test_language.py::test_a_failing_setup_stops_the_run_and_is_named",
    ),
    (
        "- Multiple setup functions run in order (by the optional order value; otherwise by file order), and their returned dicts are merged (later keys override earlier ones).",
        "an.setups_several",
        "an.setup_equal_orders",
        "an.setup_none",
        "house/test_reference.py::test_setups_run_by_order_then_in_file_order_and_later_keys_override",
    ),
    (
        "- The merged context is available as a global SETUP dict inside all generated trial/verification scripts.",
        "an.context_whole",
        "an.context_reached",
        "an.setup_module_level",
        "an.verify_setup",
    ),
    (
        "- The runner automatically seeds random generators based on fields present in the context (see Seeding below).",
        "an.seeds_random",
        "an.seeds_numpy",
        "an.seeds_torch",
        "an.context_seeds",
    ),
    (
        "- @trial(order: int, values: dict[str, list])",
        "language/test_parser.py::test_arguments_by_name_in_any_order",
        "language/test_arguments.py::test_bad_order",
        "language/test_grid.py::test_values_not_a_dict",
        "language/test_grid.py::test_values_not_a_list",
    ),
    (
        "- Declares a function to run with a cartesian product of parameters.",
        "an.grid_two",
        "an.grid_three",
        "house/test_reference.py::test_combinations_are_the_product_with_the_last_parameter_fastest",
    ),
    (
        "- order controls relative execution order among trials.",
        "an.order_position",
        "an.world_files",
        "end_to_end/test_emitted.py::test_no_more_at_once_than_asked_for_and_lower_orders_first",
    ),
    (
        "- values holds parameter lists; the runner executes one combination per child subprocess.",
        "an.effects_state",
        "an.failures_os_exit",
        "an.failures_signals",
    ),
    ("- @verify(trial_names=[...])", "an.verify_other_trials", "an.verdicts_bools"),
    (
        "- Runs after trials finish, receives all trial results, and returns a verdict.",
        "an.verify_order",
        "an.verify_other_trials",
        "an.verdicts_enum",
    ),
    ("## @setup: run context and seeding",),
    (
        "- Purpose: produce a JSON-serializable dictionary shared across the run.",
        "an.setup_json",
        "house/test_reference.py::test_a_setup_that_fails_ends_the_run",
    ),
    (
        "- Where it appears: at module level, once or multiple times.",
        "an.setups_several",
        "an.verify_order",
        "language/test_parser.py::test_what_is_not_ours_is_left_alone",
    ),
    (
        "- Availability in trials/verifications: as a module-level global named SETUP.",
        "an.context_reached",
        "an.context_shadowed",
        "an.setup_module_level",
    ),
    (
        "- Automatic seeding: if the setup context includes any of the following keys, the runner attempts to seed before executing your trial code in each child process.",
        "an.seeds_random",
        "an.seeds_numpy_default",
        "runtime/test_seeding.py::test_every_combination_is_seeded_alike",
    ),
    (
        "- seed: int (used for Python's random and as default for numpy/torch if their specific keys are not set)",
        "an.seeds_random",
        "an.seeds_numpy_default",
        "runtime/test_seeding.py::test_torch",
        "house/test_reference.py::test_seed_is_the_default_of_numpys",
    ),
    (
        "- numpy_seed: int (numpy.random.seed)",
        "an.seeds_numpy",
        "an.seeds_only_numpy",
        "house/test_reference.py::test_numpy_has_a_seed_of_its_own",
    ),
    (
        "- torch_seed: int (torch.manual_seed; also CUDA via torch.cuda.manual_seed_all if available; cudnn set deterministic=True, benchmark=False)",
        "an.seeds_torch",
        "runtime/test_seeding.py::test_torch",
    ),
    (
        "- pythonhashseed: int (sets PYTHONHASHSEED)",
        "an.seeds_hash",
        "an.seeds_hash_zero",
        "house/test_reference.py::test_the_hash_seed_is_in_the_environment",
    ),
    (
        "Notes - Seeding is best-effort and only applies to libraries available in the environment.",
        "an.seeds_unusable",
        "runtime/test_seeding.py::test_a_seed_that_does_not_fit_is_one_line_in_the_log",
        "runtime/test_seeding.py::test_what_is_not_imported_costs_nothing",
    ),
    (
        "- SETUP must be JSON-serializable; store paths/configs, not live objects (models, datasets).",
        "an.setup_json",
        "house/test_reference.py::test_a_setup_that_fails_ends_the_run",
        "end_to_end/test_language.py::test_a_failing_setup_stops_the_run_and_is_named",
    ),
    ("Reconstruct objects inside trials if needed.", "an.helpers", "an.syntax_modern"),
    (
        "Example SPEC_SEEDS",
        "an.spec_seeds",
        "house/test_spec_table.py::test_the_example_of_seeds_by_hand",
    ),
    ("## @trial: parameter grids and execution",),
    (
        "- values defines lists for each argument.",
        "an.grid_two",
        "an.helpers",
        "an.no_parameters",
        "language/test_grid.py::test_values_not_a_list",
    ),
    (
        "The cartesian product over lists is executed.",
        "an.grid_three",
        "an.duplicates",
        "an.empty_list",
        "an.verify_combinations",
    ),
    (
        "- Only literals and containers of literals are allowed in values (parsed with ast.literal_eval).",
        "an.types_kept",
        "an.strings",
        "an.number_edges",
        "an.long_values",
        "language/test_grid.py::test_not_literal",
    ),
    ("Avoid objects like Adam(lr=...).", "language/test_grid.py::test_not_literal"),
    (
        "If parameters are coupled, use a single cfg parameter with a list of dicts.",
        "an.cfg_dicts",
        "an.verify_params",
    ),
    (
        '- Reserved value keys: - "__parallel__": optional int to request parallel workers per trial (see Running doc).',
        "an.context_parallel",
        "language/test_grid.py::test_bad_parallel",
        "planning/test_planner.py::test_parallel_trials_are_not_chained",
    ),
    (
        "If missing, defaults to 1 (serial).",
        "an.context_sequential",
        "an.context_parallel_one",
        "end_to_end/test_emitted.py::test_a_chain_runs_one_after_another",
    ),
    (
        '- "setup": reserved; cannot be used as a parameter name.',
        "language/test_grid.py::test_reserved_name",
    ),
    (
        "Parallel execution - If __parallel__ > 1 (or MLX_PARALLEL is set), combinations are executed in parallel worker threads, each spawning a subprocess.",
        "an.context_parallel",
        "commands/test_cli.py::test_parallel",
        "planning/test_planner.py::test_parallel_trials_are_not_chained",
        "end_to_end/test_emitted.py::test_no_more_at_once_than_asked_for_and_lower_orders_first",
        "house/test_reference.py::test_mlx_parallel_counts_where_a_trial_does_not_say",
    ),
    (
        "- Per-combination streaming is disabled in parallel mode to keep logs readable; progress updates when combinations complete.",
        "planning/test_planner.py::test_only_a_single_combination_streams",
    ),
    (
        "Streaming - Single-combination trials stream stdout/stderr by default.",
        "planning/test_planner.py::test_only_a_single_combination_streams",
        "runtime/test_process.py::test_a_single_combination_streams_as_it_is",
    ),
    (
        "- For multi-combo trials, set MLX_STREAM_ALL=1 or use CLI flag --stream-all to stream each combination (sequential mode).",
        "commands/test_cli.py::test_stream_all",
        "runtime/test_process.py::test_stream_all",
        "runtime/test_process.py::test_several_combinations_stream_with_their_names",
    ),
    ("## @verify: consuming trial results",),
    (
        "- Signature: verify(results: dict[str, list[dict]])",
        "an.verify_other_trials",
        "an.verify_combinations",
    ),
    (
        "- results maps trial function name -> list of run dicts.",
        "an.verify_combinations",
        "an.empty_list",
        "an.names_snakemake",
    ),
    (
        'Each run dict: - Success: {"success": true, "result": <JSON-serializable>}',
        "an.results_plain",
        "an.results_converted",
        "an.results_nan",
        "an.results_numpy",
        "an.failures_seen",
        "house/test_reference.py::test_runs_carry_their_parameters",
    ),
    (
        '- Failure: {"success": false, "return_code": int, "error": str, "type": str}',
        "an.failures_seen",
        "an.failures_exceptions",
        "an.failures_exit",
        "an.failures_os_exit",
        "an.failures_signals",
        "an.failures_not_json",
        "an.failures_recursion",
        "an.failures_module_level",
        "house/test_reference.py::test_exits_are_failures_with_the_status_of_a_process",
    ),
    (
        "- Return values supported: - VerificationResult enum (preferred), or",
        "an.verdicts_enum",
        "an.own_decorators",
        "house/test_reference.py::test_verdicts_of_every_form",
    ),
    (
        '- one of: "supports", "refutes", "inconclusive", "invalid", "continue" (case-insensitive), or',
        "an.verdicts_strings",
        "an.verdicts_unsupported",
        "house/test_reference.py::test_verdicts_as_strings_of_any_case",
    ),
    (
        "- bool (True->supports, False->refutes), or",
        "an.verdicts_bools",
        "an.results_numpy",
        "house/test_reference.py::test_the_status",
    ),
    (
        "- None (inconclusive)",
        "an.verdicts_none",
        "house/test_reference.py::test_the_status",
    ),
    (
        "- The global SETUP dict is available inside verification scripts as well.",
        "an.verify_setup",
        "an.setup_absent",
    ),
    ("## Reserved names and constraints",),
    (
        "- values must be JSON-literal friendly (ints, floats, bool, str, None, lists, dicts of literals).",
        "an.types_kept",
        "an.cfg_dicts",
        "language/test_grid.py::test_not_json",
    ),
    (
        '- Reserved keys: "__parallel__" (parallel workers), "setup" (disallowed in values).',
        "language/test_grid.py::test_reserved_name",
        "language/test_grid.py::test_unknown_reserved_key",
    ),
    ("## Context updates from trials",),
    (
        '- A trial may return a dict with an optional field: {"context_update": {...}}.',
        "an.context_sequential",
        "an.context_update_built",
        "an.context_not_dict",
        "an.context_dynamic_keys",
    ),
    (
        "- The runner merges the context_update into the run context if it is JSON-serializable.",
        "an.context_failed",
        "an.context_shallow",
        "house/test_reference.py::test_failed_runs_contribute_no_update",
    ),
    (
        "- Sequential mode: merge happens immediately; subsequent combinations/trials see the update.",
        "an.context_sequential",
        "an.context_chain",
        "an.context_between",
        "an.context_independent",
        "house/test_reference.py::test_sequential_updates_are_seen_at_once",
    ),
    (
        "- Parallel mode: updates are applied after the batch completes (siblings do not see each other's updates while running).",
        "an.context_parallel",
        "an.context_dynamic_keys",
        "house/test_reference.py::test_parallel_updates_are_applied_after_the_batch_and_the_last_wins",
    ),
    ("Last-writer-wins.", "an.context_last_writer", "an.context_independent"),
    (
        "Example: updating context SPEC_CONTEXT",
        "an.spec_context",
        "house/test_spec_table.py::test_the_example_of_a_context_update_by_hand",
    ),
    (
        "## Example: seeds for numpy and torch, plus a simple verification SPEC_TRAIN",
        "an.spec_train",
    ),
    (
        "Guidelines - Keep return values JSON-serializable.",
        "an.failures_not_json",
        "an.results_plain",
    ),
    ("- Use SETUP for shared configuration and seeding.", "an.verify_setup", "an.seeds_random"),
    ("- For coupled parameters, prefer a single cfg list pattern.", "an.cfg_dicts"),
    (
        "- For large objects, write them to disk and pass paths in SETUP.",
        "an.world_files",
        "an.data_files",
    ),
)


def example(name: str) -> str:
    """Return an experiment's text, as a block of code in SPEC.md, without its comment on top."""
    text = (EXPERIMENTS / f"{name}.py").read_text(encoding="utf-8")
    return f"```python\n{text.partition(chr(10))[2]}```"


def whole_text() -> str:
    """Return the sentences in order, with the examples in their places, one space between words."""
    text = " ".join(sentence for sentence, *_ in SENTENCES)
    text = re.sub(r"SPEC_[A-Z]+", lambda name: example(name[0].lower()), text)
    return " ".join(text.split())


def collected() -> set[str]:
    """Return the tests that pytest finds in the files named above: file and function, or `an.…`."""
    files = {test.split("::")[0] for _, *tests in SENTENCES for test in tests if "::" in test}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *sorted(files)],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = set()
    for line in done.stdout.splitlines():
        name, _, parameters = line.partition("[")
        found.add(name.removeprefix("tests/"))
        experiment = re.fullmatch(r"-j4-(?:\w+/)?(\w+)\.py\]", parameters)
        if experiment and name.endswith("::test_means_what_spec_says"):
            found.add(f"an.{experiment[1]}")
    return found


def test_the_sentences_are_the_whole_of_spec() -> None:
    digest = hashlib.sha256(whole_text().encode()).hexdigest()
    assert digest == WORDS_OF_SPEC


def test_every_sentence_is_held_by_a_test() -> None:
    for sentence, *tests in SENTENCES:
        assert tests or sentence.startswith(("Contents", "# ", "## ")), sentence


def test_every_test_named_exists() -> None:
    found = collected()
    missing = {test for _, *tests in SENTENCES for test in tests} - found
    assert not missing


def test_no_sentence_stands_twice() -> None:
    sentences = [sentence for sentence, *_ in SENTENCES]
    assert len(set(sentences)) == len(sentences)


def run(name: str) -> dict:
    """Return the reference's report of an experiment."""
    from tests import reference  # noqa: PLC0415 - the table needs it only here

    return reference.run_experiment(EXPERIMENTS / f"{name}.py")


def test_the_example_of_seeds_by_hand() -> None:
    report = run("spec_seeds")
    [only] = report["trials"]["t"]
    # numpy's RandomState(42).randn(3) is 0.49671415, -0.1382643, 0.64768854
    assert abs(only["result"]["x_mean"] - 0.33537946) < 1e-8
    assert report["status"] == "validated"


def test_the_example_of_a_context_update_by_hand() -> None:
    assert run("spec_context")["context"] == {"path": "/tmp/data", "last_n": 3}  # noqa: S108
