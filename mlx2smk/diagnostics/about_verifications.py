"""Messages about the trials that verifications name."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class UnknownTrial(Diagnostic):
    """A verification names a trial that the file does not declare.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["trian"])
        def check(results): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results): ...
    """

    code = "MLX401"
    template = "there is no trial {name!r}"
    advice = "{near}"


class NotATrial(Diagnostic):
    """A verification names a function of the file that is not a trial.

    Only trials have results. Setups make the context, and helpers are called by other functions.

    For example:

        @setup()
        def init():
            return {"seed": 1}

        @verify(["init"])
        def check(results): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results): ...
    """

    code = "MLX402"
    template = "{name!r} is {what}, not a trial"
    advice = "{near}"


class BadTrialNames(Diagnostic):
    """The names of trials are not a list of string literals.

    For example:

        @verify([train])
        def check(results): ...

    Use instead:

        @verify(["train"])
        def check(results): ...
    """

    code = "MLX403"
    template = "trial_names must be a list of trials' names, not {text}"
    advice = 'write the names as strings, for example ["train"]'


class SingleTrialName(Diagnostic):
    """A single name is given instead of a list of names.

    For example:

        @verify("train")
        def check(results): ...

    Use instead:

        @verify(["train"])
        def check(results): ...
    """

    code = "MLX404"
    template = "trial_names must be a list of trials' names, not the string {text}"
    advice = "write [{text}]"
