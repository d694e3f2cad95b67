"""Warnings about what looks like a mistake in the code of functions, as far as it can be seen."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class UndefinedName(Diagnostic):
    """A function uses a name that nothing binds: not the file, not Python, no import.

    It is looked for in what belongs to setups, trials and verifications, local modules included.
    Running it would be a `NameError`: a setup that raises ends the run, a trial's is recorded as a
    failure. Nothing is said where the name may yet be there: in a module with `import *` from
    outside, with `exec` or `globals()`, inside `try` with a fitting `except`, in code that never
    runs. What `if __name__ == "__main__":` binds is not there in a job.

    For example:

        @trial(1, {"n": [1, 2]})
        def train(n):
            return float(np.sqrt(n))

    Use instead:

        import numpy as np
        from mlx2smk import trial

        @trial(1, {"n": [1, 2]})
        def train(n):
            return float(np.sqrt(n))
    """

    code = "MLX610"
    severity = "warning"
    template = "nothing defines the name {name!r}"
    advice = "{near}"


class UnknownContextKey(Diagnostic):
    """A key of SETUP is used that no setup returns and no trial updates.

    Said only where all keys are known: each setup returns dicts that are written out, and so are
    the updates. A subscript would be a `KeyError`; `SETUP.get(…)` would always give its default,
    and is reported only if the key looks like one that is there.

    For example:

        @setup()
        def init():
            return {"rate": 0.1}

        @trial(1, {"n": [1, 2]})
        def train(n):
            return n * SETUP["rat"]

    Use instead:

        @setup()
        def init():
            return {"rate": 0.1}

        @trial(1, {"n": [1, 2]})
        def train(n):
            return n * SETUP["rate"]
    """

    code = "MLX611"
    severity = "warning"
    template = "no setup returns the key {key!r}, and no trial updates it"
    advice = "{near}"


class UnknownResult(Diagnostic):
    """A verification asks the results for a trial that the file does not declare.

    The results have a key for each trial, its function's name. Any other is a `KeyError`, so the
    verdict is `invalid`; `results.get(…)` gives its default, which mostly means no verdict.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            return n

        @verify(["train"])
        def check(results):
            return len(results["tran"]) == 1

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return n

        @verify(["train"])
        def check(results):
            return len(results["train"]) == 1
    """

    code = "MLX612"
    severity = "warning"
    template = "there is no trial {key!r} that could have results"
    advice = "{near}"


class UnknownRunKey(Diagnostic):
    """A verification asks a run for a key that no run has.

    A run has `success`, `params`, `duration` and `log`; if it succeeded `result`, which is what the
    trial returned; else `return_code`, `error`, `type` and maybe `traceback`.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            return {"acc": n / 2}

        @verify(["train"])
        def check(results):
            return all(run["acc"] < 1 for run in results["train"])

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return {"acc": n / 2}

        @verify(["train"])
        def check(results):
            return all(run["result"]["acc"] < 1 for run in results["train"])
    """

    code = "MLX613"
    severity = "warning"
    template = "a run has no key {key!r}"
    advice = "{near}"


class ListOfRuns(Diagnostic):
    """A verification asks the list of a trial's runs for a key, as if it were one run.

    A trial has a run for each of its combinations, so the results have a list for each trial, even
    if there is but one.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            return n

        @verify(["train"])
        def check(results):
            return results["train"]["result"] == 1

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return n

        @verify(["train"])
        def check(results):
            return results["train"][0]["result"] == 1
    """

    code = "MLX614"
    severity = "warning"
    template = "a trial's results are a list of runs, which has no key {key!r}"
    advice = "{near}"


class UnknownTrialKey(Diagnostic):
    """A verification asks what a trial returned for a key that the trial does not return.

    Said only where all that the trial returns are dicts that are written out.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            return {"accuracy": n / 2}

        @verify(["train"])
        def check(results):
            return all(run["result"]["acuracy"] < 1 for run in results["train"])

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return {"accuracy": n / 2}

        @verify(["train"])
        def check(results):
            return all(run["result"]["accuracy"] < 1 for run in results["train"])
    """

    code = "MLX615"
    severity = "warning"
    template = "the trial {trial!r} returns no {key!r}"
    advice = "{near}"


class UnknownVerdict(Diagnostic):
    """A verification returns, written out, what is no verdict, which counts as `invalid`.

    A verdict is a member of `VerificationResult`, its name as a string in upper or lower case, True,
    False or None.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results):
            return "suports"

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results):
            return "supports"
    """

    code = "MLX616"
    severity = "warning"
    template = "{text} is not a verdict"
    advice = "{near}"


class UnknownMember(Diagnostic):
    """`VerificationResult` has no member of that name, so asking for it is an `AttributeError`.

    For example:

        from mlx2smk import VerificationResult, trial, verify

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results):
            return VerificationResult.SUPORTS

    Use instead:

        from mlx2smk import VerificationResult, trial, verify

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results):
            return VerificationResult.SUPPORTS
    """

    code = "MLX617"
    severity = "warning"
    template = "VerificationResult has no {name!r}"
    advice = "{near}"


class MisspelledUpdate(Diagnostic):
    """A trial returns a key that is almost `context_update`, which updates nothing.

    If that is a result of your own, and a verification reads it by this name, nothing is said.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            return {"context_updates": {"last": n}}

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return {"context_update": {"last": n}}
    """

    code = "MLX618"
    severity = "warning"
    template = "the key {name!r} does not update the context"
    advice = "did you mean 'context_update'?"


class MissingInput(Diagnostic):
    """An input file of a trial does not exist.

    Paths are relative to the experiment's folder. A setup or an earlier trial may make the file; if
    it is still missing when the trial starts, the job fails.

    For example:

        @trial(1, {"n": [1]}, inputs=["dat.csv"])
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, inputs=["data.csv"])
        def train(n): ...
    """

    code = "MLX619"
    severity = "warning"
    template = "there is no {path!r} beside the experiment"
    advice = "{near}"
