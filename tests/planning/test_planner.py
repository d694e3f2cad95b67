import json
from math import inf
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlx2smk.analysis.file_uses import FileUse
from mlx2smk.analysis.slicing import ModuleSlice
from mlx2smk.planning.evidence import Evidence, Pair, Shared
from mlx2smk.planning.planner import EarlierRuns, PlanOptions, make_plan, rule_prefixes
from tests.support.handmade_experiments import (
    SOMEWHERE,
    analysis,
    experiment,
    found,
    setup,
    trial,
    verify,
)

NUMBERS = {"n": [1, 2, 3]}


def plan(*items, known=(), path="exp.py", directory="", prefix="", **options):
    made = experiment(*items, path=path)
    earlier = EarlierRuns(evidence=options.pop("evidence", Evidence()))
    options = PlanOptions(**options)
    found = analysis(made, *known)
    return make_plan(made, found, Path(directory), options, prefix, earlier=earlier)


def plan_trial(item, *, known=(), **options):
    return plan(item, known=known, **options).trials[0]


def digests(item, *, known=(), **options):
    return [job.digest for job in plan_trial(item, known=known, **options).jobs]


# ------------------------------------------------------------------ where things are


@pytest.mark.parametrize(
    ("path", "directory", "source", "folder"),
    [
        ("exp.py", "", "exp.py", "../../.."),
        ("sub/exp.py", "", "sub/exp.py", "../../../sub"),
        ("exp.py", "out", "../exp.py", "../../../.."),
        ("../exp.py", "", "../exp.py", "../../../.."),
        ("/data/exp.py", "/data/out", "../exp.py", "../../../.."),
        ("/data/exp.py", "/data", "exp.py", "../../.."),
    ],
)
def test_paths_are_relative(path, directory, source, folder):
    made = plan(trial(), path=path, directory=directory)
    assert (made.source, made.folder, made.file) == (source, folder, "exp.py")


def test_what_the_command_line_says_is_in_the_plan():
    said = {"container": "docker://a/b", "python": "python3.12", "batch": 2, "parallel": 3}
    made = plan(trial(), stream_all=True, conda=Path("envs/a.yaml"), **said)
    assert {key: getattr(made, key) for key in said} == said
    assert (made.stream_all, made.conda) == (True, "../../../envs/a.yaml")
    silent = plan(trial())
    assert [getattr(silent, key) for key in (*said, "conda")] == [None] * 5
    assert not silent.stream_all


def test_the_experiment_is_named_after_its_file():
    assert plan(trial(), path="a/b.v2.py").experiment == "b.v2"


# ------------------------------------------------------------------ rules


def test_rules_are_named_after_functions():
    made = plan(setup("init"), trial("train"), verify("check", "train"))
    rules = [f.rule for f in (*made.setups, *made.trials, *made.verifications)]
    assert rules == ["setup_init", "trial_train", "verify_check"]
    assert made.report_rule == "report"


def test_a_prefix_goes_before_all_rules():
    made = plan(setup("init"), trial("train"), verify("check", "train"), prefix="a_")
    rules = [f.rule for f in (*made.setups, *made.trials, *made.verifications)]
    assert rules == ["a_setup_init", "a_trial_train", "a_verify_check"]
    assert made.report_rule == "a_report"


@pytest.mark.parametrize(
    ("stems", "expected"),
    [
        (["exp"], [""]),
        (["my-exp"], [""]),
        (["a", "b"], ["a_", "b_"]),
        (["a.v1", "b-2"], ["a_v1_", "b_2_"]),
        (["a", "a_trial"], ["e1_a_", "e2_a_trial_"]),
        (["a-b", "a_b"], ["e1_a_b_", "e2_a_b_"]),
        (["1", "b"], ["e1_1_", "e2_b_"]),
        (["class", "if"], ["class_", "if_"]),
        (["ﬁt", "b"], ["fit_", "b_"]),  # Python reads the ligature as two letters
        (["ﬁt", "fit"], ["e1_fit_", "e2_fit_"]),
    ],
)
def test_prefixes_tell_experiments_apart(stems, expected):
    assert rule_prefixes(stems) == expected


STEMS = st.from_regex(r"[\w.+-]{1,8}", fullmatch=True)
WORDS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


