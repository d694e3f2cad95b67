# Written by mlx2smk from fib.py. Change that and compile again:
# what is changed here by hand stands in the way of the next compile.


include: "rules/mlx.smk"


check_bundle("<digest>")


rule all:
    input:
        reports=["results/fib/report.json"],


# What fib may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_fib:
    output:
        context="results/fib/context/fib.json",
    log:
        "logs/fib/context/fib.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("fib"),
    shell:
        "{params.worker} context fib --plan {params.plan:q}"
        " --output {output.context:q} --log {log:q}"


# fib.py:29: @trial, 14 combinations, side by side
rule trial_fib:
    input:
        context=lambda _: checkpoints.context_fib.get().output.context,
    output:
        run="results/fib/runs/fib/{combination}.json",
    log:
        "logs/fib/runs/fib/{combination}.log",
    wildcard_constraints:
        combination="[^/]+",
    params:
        digest=digest("fib", "trials", "fib"),
        worker=worker,
        plan=plan("fib"),
        store=store,
    shell:
        "{params.worker} trial fib --plan {params.plan:q}"
        " --job {wildcards.combination:q} --context {input.context:q} {params.store}"
        " --output {output.run:q} --log {log:q} --digest {params.digest:q}"


# All runs of fib, in order, and what they make of SETUP.
rule collect_fib:
    input:
        context=lambda _: checkpoints.context_fib.get().output.context,
        runs=runs("fib", "fib"),
    output:
        runs="results/fib/trials/fib.json",
        updates="results/fib/updates/fib.json",
    log:
        "logs/fib/collect/fib.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("fib"),
        folder=folder("runs"),
    shell:
        "{params.worker} collect fib --plan {params.plan:q}"
        " --runs {params.folder:q} --context {input.context:q}"
        " --runs-output {output.runs:q} --updates-output {output.updates:q}"
        " --log {log:q}"


# What methods_agree may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_methods_agree:
    input:
        updates=["results/fib/updates/fib.json"],
    output:
        context="results/fib/context/methods_agree.json",
    log:
        "logs/fib/context/methods_agree.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("fib"),
    shell:
        "{params.worker} context methods_agree --plan {params.plan:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# fib.py:41: @verify of fib
rule verify_methods_agree:
    input:
        context=lambda _: checkpoints.context_methods_agree.get().output.context,
        trials=["results/fib/trials/fib.json"],
    output:
        verdict="results/fib/verify/methods_agree.json",
    log:
        "logs/fib/verify/methods_agree.log",
    params:
        digest=digest("fib", "verifications", "methods_agree", "fib"),
        worker=worker,
        plan=plan("fib"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify methods_agree --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# What recursion_grows_with_the_numbers may read of SETUP: numpy_seed, pythonhashseed, seed, torch_seed.
checkpoint context_recursion_grows_with_the_numbers:
    input:
        updates=["results/fib/updates/fib.json"],
    output:
        context="results/fib/context/recursion_grows_with_the_numbers.json",
    log:
        "logs/fib/context/recursion_grows_with_the_numbers.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("fib"),
    shell:
        "{params.worker} context recursion_grows_with_the_numbers --plan {params.plan:q}"
        " --updates {input.updates:q}"
        " --output {output.context:q} --log {log:q}"


# fib.py:48: @verify of fib
rule verify_recursion_grows_with_the_numbers:
    input:
        context=lambda _: checkpoints.context_recursion_grows_with_the_numbers.get().output.context,
        trials=["results/fib/trials/fib.json"],
    output:
        verdict="results/fib/verify/recursion_grows_with_the_numbers.json",
    log:
        "logs/fib/verify/recursion_grows_with_the_numbers.log",
    params:
        digest=digest(
            "fib",
            "verifications",
            "recursion_grows_with_the_numbers",
            "fib",
        ),
        worker=worker,
        plan=plan("fib"),
        trials=folder("trials"),
    shell:
        "{params.worker} verify recursion_grows_with_the_numbers --plan {params.plan:q}"
        " --context {input.context:q} --trials {params.trials:q}"
        " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}"


# Everything that fib.py gave, and its status.
rule report:
    input:
        updates=["results/fib/updates/fib.json"],
        trials=["results/fib/trials/fib.json"],
        verdicts=[
            "results/fib/verify/methods_agree.json",
            "results/fib/verify/recursion_grows_with_the_numbers.json",
        ],
    output:
        report="results/fib/report.json",
    log:
        "logs/fib/report.log",
    localrule: True
    params:
        digest="<digest>",
        worker=worker,
        plan=plan("fib"),
        trials=folder("trials"),
        verdicts=folder("verdicts"),
    shell:
        "{params.worker} report --plan {params.plan:q}"
        " --updates {input.updates:q}"
        " --trials {params.trials:q} --verdicts {params.verdicts:q}"
        " --output {output.report:q} --log {log:q}"
