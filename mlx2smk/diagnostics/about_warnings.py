"""Messages that stop nothing: the experiment means something, but maybe not what was meant."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class DoubledValue(Diagnostic):
    """A parameter's list has the same value twice, so the same combination runs twice.

    Each is run and listed. `1`, `1.0` and `True` are different values. To repeat a trial on
    purpose, let a parameter such as a seed or a number of the repetition say which one it is.

    For example:

        @trial(1, {"n": [1, 2, 2]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2], "repetition": [1, 2]})
        def train(n, repetition): ...
    """

    code = "MLX601"
    severity = "warning"
    template = "the value {text} of {name!r} is in the list already"
    advice = "each of them runs; a parameter that counts repetitions would tell them apart"


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
    """A trial has more than 100,000 combinations (more than 10,000,000 are an error: MLX220).

    All of them are planned and run; with many parameters the product grows faster than one
    thinks. A list of cfg dicts names just the combinations that matter.

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
    """A verification names the same trial twice, which means the same as once.

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
    template = "the trial {name!r} is named already"
    advice = "remove it here"


class ShadowedContext(Diagnostic):
    """The file binds `SETUP` itself, so its functions see that instead of the context.

    In each job `SETUP` holds what the setups returned before the file's first statement runs.
    To tell a type checker about it, declare it without a value: that binds nothing.

    For example:

        SETUP = {}

    Use instead:

        SETUP: dict[str, object]
    """

    code = "MLX605"
    severity = "warning"
    template = "this hides the context, which is in SETUP already"
    advice = "remove it; a type checker is satisfied by `SETUP: dict[str, object]`"


class StandardModuleName(Diagnostic):
    """The file has the name of a module of Python's standard library.

    In a job, that module keeps its name: whoever imports it, the experiment too, gets Python's own, and
    the experiment's `__name__` is its stem with `_experiment` behind it. But in a plain run, and in what
    else is started in its folder with `python -m`, the file hides the module from all libraries.
    """

    code = "MLX606"
    severity = "warning"
    template = "{stem!r} is also a module of Python's standard library, which this file can hide"
    advice = "rename the file; only in the jobs of this experiment that module keeps its name"


class UnusedEnvironment(Diagnostic):
    """A profile that you changed lacks the setting for `--conda` or `--container`.

    `mlx` leaves such profiles as they are. Without the setting Snakemake would run the jobs in this
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
    template = "this profile was changed by hand and does not have Snakemake use {methods}"
    advice = "write into it: software-deployment-method: [{methods}]"


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
    """An experiment that was compiled into the folder cannot be compiled again, and is dropped.

    `mlx compile b.py` compiles the experiments that are in the folder already along with `b.py`, from
    their files as they are now. What is gone cannot be; its results stay in `results/`. An experiment
    whose file has an error is not dropped: the error is shown, and nothing is written.
    """

    code = "MLX620"
    severity = "warning"
    template = "this experiment was compiled into the folder and is dropped: {reason}"
    advice = "its results stay where they are; name its file to compile it again"