@settings(deadline=None)
@given(st.lists(STEMS, min_size=2, max_size=5, unique_by=str.casefold), WORDS, WORDS)
def test_no_two_experiments_share_a_rule(stems, one, other):
    rules = [
        prefix + rule
        for prefix in rule_prefixes(stems)
        for rule in {"report", f"trial_{one}", f"setup_{other}", f"context_{one}"}
    ]
    assert len({*rules, "all"}) == len(rules) + 1
    assert all(rule.isidentifier() and normalize("NFKC", rule) == rule for rule in rules)


# ------------------------------------------------------------------ setups and verifications


def test_each_setup_comes_after_all_before_it():
    made = plan(setup("b", 1), setup("c", 2), setup("a"), trial())
    assert [(s.name, s.order, s.after) for s in made.setups] == [
        ("b", 1, ()),
        ("c", 2, ("b",)),
        ("a", None, ("b", "c")),
    ]


@pytest.mark.parametrize(
    ("trials_read", "named", "depends", "all_trials"),
    [
        (None, ["a"], ("a", "b", "c"), True),
        ([], ["b"], ("b",), False),
        (["c"], ["b"], ("b", "c"), False),
        (["b", "c"], ["a"], ("a", "b", "c"), True),
        (["a"], [], ("a",), False),
        ([], [], (), False),
        (["b"], ["c", "a"], ("a", "b", "c"), True),
    ],
)
def test_verifications_depend_on_what_they_name_and_touch(trials_read, named, depends, all_trials):
    items = [trial("a"), trial("b"), trial("c"), verify("check", *named)]
    made = plan(*items, known=[found("check", trials_read=trials_read)]).verifications[0]
    assert (made.depends, made.all_trials) == (depends, all_trials)
    assert made.trial_names == tuple(named)


# ------------------------------------------------------------------ one after another, side by side


@pytest.mark.parametrize(
    ("reads", "writes", "expected"),
    [
        (set(), set(), False),
        ({"a"}, {"b"}, False),
        ({"a", "b"}, {"b", "c"}, True),
        (None, set(), False),
        (set(), None, False),
        (None, {"a"}, True),
        ({"a"}, None, True),
        (None, None, True),
    ],
)
def test_reads_meet_writes(reads, writes, expected):
    known = [found("train", reads=reads, writes=writes)]
    made = plan_trial(trial("train", NUMBERS), known=known)
    assert made.chained is expected


@pytest.mark.parametrize(
    ("said", "option", "parallel"),
    [
        (None, None, None),
        (1, None, None),
        (3, None, 3),
        (None, 4, 4),
        (None, 1, None),
        (1, 4, None),
        (2, 4, 2),
    ],
)
def test_parallel_trials_are_not_chained(said, option, parallel):
    item = trial("train", NUMBERS, parallel=said)
    made = plan_trial(item, known=[found("train", reads=None, writes=None)], parallel=option)
    assert made.parallel == parallel
    assert made.chained is (parallel is None)


# ------------------------------------------------------------------ files


def file_use(path="a.csv", how="w"):
    return FileUse(path, "r" in how, "w" in how, SOMEWHERE, None)


def in_order(item, *uses, **options):
    made = plan_trial(item, known=[found("train", files=uses)], **options)
    assert made.chained is made.in_order
    return made.in_order


SEEN = Evidence("order.json", {"train": Shared("a.csv", ("n=1", "n=2"))})


def test_combinations_that_write_one_file_are_chained():
    assert in_order(trial("train", NUMBERS), file_use(how="w"))
    assert in_order(trial("train", NUMBERS), file_use(how="r"), file_use("b.csv", "rw"))
    assert not in_order(trial("train", NUMBERS))
    assert not in_order(trial("train", NUMBERS), file_use(how="r"))


def test_a_second_combination_does_not_change_the_first():
    known = [found("train", files=[file_use()])]
    one, two = (digests(trial("train", {"n": n}), known=known) for n in ([1], [1, 2]))
    assert one == two[:1]


def test_files_count_only_in_order():
    assert not in_order(trial("train", NUMBERS, parallel=2), file_use(), evidence=SEEN)
    assert not in_order(trial("train", NUMBERS), file_use(), evidence=SEEN, parallel=2)


