"""Notes: what the compiler had to decide for safety's sake, and what would let it decide otherwise."""

from __future__ import annotations

from mlx2smk.diagnostics import Diagnostic


class SequentialTrial(Diagnostic):
    """Combinations run one after another, since one may read what another writes to SETUP.

    Without `"__parallel__"`, each combination sees the `context_update` of those before it. They run
    side by side only where it is certain that this makes no difference: where no key of SETUP that the
    trial may read is one that it may write. SETUP used as a whole, or with a computed key, may be any
    key, and so may a `context_update` that is not written out as a dict with literal keys.

    For example:

        @trial(1, {"n": [1, 2, 3]})
        def count(n):
            return {"context_update": {"total": SETUP.get("total", 0) + n}}

    Use instead, if the combinations need not see each other's updates:

        @trial(1, {"n": [1, 2, 3], "__parallel__": 3})
        def count(n):
            return {"context_update": {"total": SETUP.get("total", 0) + n}}
    """

    code = "MLX701"
    severity = "note"
    template = "the combinations of {name} run one after another: {read}, and {write}"
    advice = '{advice}, or add "__parallel__": N if they need not see each other\'s updates'


class WholeModule(Diagnostic):
    """All of a module counts as part of a function, so that any edit of it runs the function again.

    Code that looks names up while it runs (`eval`, `globals()`, a module handed on as an object, an
    import with a computed name, …) may need every definition that there is. Where names are written
    out, only what they stand for counts.

    For example:

        @trial(1, {"kind": ["mean", "median"]})
        def train(kind):
            return globals()[kind]([1, 2, 4])

    Use instead:

        KINDS = {"mean": mean, "median": median}

        @trial(1, {"kind": ["mean", "median"]})
        def train(kind):
            return KINDS[kind]([1, 2, 4])
    """

    code = "MLX702"
    severity = "note"
    template = "any edit of {files} runs {name} again: {reason}"
    advice = "name what is needed where it is used"
