# Written by mlx2smk from digits.py. Change that and compile again:
# what is changed here by hand stands in the way of the next compile.


include: "rules/mlx.smk"


check_bundle("<digest>")


limit("running_digits_trial_score", 4)


rule all:
    input:
        reports=["results/digits/report.json"],


# digits.py:23: @setup
rule setup_init:
    output:
        record="results/digits/setup/init.json",
    log:
        "logs/digits/setup/init.log",
    params:
        digest=digest("digits", "setups", "init"),
        worker=worker,
        plan=plan("digits"),
    shell:
        "{params.worker} setup init --plan {params.plan:q}"
        " --output {output.record:q} --log {log:q} --digest {params.digest:q}"


# What score may read of SETUP: folds, numpy_seed, pythonhashseed, seed, test_share, torch_seed.
checkpoint context_score:
    input:
        setups=["results/digits/setup/init.json"],
    output:
        context="results/digits/context/score.json",
    log:
        "logs/digits/context/score.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
    shell:
        "{params.worker} context score --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --output {output.context:q} --log {log:q}"


# digits.py:80: @trial, 36 combinations, at most 4 at once
rule trial_score:
    input:
        context=lambda _: checkpoints.context_score.get().output.context,
    output:
        run="results/digits/runs/score/{combination}.json",
    log:
        "logs/digits/runs/score/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    resources:
        running_digits_trial_score=1,
    params:
        digest=digest("digits", "trials", "score"),
        worker=worker,
        plan=plan("digits"),
        store=store,
    shell:
        "{params.worker} trial score --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of score, in order, and what they make of SETUP.
rule collect_score:
    input:
        context=lambda _: checkpoints.context_score.get().output.context,
        runs=runs("digits", "score"),
    output:
        runs="results/digits/trials/score.json",
        updates="results/digits/updates/score.json",
    log:
        "logs/digits/collect/score.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect score --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What final may read of SETUP: any key.
checkpoint context_final:
    input:
        setups=["results/digits/setup/init.json"],
        updates=["results/digits/updates/score.json"],
    output:
        context="results/digits/context/final.json",
    log:
        "logs/digits/context/final.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
    shell:
        "{params.worker} context final --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# digits.py:100: @trial, 5 combinations, side by side
rule trial_final:
    input:
        context=lambda _: checkpoints.context_final.get().output.context,
    output:
        run="results/digits/runs/final/{combination}.json",
    log:
        "logs/digits/runs/final/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    params:
        digest=digest("digits", "trials", "final"),
        worker=worker,
        plan=plan("digits"),
        store=store,
    shell:
        "{params.worker} trial final --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of final, in order, and what they make of SETUP.
rule collect_final:
    input:
        context=lambda _: checkpoints.context_final.get().output.context,
        runs=runs("digits", "final"),
    output:
        runs="results/digits/trials/final.json",
        updates="results/digits/updates/final.json",
    log:
        "logs/digits/collect/final.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect final --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What reads_unseen_digits may read of SETUP: at_least, numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_reads_unseen_digits:
    input:
        setups=["results/digits/setup/init.json"],
        updates=[
            "results/digits/updates/score.json",
            "results/digits/updates/final.json",
        ],
    output:
        context="results/digits/context/reads_unseen_digits.json",
    log:
        "logs/digits/context/reads_unseen_digits.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
    shell:
        "{params.worker} context reads_unseen_digits --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# digits.py:118: @verify of score, final
rule verify_reads_unseen_digits:
    input:
        context=lambda _: checkpoints.context_reads_unseen_digits.get().output.context,
        trials=["results/digits/trials/score.json", "results/digits/trials/final.json"],
    output:
        verdict="results/digits/verify/reads_unseen_digits.json",
    log:
        "logs/digits/verify/reads_unseen_digits.log",
    params:
        digest=digest(
            "digits",
            "verifications",
            "reads_unseen_digits",
            "score",
            "final",
        ),
        worker=worker,
        plan=plan("digits"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify reads_unseen_digits --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What beats_the_majority may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_beats_the_majority:
    input:
        setups=["results/digits/setup/init.json"],
        updates=[
            "results/digits/updates/score.json",
            "results/digits/updates/final.json",
        ],
    output:
        context="results/digits/context/beats_the_majority.json",
    log:
        "logs/digits/context/beats_the_majority.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
    shell:
        "{params.worker} context beats_the_majority --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# digits.py:125: @verify of score, final
rule verify_beats_the_majority:
    input:
        context=lambda _: checkpoints.context_beats_the_majority.get().output.context,
        trials=["results/digits/trials/score.json", "results/digits/trials/final.json"],
    output:
        verdict="results/digits/verify/beats_the_majority.json",
    log:
        "logs/digits/verify/beats_the_majority.log",
    params:
        digest=digest(
            "digits",
            "verifications",
            "beats_the_majority",
            "score",
            "final",
        ),
        worker=worker,
        plan=plan("digits"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify beats_the_majority --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What seeds_agree may read of SETUP: agree_within, numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_seeds_agree:
    input:
        setups=["results/digits/setup/init.json"],
        updates=[
            "results/digits/updates/score.json",
            "results/digits/updates/final.json",
        ],
    output:
        context="results/digits/context/seeds_agree.json",
    log:
        "logs/digits/context/seeds_agree.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
    shell:
        "{params.worker} context seeds_agree --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# digits.py:136: @verify of score, final
rule verify_seeds_agree:
    input:
        context=lambda _: checkpoints.context_seeds_agree.get().output.context,
        trials=["results/digits/trials/score.json", "results/digits/trials/final.json"],
    output:
        verdict="results/digits/verify/seeds_agree.json",
    log:
        "logs/digits/verify/seeds_agree.log",
    params:
        digest=digest("digits", "verifications", "seeds_agree", "score", "final"),
        worker=worker,
        plan=plan("digits"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify seeds_agree --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# Everything that digits.py gave, and its status.
rule report:
    input:
        setups=["results/digits/setup/init.json"],
        updates=[
            "results/digits/updates/score.json",
            "results/digits/updates/final.json",
        ],
        trials=["results/digits/trials/score.json", "results/digits/trials/final.json"],
        verdicts=[
            "results/digits/verify/reads_unseen_digits.json",
            "results/digits/verify/beats_the_majority.json",
            "results/digits/verify/seeds_agree.json",
        ],
    output:
        report="results/digits/report.json",
    log:
        "logs/digits/report.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("digits"),
        trials=folder("trials"),
        verdicts=folder("verdicts"),
    shell:
        "{params.worker} report --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --trials {params.trials:q} --verdicts {params.verdicts:q}"
        " --output {output.report:q} --log {log:q}"
