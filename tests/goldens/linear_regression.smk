# Written by mlx2smk from linear_regression.py. Change that and compile again:
# what is changed here by hand stands in the way of the next compile.


include: "rules/mlx.smk"


check_bundle("<digest>")


limit("running_linear_regression_trial_descend", 4)


rule all:
    input:
        reports=["results/linear_regression/report.json"],


# linear_regression.py:16: @setup
rule setup_init:
    output:
        record="results/linear_regression/setup/init.json",
    log:
        "logs/linear_regression/setup/init.log",
    params:
        digest=digest("linear_regression", "setups", "init"),
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} setup init --plan {params.plan:q}"
        " --output {output.record:q} --log {log:q} --digest {params.digest:q}"


# What solve may read of SETUP: noise, numpy_seed, pythonhashseed, rows, seed, torch_seed.
checkpoint context_solve:
    input:
        setups=["results/linear_regression/setup/init.json"],
    output:
        context="results/linear_regression/context/solve.json",
    log:
        "logs/linear_regression/context/solve.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} context solve --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --output {output.context:q} --log {log:q}"


# linear_regression.py:47: @trial, 1 combination
rule trial_solve:
    input:
        context=lambda _: checkpoints.context_solve.get().output.context,
    output:
        run="results/linear_regression/runs/solve/{combination}.json",
    log:
        "logs/linear_regression/runs/solve/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    params:
        digest=digest("linear_regression", "trials", "solve"),
        worker=worker,
        plan=plan("linear_regression"),
        store=store,
    shell:
        "{params.worker} trial solve --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of solve, in order, and what they make of SETUP.
rule collect_solve:
    input:
        context=lambda _: checkpoints.context_solve.get().output.context,
        runs=runs("linear_regression", "solve"),
    output:
        runs="results/linear_regression/trials/solve.json",
        updates="results/linear_regression/updates/solve.json",
    log:
        "logs/linear_regression/collect/solve.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect solve --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What descend may read of SETUP: noise, numpy_seed, pythonhashseed, rows, seed, torch_seed.
checkpoint context_descend:
    input:
        setups=["results/linear_regression/setup/init.json"],
    output:
        context="results/linear_regression/context/descend.json",
    log:
        "logs/linear_regression/context/descend.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} context descend --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --output {output.context:q} --log {log:q}"


# linear_regression.py:53: @trial, 8 combinations, at most 4 at once
rule trial_descend:
    input:
        context=lambda _: checkpoints.context_descend.get().output.context,
    output:
        run="results/linear_regression/runs/descend/{combination}.json",
    log:
        "logs/linear_regression/runs/descend/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    resources:
        running_linear_regression_trial_descend=1,
    params:
        digest=digest("linear_regression", "trials", "descend"),
        worker=worker,
        plan=plan("linear_regression"),
        store=store,
    shell:
        "{params.worker} trial descend --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of descend, in order, and what they make of SETUP.
rule collect_descend:
    input:
        context=lambda _: checkpoints.context_descend.get().output.context,
        runs=runs("linear_regression", "descend"),
    output:
        runs="results/linear_regression/trials/descend.json",
        updates="results/linear_regression/updates/descend.json",
    log:
        "logs/linear_regression/collect/descend.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect descend --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What refine may read of SETUP: any key.
checkpoint context_refine:
    input:
        setups=["results/linear_regression/setup/init.json"],
        updates=[
            "results/linear_regression/updates/solve.json",
            "results/linear_regression/updates/descend.json",
        ],
    output:
        context="results/linear_regression/context/refine.json",
    log:
        "logs/linear_regression/context/refine.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} context refine --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# linear_regression.py:60: @trial, 1 combination
rule trial_refine:
    input:
        context=lambda _: checkpoints.context_refine.get().output.context,
    output:
        run="results/linear_regression/runs/refine/{combination}.json",
    log:
        "logs/linear_regression/runs/refine/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    params:
        digest=digest("linear_regression", "trials", "refine"),
        worker=worker,
        plan=plan("linear_regression"),
        store=store,
    shell:
        "{params.worker} trial refine --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of refine, in order, and what they make of SETUP.
rule collect_refine:
    input:
        context=lambda _: checkpoints.context_refine.get().output.context,
        runs=runs("linear_regression", "refine"),
    output:
        runs="results/linear_regression/trials/refine.json",
        updates="results/linear_regression/updates/refine.json",
    log:
        "logs/linear_regression/collect/refine.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect refine --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What descent_converges may read of SETUP: numpy_seed, pythonhashseed, seed, tolerance, torch_seed.