def test_one_at_a_time_asks_for_a_chain_and_keeps_earlier_results():
    def flags(item, **options):
        made = plan_trial(item, known=[found("train")], **options)
        return made.chained, made.in_order

    assert flags(trial("train", NUMBERS, parallel=1)) == (True, False)
    assert flags(trial("train", NUMBERS, parallel=1), parallel=4) == (True, False)
    assert flags(trial("train", NUMBERS), parallel=1) == (False, False)


def test_what_runs_showed_makes_a_chain():
    assert in_order(trial("train", NUMBERS), evidence=SEEN)
    assert not in_order(
        trial("train", NUMBERS), evidence=Evidence("x", {"other": SEEN.trials["train"]})
    )


def test_keys_that_meet_are_no_other_reason():
    made = plan_trial(trial("train", NUMBERS), known=[found("train", reads=None, writes=None)])
    assert (made.chained, made.in_order) == (True, False)


@pytest.mark.parametrize(
    ("first", "then", "after"),
    [
        ([file_use(how="w")], [file_use(how="r")], ("a",)),
        ([file_use(how="w")], [file_use(how="w")], ("a",)),
        ([file_use(how="r")], [file_use(how="w")], ("a",)),
        ([file_use(how="r")], [file_use(how="r")], ()),
        ([file_use(how="w")], [file_use("b.csv", "r")], ()),
        ([file_use(how="w")], [], ()),
        ([file_use(how="r"), file_use("b.csv")], [file_use("b.csv", "r")], ("a",)),
    ],
)
def test_trials_of_one_order_that_share_a_file_run_in_order(first, then, after):
    known = [found("a", files=first), found("b", files=then)]
    made = plan(trial("a"), trial("b"), known=known)
    assert [item.after for item in made.trials] == [(), after]


def test_trials_that_were_seen_to_share_a_file_run_in_order():
    evidence = Evidence("x", {}, (Pair("a", "c", "x.csv"), Pair("c", "a", "y.csv")))
    made = plan(trial("a"), trial("b"), trial("c"), evidence=evidence)
    assert [item.after for item in made.trials] == [(), (), ("a",)]


def test_keys_are_sorted():
    known = [found("t", reads={"b", "a", "c"}, writes={"z", "y"})]
    (entry,) = json.loads(plan(trial("t"), known=known).to_json())["trials"]
    assert (entry["reads"], entry["writes"]) == (["a", "b", "c"], ["y", "z"])


def test_lower_orders_come_first_without_any_data():
    made = plan(trial("a", order=1), trial("b", order=2), trial("c", order=2), trial("d", order=5))
    assert {t.name: t.after for t in made.trials} == {
        "a": (),
        "b": ("a",),
        "c": ("a",),
        "d": ("a", "b", "c"),
    }


def test_within_an_order_only_what_is_read_is_waited_for():
    known = [
        found("a", writes={"x"}),
        found("b", writes={"y"}),
        found("c", reads={"x"}),
        found("d", reads=None),
        found("e", reads={"z"}),
    ]
    made = plan(*(trial(name, order=3) for name in "abcde"), known=known)
    assert {t.name: t.after for t in made.trials} == {
        "a": (),
        "b": (),
        "c": ("a",),
        "d": ("a", "b"),
        "e": (),
    }


def test_later_trials_of_an_order_are_not_waited_for():
    known = [found("a", reads={"x"}), found("b", writes={"x"})]
    made = plan(trial("a"), trial("b"), known=known)
    assert [t.after for t in made.trials] == [(), ()]


# ------------------------------------------------------------------ jobs


def jobs(item, **options):
    return [(job.name, job.first, job.count) for job in plan_trial(item, **options).jobs]


def test_a_job_for_each_combination_the_last_parameter_fastest():
    item = trial("t", {"n": [1, 2], "lr": [0.1, 0.2]})
    assert jobs(item) == [
        ("n~1,lr~0.1", 0, 1),
        ("n~1,lr~0.2", 1, 1),
        ("n~2,lr~0.1", 2, 1),
        ("n~2,lr~0.2", 3, 1),
    ]


