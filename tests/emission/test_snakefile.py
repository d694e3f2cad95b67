import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from snakefmt.formatter import Formatter
from snakefmt.parser.parser import Snakefile

from mlx2smk.emission.printing import Rule, quoted
from mlx2smk.emission.snakefile import snakefile
from mlx2smk.planning.batching import HANDFUL
from mlx2smk.planning.planner import PlanOptions, make_plan, rule_prefixes
from tests.support import warm_snakemake
from tests.support.handmade_experiments import analysis, experiment, found, setup, trial, verify

LONG = "a_rather_long_name_of_a_function_" * 5
SMALL = [setup("init"), trial("train", {"n": [1, 2]}), verify("check", "train")]
RULES = re.compile(r"^(?:rule|checkpoint) (\w+):$", re.MULTILINE)


def print_plans(*experiments, known=(), settings=None, **options):
    prefixes = rule_prefixes([made.source.stem for made in experiments])
    plans = [
        make_plan(made, analysis(made, *known), Path(), PlanOptions(**options), prefix)
        for made, prefix in zip(experiments, prefixes, strict=True)
    ]
    return snakefile(plans, settings or {})


def print_one(*items, path="exp.py", **more):
    return print_plans(experiment(*items, path=path), **more)


def formatted(text):
    return Formatter(Snakefile(io.StringIO(text))).get_formatted()


def block(text, rule):
    """Return the text of one rule."""
    start = re.search(rf"^(?:rule|checkpoint) {rule}:$", text, re.MULTILINE).start()
    return text[start:].split("\n\n\n")[0]


# ------------------------------------------------------------------ which rules there are


def test_the_rules_in_their_order():
    text = print_one(
        setup("init"),
        setup("more"),
        trial("a"),
        trial("b"),
        verify("check", "a"),
    )
    assert RULES.findall(text) == [
        "all",
        *["setup_init", "context_more", "setup_more"],
        *["context_a", "trial_a", "collect_a", "context_b", "trial_b", "collect_b"],
        *["context_check", "verify_check", "report"],
    ]


def test_contexts_are_checkpoints():
    text = print_one(*SMALL, setup("more"))
    checkpoints = re.findall(r"^checkpoint (\w+):", text, re.MULTILINE)
    assert checkpoints == ["context_more", "context_train", "context_check"]


def test_nasty_names_give_no_rule_twice():
    names = ["all", "rule", "input", "x", "trial_x", "report", "collect_x", "context_x", "run"]
    items = [trial(name) for name in names]
    items += [verify("verify_x", "x"), verify("output", "x"), setup("setup_x"), setup("params")]
    rules = RULES.findall(print_one(*items))
    assert len(set(rules)) == len(rules)
    # all, report; 3 for each trial; 2 for each verification; 2 setups, the second with a context
    assert len(rules) == 2 + 3 * 9 + 2 * 2 + 3


@pytest.mark.parametrize(
    "stems",
    [("a", "a_trial"), ("a", "a_context"), ("a-b", "a.b"), ("all", "report"), ("1", "e1_1")],
)
def test_confusable_experiments_give_no_rule_twice(stems):
    names = ["x", "trial_x", "context_x"]
    made = [experiment(*map(trial, names), path=f"{stem}.py") for stem in stems]
    rules = RULES.findall(print_plans(*made))
    assert len(set(rules)) == len(rules) == 1 + 2 * (3 * 3 + 1)


def test_all_wants_every_report():
    made = [experiment(trial("t"), path=f"{stem}.py") for stem in ("b", "a")]
    assert block(print_plans(*made), "all").splitlines()[1:] == [
        "    input:",
        '        reports=["results/b/report.json", "results/a/report.json"],',
    ]


# ------------------------------------------------------------------ what is in them


def test_a_trial_side_by_side():
    lines = block(print_one(*SMALL), "trial_train").splitlines()
    digest = [line for line in lines if "digest=" in line]
    assert digest == ['        digest=mlx.digest("exp", "trials", "train"),']
    assert lines[:8] == [
        "rule trial_train:",
        "    input:",
        "        context=lambda _: checkpoints.context_train.get().output.context,",
        "    output:",
        '        run="results/exp/runs/train/{job}.json",',
        "    log:",
        '        "logs/exp/runs/train/{job}.log",',
        "    wildcard_constraints:",
    ]


def test_a_chained_trial_waits_for_the_run_before():
    chained = found("train", reads=None, writes={"a"})
    text = block(print_one(*SMALL, known=[chained]), "trial_train")
    assert '        previous=mlx.previous("exp", "train"),\n' in text
    assert '" --previous {input.previous:q}"' in text
    assert "previous" not in block(print_one(*SMALL), "trial_train")


