"""Warnings: the experiment is valid, but may not mean what its author intended."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class DoubledValue(Diagnostic):
    """A parameter's list has the same value twice, so the same combination runs twice.

    Both are run and listed. `1`, `1.0` and `True` are different values. To repeat a trial on
    purpose, add a parameter that tells the repetitions apart, such as a seed.

    For example:

        @trial(1, {"n": [1, 2, 2]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2], "repetition": [1, 2]})
        def train(n, repetition): ...
    """

    code = "MLX601"
    severity = "warning"
    template = "the value {text} of {name!r} is already in the list"
    advice = "both run; to tell repetitions apart, add a parameter that counts them"


class EmptyList(Diagnostic):
    """A parameter has no values, so the trial has no combination and never runs.

    For example:

        @trial(1, {"n": [1, 2], "lr": []})
        def train(n, lr=0.1): ...

    Use instead:

        @trial(1, {"n": [1, 2]})
        def train(n, lr=0.1): ...
    """

    code = "MLX602"
    severity = "warning"
    template = "{name!r} has no values, so the trial never runs"
    advice = "list a value, or remove the parameter if it has a default"


class HugeGrid(Diagnostic):
    """A trial has more than 100,000 combinations (more than 10,000,000 are an error, MLX220).

    All of them are planned and run. The number of combinations grows quickly with the number of
    parameters. A list of cfg dicts can name just the combinations that matter.

    For example:

        @trial(1, {"a": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "b": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                   "c": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "d": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                   "e": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "f": [0, 1]})
        def train(a, b, c, d, e, f): ...

    Use instead:

        @trial(1, {"cfg": [{"a": 0, "b": 1}, {"a": 9, "b": 3}]})
        def train(cfg): ...
    """

    code = "MLX603"
    severity = "warning"
    template = "the trial has {count:,} combinations"
    advice = "a list of cfg dicts can name just those that matter"


class DoubledTrialName(Diagnostic):
    """A verification names the same trial twice, which has no effect.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train", "train"])
        def check(results): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results): ...
    """

    code = "MLX604"
    severity = "warning"
    template = "the trial {name!r} is already named"
    advice = "remove it here"


class ShadowedContext(Diagnostic):
    """The file assigns `SETUP`, so its functions see that value instead of the context.

    In each job `SETUP` holds the values that the setups returned, before the first statement of the
    file runs. To make the name known to editors, linters and type checkers, import it.

    For example:

        SETUP = {}

    Use instead:

        from mlx2smk import SETUP
    """

    code = "MLX605"
    severity = "warning"
    template = "this replaces SETUP, which already holds the context"
    advice = "remove it; for editors and type checkers, write `from mlx2smk import SETUP`"


class StandardModuleName(Diagnostic):
    """The file has the name of a module of Python's standard library.

    In a job, importing this name gives Python's own module, in the experiment too, and the
    experiment's `__name__` is its stem followed by `_experiment`. But if you run the file directly, or
    start another program in its folder with `python -m`, the file hides the module from all libraries.
    """

    code = "MLX606"
    severity = "warning"
    template = "{stem!r} is also a module of Python's standard library, which this file can hide"
    advice = "rename the file; only the jobs of this experiment still import Python's own module"


class UnusedEnvironment(Diagnostic):
    """A profile that you edited lacks the setting for `--conda` or `--container`.

    `mlx` does not change such profiles. Without the setting Snakemake would run the jobs in this
    machine's environment, so the workflow refuses to run with that profile.

    For example:

        executor: slurm

    Use instead:

        executor: slurm
        software-deployment-method:
          - conda
    """

    code = "MLX607"
    severity = "warning"
    template = "this profile was edited by hand and does not make Snakemake use {methods}"
    advice = "add to it: software-deployment-method: [{methods}]"


class BrokenProfile(Diagnostic):
    """A profile that you changed is no longer YAML, or has no settings.

    Snakemake refuses to start with it, and `mlx` cannot tell whether it has the setting for `--conda` or
    `--container`.

    For example:

        executor slurm

    Use instead:

        executor: slurm
    """

    code = "MLX608"
    severity = "warning"
    template = "snakemake cannot read this profile, which was changed by hand: {problem}"
    advice = "mend it, or delete it and compile again"


class DroppedExperiment(Diagnostic):
    """An experiment that was compiled into the folder cannot be compiled again and is dropped.

    `mlx compile b.py` also compiles the experiments that were compiled into the folder before, from
    their files as they are now. An experiment whose file no longer exists, or that another version of
    `mlx` compiled, is dropped; its results stay in `results/`. An experiment whose file has an error is
    not dropped: the error is shown, and nothing is written.
    """

    code = "MLX620"
    severity = "warning"
    template = "this experiment was compiled into the folder and is dropped: {reason}"
    advice = "its results are kept; to compile it again, name its file"