def test_no_parameters_is_one_combination():
    made = plan_trial(trial("t"))
    assert [(job.name, job.first, job.count) for job in made.jobs] == [("once", 0, 1)]
    assert (made.combinations, made.batched, made.parameters) == (1, False, ())


@pytest.mark.parametrize("grid", [{"n": []}, {"n": [1, 2], "m": []}])
def test_an_empty_list_of_values_gives_no_jobs(grid):
    made = plan_trial(trial("t", grid))
    assert (made.jobs, made.combinations, made.stream) == ((), 0, False)


def test_batches_are_named_by_their_first_and_last_combination():
    item = trial("t", {"n": list(range(11))})
    assert jobs(item, batch=4) == [("00-03", 0, 4), ("04-07", 4, 4), ("08-10", 8, 3)]


def test_a_batch_of_one_is_no_batch():
    assert jobs(trial("t", NUMBERS), batch=1) == [("n~1", 0, 1), ("n~2", 1, 1), ("n~3", 2, 1)]


def numbers(made):
    return [job.first for job in made.jobs], [job.first for job in made.alone]


def test_a_handful_has_no_tail():
    made = plan_trial(trial("t", {"n": list(range(32))}))
    assert numbers(made) == (list(range(32)), [])
    assert made.tail is None


def test_a_larger_grid_starts_with_a_head():
    made = plan_trial(trial("t", {"n": list(range(36))}))
    assert numbers(made)[0] == [0, 5, 10, 15, 20, 25, 30, 35]
    assert sorted(numbers(made)[0] + numbers(made)[1]) == list(range(36))
    assert made.combinations == 36
    # The same jobs as where each combination has one, so that their results are found again.
    each = {job.first: job for job in plan_trial(trial("t", {"n": list(range(36))}), batch=1).jobs}
    assert all(each[job.first] == job for job in (*made.jobs, *made.alone))


@pytest.mark.parametrize(("size", "alone"), [(1008, 1000), (1009, 0), (100_000, 0)])
def test_at_most_a_thousand_may_run_alone(size, alone):
    made = plan_trial(trial("t", {"n": list(range(size))}))
    assert (len(made.jobs), len(made.alone), made.combinations) == (8, alone, size)


def test_a_tail_is_of_its_code_and_of_its_values():
    base, code, values = (
        plan_trial(trial("t", {"n": list(range(n))}, inputs=inputs))
        for n, inputs in ((40, ()), (40, ("x",)), (41, ()))
    )
    assert len({base.tail, code.tail, values.tail}) == 3


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 70))
def test_batches_cover_the_grid_once_and_in_order(size, batch):
    made = plan_trial(trial("t", {"n": list(range(size))}), batch=batch)
    covered = [index for job in made.jobs for index in range(job.first, job.first + job.count)]
    assert covered == list(range(size))
    assert len({job.name for job in made.jobs}) == len({job.digest for job in made.jobs})
    assert all(job.count <= batch for job in made.jobs)


def test_only_a_single_combination_streams():
    assert plan_trial(trial("t", {"n": [1]})).stream
    assert not plan_trial(trial("t", {"n": [1, 2]})).stream


def test_values_are_written_as_python_literals():
    item = trial("t", {"n": [1, 1.0, True, "1", None, (1,), [1], -inf]})
    expected = ("1", "1.0", "True", "'1'", "None", "(1,)", "[1]", "-inf")
    assert plan_trial(item).parameters == (("n", expected),)


def test_local_modules_are_part_of_the_plan():
    module = ModuleSlice(
        name="pkg.helpers",
        path="pkg/helpers.py",
        text="X = 1\n",
        file_digest="f" * 64,
        package=False,
        removed=("unused",),
    )
    made = plan_trial(trial("t"), known=[found("t", modules=(module,))]).modules
    assert [(m.name, m.path, m.slice, m.file_digest, m.package, m.removed) for m in made] == [
        (
            "pkg.helpers",
            "pkg/helpers.py",
            "modules/trial_t/pkg.helpers.py",
            "f" * 64,
            False,
            ("unused",),
        )
    ]


# ------------------------------------------------------------------ digests: what re-runs a job


BASE = trial("train", NUMBERS)


