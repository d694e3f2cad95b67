"""Messages about where decorators come from and what they stand on."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class MissingImport(Diagnostic):
    """A decorator is used whose name nothing has bound so far.

    A decorator counts when its name leads, through the file's own imports, to `setup`, `trial`
    or `verify` of `mlx2smk` or `decorators`. What is not imported would end every job with a
    `NameError`.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

    Use instead:

        from mlx2smk import trial

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX101"
    template = "@{name} is used without its import"
    advice = "add `{line}` above"


class UnknownName(Diagnostic):
    """A name is taken from the decorators' module that this module does not have.

    It has `setup`, `trial`, `verify` and `VerificationResult`. A job that asks for anything else
    ends with an `ImportError` or `AttributeError`. A `decorators.py` of your own beside the
    experiment may have other names; then they are not checked.

    For example:

        from mlx2smk import trail

    Use instead:

        from mlx2smk import trial
    """

    code = "MLX102"
    template = "module {module!r} has no {name!r}"
    advice = "{near}"


class RelativeImport(Diagnostic):
    """A module is imported relative to a package, but an experiment is in none.

    Each job runs the experiment as a file of its own, with its folder first in `sys.path`;
    Python then refuses imports that start with a dot.

    For example:

        from .decorators import trial

    Use instead:

        from decorators import trial
    """

    code = "MLX103"
    template = "an experiment belongs to no package, so relative imports cannot work"
    advice = "write `from {module} import …`"


class BareDecorator(Diagnostic):
    """A decorator stands without its parentheses.

    `@trial` would take the function itself for its order. What the decorator needs to know is
    written in parentheses, which are there even if empty.

    For example:

        @setup
        def init():
            return {"seed": 1}

    Use instead:

        @setup()
        def init():
            return {"seed": 1}
    """

    code = "MLX104"
    template = "@{name} lacks its parentheses"
    advice = "write {usage}"


class TwoDecorators(Diagnostic):
    """One function has two of the decorators.

    A function is either a setup, a trial or a verification, and it is so once: its name names
    its results. For the same work with other parameters write two functions that call a third.

    For example:

        @trial(1, {"n": [1, 2]})
        @trial(2, {"n": [3]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def train(n): ...
    """

    code = "MLX105"
    template = "{function!r} is a {first} already"
    advice = "keep one of the decorators; two functions may call a third that does the work"


class NotTopLevel(Diagnostic):
    """A decorated function is inside a class, another function or a statement such as `if`.

    Experiments are read without being run, so whether a condition holds, or what a function
    was called with, is not known. Decorated functions therefore stand at top level. What they
    *do* may depend on anything.

    For example:

        if FAST:

            @trial(1, {"n": [1]})
            def train(n): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX106"
    template = "a decorated function must stand at top level, {function!r} is inside {where}"
    advice = "move it out; to leave it out of a run, comment it out"


class DecoratedClass(Diagnostic):
    """A class is decorated with a decorator for functions.

    For example:

        @trial(1, {"n": [1, 2]})
        class Train:
            def __init__(self, n): ...

    Use instead:

        @trial(1, {"n": [1, 2]})
        def train(n):
            return Train(n).run()
    """

    code = "MLX107"
    template = "@{name} decorates functions, {function!r} is a class"
    advice = "write a function that uses the class"


class CalledDirectly(Diagnostic):
    """A decorator is called like a function, so what it declares cannot be seen.

    Declarations are read from the decorators that stand above functions. One that is made by a
    call, in a loop or in an expression would silently not run.

    For example:

        def train(n): ...

        fast = trial(1, {"n": [1]})(train)

    Use instead:

        @trial(1, {"n": [1]})
        def fast(n):
            return train(n)
    """

    code = "MLX108"
    template = "{name}(…) is called here, but not as a decorator"
    advice = "write it as @{name}(…) above a function at top level"


class MisspelledDecorator(Diagnostic):
    """A function stands under a name that is almost one of the decorators', and that nothing binds.

    Every job would end with a `NameError`. Decorators of your own, and those of other packages,
    are no concern of the compiler: their names are bound in the file.

    For example:

        @trail(1, {"n": [1]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX120"
    template = "nothing is named {name!r} here"
    advice = "did you mean @{near}?"