def test_other_batches_do_not_change_the_rule_of_a_trial():
    """A changed rule runs all of its jobs."""
    rules = [block(print_one(*SMALL, batch=size), "trial_train") for size in (1, 2)]
    assert rules[0] == rules[1]


def test_a_large_trial_has_a_rule_that_packs_its_tail():
    small, large = (
        print_one(trial("t", {"n": list(range(size))})) for size in (HANDFUL, HANDFUL + 1)
    )
    assert block(large, "trial_t") == block(small, "trial_t")
    assert "pack_t" not in small
    pack = block(large, "pack_t")
    assert "    localrule: True\n    priority: -1\n" in pack
    assert '        packing="results/exp/packing/t.json",\n' in pack
    collect = block(large, "collect_t")
    path = "checkpoints.pack_t.get().output.packing"
    assert f'        tail=lambda _: mlx.tail("exp", "t", {path}),\n' in collect
    assert '" --packing {input.packing:q}"' in collect
    assert "packing" not in block(small, "collect_t")


def test_a_parallel_trial_has_a_limit():
    text = print_one(trial("t", {"n": [1, 2]}, parallel=3))
    assert '\nmlx.limit("running_exp_trial_t", 3)\n' in text
    assert "        running_exp_trial_t=1,\n" in block(text, "trial_t")
    assert "limit(" not in print_one(trial("t", {"n": [1, 2]}, parallel=1))


def test_threads_resources_and_inputs():
    resources = (("mem_mb", 2000), ("gpu", 1.5), ("slurm_extra", "'--gres=gpu:1'"))
    item = trial("t", threads=4, resources=resources, inputs=("data/a.csv", "../b.csv"))
    text = block(print_one(item), "trial_t")
    assert "    threads: 4\n" in text
    assert '        data=mlx.beside("exp", "t"),\n' in text
    expected = "    resources:\n        mem_mb=2000,\n        gpu=1.5,\n"
    assert expected + "        slurm_extra=\"'--gres=gpu:1'\",\n" in text


@pytest.mark.parametrize("name", ["mem", "mem_mb", "mem_mib"])
def test_the_memory_of_a_job_is_the_limit_unless_it_is_said(name):
    limited = trial("t", {"n": [1]}, memory=1_500_000_001)
    assert "    resources:\n        mem_mb=1501,\n" in block(print_one(limited), "trial_t")
    said = trial("t", {"n": [1]}, memory=1_500_000_001, resources=((name, 7),))
    assert f"    resources:\n        {name}=7,\n    params:" in block(print_one(said), "trial_t")


def test_a_verification_takes_the_results_it_depends_on():
    items = [trial("a"), trial("b"), trial("c"), verify("check", "c")]
    text = block(print_one(*items, known=[found("check", trials_read=["a"])]), "verify_check")
    expected = 'trials=["results/exp/trials/a.json", "results/exp/trials/c.json"]'
    assert expected in text


def test_settings_are_defaults():
    text = print_one(*SMALL, settings={"mlx_python": "/opt/python3"})
    assert 'config.setdefault("mlx_python", "/opt/python3")\n' in text


def test_comments_point_to_the_source():
    text = print_one(*SMALL, path="sub/exp.py")
    assert "# sub/exp.py:1: @trial, 2 combinations, in parallel\nrule trial_train:" in text
    assert "# sub/exp.py:1: @setup\nrule setup_init:" in text


@pytest.mark.parametrize(
    ("grid", "reads", "parallel", "expected"),
    [
        ({}, None, None, "1 combination"),
        ({"n": []}, None, None, "0 combinations"),
        ({"n": [1, 2]}, None, None, "2 combinations, one after another"),
        ({"n": [1, 2]}, [], None, "2 combinations, in parallel"),
        ({"n": [1, 2]}, None, 5, "2 combinations, at most 5 at once"),
    ],
)
def test_comments_say_how_a_trial_runs(grid, reads, parallel, expected):
    known = [found("t", reads=reads, writes=None)]
    text = print_one(trial("t", grid, parallel=parallel), known=known)
    assert f"# exp.py:1: @trial, {expected}\nrule trial_t:" in text


def test_a_path_cannot_leave_its_comment():
    text = print_one(*SMALL, path="a\nrule evil:\n/exp.py")
    assert "evil" not in RULES.findall(text)
    assert "# a?rule evil:?/exp.py:1: @setup\n" in text