def test_code_changes_every_job():
    before, after = digests(BASE), digests(BASE, known=[found("train", code="other")])
    assert set(before).isdisjoint(after)


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (1, True), (1, "1"), ((1,), [1]), (0.0, -0.0)]
)
def test_values_that_are_equal_but_not_the_same_change_a_job(one, other):
    assert digests(trial("train", {"n": [one]})) != digests(trial("train", {"n": [other]}))


def test_input_files_change_every_job():
    before = digests(BASE)
    one, two = (digests(trial("train", NUMBERS, inputs=i)) for i in [("a",), ("a", "b")])
    assert len({*before, *one, *two}) == 9


def test_input_files_are_told_from_values():
    assert digests(trial("train", {"n": ["b"]}, inputs=("a",))) != digests(
        trial("train", {"n": []}, inputs=("a", "'b'"))
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"order": 7},
        {"threads": 4},
        {"resources": (("mem_mb", 100),)},
        {"timeout": 5},
        {"memory": 10**9},
        {"parallel": 3},
    ],
)
def test_scheduling_changes_no_job(changes):
    assert digests(trial("train", NUMBERS, **changes)) == digests(BASE)


def test_options_change_no_job():
    assert digests(BASE, parallel=3, stream_all=True) == digests(BASE)


def test_uses_of_the_context_change_no_job():
    known = [found("train", reads={"b"}, writes={"a"})]
    assert digests(BASE, known=known) == digests(BASE)


def test_an_added_value_changes_no_other_job():
    assert digests(trial("train", {"n": [0, 1, 2, 3, 4]}))[1:4] == digests(BASE)


def test_a_value_that_moves_takes_its_digest_along():
    assert digests(trial("train", {"n": [3, 2, 1]})) == digests(BASE)[::-1]


def test_batches_have_digests_of_all_their_combinations():
    whole = digests(trial("train", {"n": [1, 2, 3, 4]}), batch=2)
    changed = digests(trial("train", {"n": [1, 2, 3, 5]}), batch=2)
    assert whole[0] == changed[0]
    assert whole[1] != changed[1]


def test_moving_everything_together_changes_no_job():
    here = plan(BASE, path="/data/exp.py", directory="/data/out").trials[0].jobs
    there = plan(BASE, path="/new/exp.py", directory="/new/out", prefix="x_").trials[0].jobs
    assert here == there


@pytest.mark.parametrize("path", ["sub/exp.py", "other.py", "../exp.py"])
def test_another_place_of_the_experiment_changes_all_jobs(path):
    """What code finds beside its file, and the file's name, may be others."""
    here = plan(BASE, path="exp.py").trials[0].jobs
    there = plan(BASE, path=path).trials[0].jobs
    assert not {job.digest for job in here} & {job.digest for job in there}


@pytest.mark.parametrize(("size", "count"), [(200, 200), (201, 101), (2000, 200)])
def test_chains_have_fewer_jobs_since_their_links_cannot_run_side_by_side(size, count):
    chain = found("t", reads={"acc"}, writes={"acc"})
    made = plan_trial(trial("t", {"n": list(range(size))}), known=[chain])
    assert made.chained
    assert len(made.jobs) == count


def test_a_chain_that_is_none_any_more_runs_anew():
    """Its jobs hand on updates, which the same jobs beside each other do not."""
    chain = found("t", reads={"acc"}, writes={"acc"})
    first, second = (
        plan_trial(trial("t", NUMBERS, parallel=said), known=[chain]) for said in (None, 2)
    )
    assert {job.digest for job in first.jobs}.isdisjoint(job.digest for job in second.jobs)


def test_parameters_that_swap_their_names_change_the_digest():
    # Batches are named by numbers: nothing else tells these two apart.
    one, other = (
        plan_trial(trial("t", {first: [1, 2], second: [1, 2]}), batch=4).jobs
        for first, second in ("ab", "ba")
    )
    assert [job.name for job in one] == [job.name for job in other] == ["0-3"]
    assert one[0].digest != other[0].digest


def test_inputs_and_parameters_are_told_apart():
    item = trial("t", {"a": [1]}, inputs=("b",)), trial("t", {"b": [1]}, inputs=("a",))
    assert digests(item[0], batch=1) != digests(item[1], batch=1)