checkpoint context_descent_converges:
    input:
        setups=["results/linear_regression/setup/init.json"],
        updates=[
            "results/linear_regression/updates/solve.json",
            "results/linear_regression/updates/descend.json",
            "results/linear_regression/updates/refine.json",
        ],
    output:
        context="results/linear_regression/context/descent_converges.json",
    log:
        "logs/linear_regression/context/descent_converges.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} context descent_converges --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# linear_regression.py:68: @verify of solve, descend, refine
rule verify_descent_converges:
    input:
        context=lambda _: checkpoints.context_descent_converges.get().output.context,
        trials=[
            "results/linear_regression/trials/solve.json",
            "results/linear_regression/trials/descend.json",
            "results/linear_regression/trials/refine.json",
        ],
    output:
        verdict="results/linear_regression/verify/descent_converges.json",
    log:
        "logs/linear_regression/verify/descent_converges.log",
    params:
        digest=digest(
            "linear_regression",
            "verifications",
            "descent_converges",
            "solve",
            "descend",
            "refine",
        ),
        worker=worker,
        plan=plan("linear_regression"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify descent_converges --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What weights_are_recovered may read of SETUP: noise, numpy_seed, pythonhashseed, rows, seed, torch_seed.
checkpoint context_weights_are_recovered:
    input:
        setups=["results/linear_regression/setup/init.json"],
        updates=[
            "results/linear_regression/updates/solve.json",
            "results/linear_regression/updates/descend.json",
            "results/linear_regression/updates/refine.json",
        ],
    output:
        context="results/linear_regression/context/weights_are_recovered.json",
    log:
        "logs/linear_regression/context/weights_are_recovered.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} context weights_are_recovered --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# linear_regression.py:76: @verify of solve
rule verify_weights_are_recovered:
    input:
        context=lambda _: checkpoints.context_weights_are_recovered.get().output.context,
        trials=["results/linear_regression/trials/solve.json"],
    output:
        verdict="results/linear_regression/verify/weights_are_recovered.json",
    log:
        "logs/linear_regression/verify/weights_are_recovered.log",
    params:
        digest=digest(
            "linear_regression",
            "verifications",
            "weights_are_recovered",
            "solve",
        ),
        worker=worker,
        plan=plan("linear_regression"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify weights_are_recovered --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What more_steps_help may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_more_steps_help:
    input:
        setups=["results/linear_regression/setup/init.json"],
        updates=[
            "results/linear_regression/updates/solve.json",
            "results/linear_regression/updates/descend.json",
            "results/linear_regression/updates/refine.json",
        ],
    output:
        context="results/linear_regression/context/more_steps_help.json",
    log:
        "logs/linear_regression/context/more_steps_help.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
    shell:
        "{params.worker} context more_steps_help --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# linear_regression.py:83: @verify of descend
rule verify_more_steps_help:
    input:
        context=lambda _: checkpoints.context_more_steps_help.get().output.context,
        trials=["results/linear_regression/trials/descend.json"],
    output:
        verdict="results/linear_regression/verify/more_steps_help.json",
    log:
        "logs/linear_regression/verify/more_steps_help.log",
    params:
        digest=digest(
            "linear_regression",
            "verifications",
            "more_steps_help",
            "descend",
        ),
        worker=worker,
        plan=plan("linear_regression"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify more_steps_help --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# Everything that linear_regression.py gave, and its status.
rule report:
    input:
        setups=["results/linear_regression/setup/init.json"],
        updates=[
            "results/linear_regression/updates/solve.json",
            "results/linear_regression/updates/descend.json",
            "results/linear_regression/updates/refine.json",
        ],
        trials=[
            "results/linear_regression/trials/solve.json",
            "results/linear_regression/trials/descend.json",
            "results/linear_regression/trials/refine.json",
        ],
        verdicts=[
            "results/linear_regression/verify/descent_converges.json",
            "results/linear_regression/verify/weights_are_recovered.json",
            "results/linear_regression/verify/more_steps_help.json",
        ],
    output:
        report="results/linear_regression/report.json",
    log:
        "logs/linear_regression/report.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("linear_regression"),
        trials=folder("trials"),
        verdicts=folder("verdicts"),
    shell:
        "{params.worker} report --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --trials {params.trials:q} --verdicts {params.verdicts:q}"
        " --output {output.report:q} --log {log:q}"