# ------------------------------------------------------------------ its form


def several_setups(count):
    return [*(setup(f"number_{number}_of_the_setups") for number in range(count)), trial("t")]


@pytest.mark.parametrize(
    ("items", "options"),
    [
        (SMALL, {}),
        (SMALL, {"batch": 2}),
        (SMALL, {"parallel": 4}),
        (SMALL, {"known": [found("train", reads=None, writes=None)]}),
        (SMALL, {"known": [found("train", reads=[f"key_{n}" for n in range(40)])]}),
        (SMALL, {"settings": {"mlx_python": "/opt/a b/python", "other": 'say "hi"'}}),
        (SMALL, {"path": "größe.py"}),
        (several_setups(12), {}),
        ([trial("train", {"größe": ["ä"]}), verify("prüfe", "train")], {}),
        ([setup("größe"), trial("训练", {"n": [1, 2]}, parallel=2)], {}),
        ([setup(f"s{LONG}"), setup(f"r{LONG}"), trial(f"t{LONG}"), verify(f"v{LONG}", "t")], {}),
        ([trial("t", inputs=tuple(f"folder/number_{n}.csv" for n in range(20)))], {}),
        ([trial("t", inputs=("folder/" + "long" * 30 + ".csv",))], {}),
        ([trial("t", inputs=("a{b}.csv", 'say "hi".csv', "it's.csv", "both\"'.csv"))], {}),
        ([trial("t", resources=(("a", "x" * 200), ("b", 'q"q'), ("c", "\\d")), threads=8)], {}),
        ([trial(f"trial_{n}", order=n) for n in range(12)], {}),
    ],
)
def test_snakefmt_would_change_nothing(items, options):
    text = print_one(*items, **options)
    assert formatted(text) == text


@pytest.mark.parametrize("count", range(60, 92))
def test_snakefmt_would_change_nothing_at_any_width(count):
    name = "n" * count
    chained = found(name, reads=None, writes=None)
    inputs = ("a" * (count - 40), "b")
    items = [setup("s"), setup("r" * (count // 3)), trial(name, {"n": [1, 2]}, inputs=inputs)]
    text = print_one(*items, verify("check", name), known=[chained])
    assert formatted(text) == text


def test_snakefmt_would_change_nothing_in_several_experiments():
    made = [experiment(*SMALL, path=f"{stem}.py") for stem in ("a", "a_trial", "größe")]
    text = print_plans(*made, parallel=2)
    assert formatted(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", '"plain"'),
        ('say "hi"', "'say \"hi\"'"),
        ("it's", '"it\'s"'),
        ("both \"'", '"both \\"\'"'),
        ("back\\slash", '"back\\\\slash"'),
        ("line\nbreak\ttab", '"line\\nbreak\\ttab"'),
        ("größe", '"größe"'),
        ("\x00\x7f", '"\\u0000\x7f"'),
    ],
)
def test_texts_are_quoted_as_black_does(text, expected):
    assert quoted(text) == expected


def test_a_rule_prints_only_what_it_has():
    assert str(Rule(name="empty")) == "rule empty:\n"
    rule = Rule(name="r", comment="Why.", log='"a.log"', threads=2, localrule=True)
    assert str(rule) == (
        '# Why.\nrule r:\n    log:\n        "a.log",\n    localrule: True\n    threads: 2\n'
    )


def test_no_absolute_path_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = experiment(*SMALL, path=str(tmp_path / "exp.py"))
    text = print_plans(made)
    assert str(tmp_path) not in text
    assert not re.search(r"[\"' ]/", text)


@pytest.mark.slow
def test_snakemake_lints_nothing_but_missing_environments(tmp_path):
    source = """
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {}

@trial(1, {"n": [1, 2], "größe": ["a b"]}, threads=2, resources={"mem_mb": 10}, inputs=["exp.py"])
def train(n, größe):
    return {"context_update": {"n": n}}

@trial(2, {"n": [1], "__parallel__": 2})
def prüfe(n):
    return SETUP

@verify(["train"])
def check(results):
    return True
"""
    (tmp_path / "exp.py").write_text(source, encoding="utf-8")
    compile_here = [sys.executable, "-m", "mlx2smk.cli", "compile", "exp.py"]
    subprocess.run(compile_here, cwd=tmp_path, check=True)
    command = [sys.executable, "-m", "snakemake", "--lint"]
    done = warm_snakemake.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    titles = re.findall(r"^    \* (.+)$", done.stdout + done.stderr, re.MULTILINE)
    assert set(titles) == {"Specify a conda environment or container for each rule.:"}
