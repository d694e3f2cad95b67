# Written by mlx2smk from seeds.py. Change that and compile again:
# what is changed here by hand stands in the way of the next compile.


include: "rules/mlx.smk"


check_bundle("<digest>")


rule all:
    input:
        reports=["results/seeds/report.json"],


# seeds.py:15: @setup
rule setup_init:
    output:
        record="results/seeds/setup/init.json",
    log:
        "logs/seeds/setup/init.log",
    params:
        digest=digest("seeds", "setups", "init"),
        worker=worker,
        plan=plan("seeds"),
    shell:
        "{params.worker} setup init --plan {params.plan:q}"
        " --output {output.record:q} --log {log:q} --digest {params.digest:q}"


# What draw may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_draw:
    input:
        setups=["results/seeds/setup/init.json"],
    output:
        context="results/seeds/context/draw.json",
    log:
        "logs/seeds/context/draw.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
    shell:
        "{params.worker} context draw --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --output {output.context:q} --log {log:q}"


# seeds.py:30: @trial, 3 combinations, side by side
rule trial_draw:
    input:
        context=lambda _: checkpoints.context_draw.get().output.context,
    output:
        run="results/seeds/runs/draw/{combination}.json",
    log:
        "logs/seeds/runs/draw/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    params:
        digest=digest("seeds", "trials", "draw"),
        worker=worker,
        plan=plan("seeds"),
        store=store,
    shell:
        "{params.worker} trial draw --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of draw, in order, and what they make of SETUP.
rule collect_draw:
    input:
        context=lambda _: checkpoints.context_draw.get().output.context,
        runs=runs("seeds", "draw"),
    output:
        runs="results/seeds/trials/draw.json",
        updates="results/seeds/updates/draw.json",
    log:
        "logs/seeds/collect/draw.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect draw --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What draw_apart may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_draw_apart:
    input:
        setups=["results/seeds/setup/init.json"],
    output:
        context="results/seeds/context/draw_apart.json",
    log:
        "logs/seeds/context/draw_apart.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
    shell:
        "{params.worker} context draw_apart --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --output {output.context:q} --log {log:q}"


# seeds.py:39: @trial, 3 combinations, side by side
rule trial_draw_apart:
    input:
        context=lambda _: checkpoints.context_draw_apart.get().output.context,
    output:
        run="results/seeds/runs/draw_apart/{combination}.json",
    log:
        "logs/seeds/runs/draw_apart/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    params:
        digest=digest("seeds", "trials", "draw_apart"),
        worker=worker,
        plan=plan("seeds"),
        store=store,
    shell:
        "{params.worker} trial draw_apart --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of draw_apart, in order, and what they make of SETUP.
rule collect_draw_apart:
    input:
        context=lambda _: checkpoints.context_draw_apart.get().output.context,
        runs=runs("seeds", "draw_apart"),
    output:
        runs="results/seeds/trials/draw_apart.json",
        updates="results/seeds/updates/draw_apart.json",
    log:
        "logs/seeds/collect/draw_apart.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect draw_apart --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What processes_draw_the_same may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_processes_draw_the_same:
    input:
        setups=["results/seeds/setup/init.json"],
        updates=[
            "results/seeds/updates/draw.json",
            "results/seeds/updates/draw_apart.json",
        ],
    output:
        context="results/seeds/context/processes_draw_the_same.json",
    log:
        "logs/seeds/context/processes_draw_the_same.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
    shell:
        "{params.worker} context processes_draw_the_same --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# seeds.py:46: @verify of draw
rule verify_processes_draw_the_same:
    input:
        context=lambda _: checkpoints.context_processes_draw_the_same.get().output.context,
        trials=["results/seeds/trials/draw.json"],
    output:
        verdict="results/seeds/verify/processes_draw_the_same.json",
    log:
        "logs/seeds/verify/processes_draw_the_same.log",
    params:
        digest=digest("seeds", "verifications", "processes_draw_the_same", "draw"),
        worker=worker,
        plan=plan("seeds"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify processes_draw_the_same --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What seeds_are_those_of_setup may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_seeds_are_those_of_setup:
    input:
        setups=["results/seeds/setup/init.json"],
        updates=[
            "results/seeds/updates/draw.json",
            "results/seeds/updates/draw_apart.json",
        ],
    output:
        context="results/seeds/context/seeds_are_those_of_setup.json",
    log:
        "logs/seeds/context/seeds_are_those_of_setup.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
    shell:
        "{params.worker} context seeds_are_those_of_setup --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# seeds.py:54: @verify of draw
rule verify_seeds_are_those_of_setup:
    input:
        context=lambda _: checkpoints.context_seeds_are_those_of_setup.get().output.context,
        trials=["results/seeds/trials/draw.json"],
    output:
        verdict="results/seeds/verify/seeds_are_those_of_setup.json",
    log:
        "logs/seeds/verify/seeds_are_those_of_setup.log",
    params:
        digest=digest("seeds", "verifications", "seeds_are_those_of_setup", "draw"),
        worker=worker,
        plan=plan("seeds"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify seeds_are_those_of_setup --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What repetitions_differ may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_repetitions_differ:
    input:
        setups=["results/seeds/setup/init.json"],
        updates=[
            "results/seeds/updates/draw.json",
            "results/seeds/updates/draw_apart.json",
        ],
    output:
        context="results/seeds/context/repetitions_differ.json",
    log:
        "logs/seeds/context/repetitions_differ.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
    shell:
        "{params.worker} context repetitions_differ --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# seeds.py:66: @verify of draw_apart
rule verify_repetitions_differ:
    input:
        context=lambda _: checkpoints.context_repetitions_differ.get().output.context,
        trials=["results/seeds/trials/draw_apart.json"],
    output:
        verdict="results/seeds/verify/repetitions_differ.json",
    log:
        "logs/seeds/verify/repetitions_differ.log",
    params:
        digest=digest("seeds", "verifications", "repetitions_differ", "draw_apart"),
        worker=worker,
        plan=plan("seeds"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify repetitions_differ --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# Everything that seeds.py gave, and its status.
rule report:
    input:
        setups=["results/seeds/setup/init.json"],
        updates=[
            "results/seeds/updates/draw.json",
            "results/seeds/updates/draw_apart.json",
        ],
        trials=[
            "results/seeds/trials/draw.json",
            "results/seeds/trials/draw_apart.json",
        ],
        verdicts=[
            "results/seeds/verify/processes_draw_the_same.json",
            "results/seeds/verify/seeds_are_those_of_setup.json",
            "results/seeds/verify/repetitions_differ.json",
        ],
    output:
        report="results/seeds/report.json",
    log:
        "logs/seeds/report.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("seeds"),
        trials=folder("trials"),
        verdicts=folder("verdicts"),
    shell:
        "{params.worker} report --plan {params.plan:q}"
        " --setups {input.setups:q}"
        " --updates {input.updates:q}"
        " --trials {params.trials:q} --verdicts {params.verdicts:q}"
        " --output {output.report:q} --log {log:q}"
