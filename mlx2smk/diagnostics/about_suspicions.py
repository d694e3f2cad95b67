"""Warnings about code in functions that looks like a mistake."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class UndefinedName(Diagnostic):
    """A function uses a name that is not defined by the file, an import or Python.

    The check covers the slices of setups, trials and verifications, including local modules. Using
    the name would raise a `NameError`; in a setup it ends the run, in a trial it is recorded as a
    failure. There is no warning if the name may exist at run time: in a module with `import *` of an
    installed module, with `exec` or `globals()`, inside `try` with a matching `except`, or in code
    that never runs. Names bound under `if __name__ == "__main__":` do not exist in a job.

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
    """A function uses a key of SETUP that no setup returns and no trial updates.

    The warning appears only if all keys are known, because the setups return dict displays and the
    updates are dict displays too. A subscript would raise a `KeyError`. `SETUP.get(…)` would always
    return its default, and is reported only if the key resembles an existing one.

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
    """A verification uses the results of a trial that the file does not declare.

    The results have one key for each trial, the name of its function. Any other key raises a
    `KeyError`, so the verdict is `invalid`. `results.get(…)` returns its default, which usually means
    that there is no useful verdict.

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
    template = "there is no trial {key!r} with results"
    advice = "{near}"


class UnknownRunKey(Diagnostic):
    """A verification uses a key that no run has.

    Every run has `success`, `params`, `duration` and `log`. A successful run also has `result`, the
    return value of the trial. A failed one has `return_code`, `error`, `type` and, after an
    exception, `traceback`.

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
    """A verification uses the list of a trial's runs as if it were a single run.

    A trial has a run for each combination, so the results have a list for each trial, even if the
    list has only one element.

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
    """A verification uses a key of a trial's result that the trial does not return.

    The warning appears only if everything that the trial returns is a dict display.

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
    """A verification returns a literal that is not a verdict, so the verdict is `invalid`.

    A verdict is a member of `VerificationResult`, its name as a string in upper or lower case, `True`,
    `False` or `None`.

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
    """`VerificationResult` has no member of that name, so using it raises an `AttributeError`.

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
    """A trial returns a key that resembles `context_update` and updates nothing.

    There is no warning if a verification reads the key by this name, since it is then a result of
    your own.

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


class NoVerdict(Diagnostic):
    """A verification returns nothing, so that it neither supports nor refutes.

    What returns nothing is `inconclusive`, also where all its assertions hold; an assertion that does not
    hold makes it `invalid`. Write `return None` if that is what you mean.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results):
            assert all(run["success"] for run in results["train"])

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        @verify(["train"])
        def check(results):
            return all(run["success"] for run in results["train"])
    """

    code = "MLX621"
    severity = "warning"
    template = "{name!r} returns nothing, so that its verdict is never more than inconclusive"
    advice = "return True or False, or a VerificationResult"


class KeyNotKept(Diagnostic):
    """A setup or trial sets a key of `SETUP` that nothing in it reads.

    Each function has a copy of `SETUP`, so that nobody else sees what it sets. Setups return the keys of
    the context, and trials update it with `context_update`.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            SETUP["last"] = n

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return {"context_update": {"last": n}}
    """

    code = "MLX622"
    severity = "warning"
    template = "SETUP[{key!r}] is set in this function's own copy, and nothing in it reads the key"
    advice = "{how}"


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
    template = "there is no {path!r} in the experiment's folder"
    advice = "{near}"
