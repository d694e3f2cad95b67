"""Messages about where decorators come from and what they decorate."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class MissingImport(Diagnostic):
    """A decorator is used but not imported.

    A decorator is recognised if its name resolves, through the imports and aliases of the file, to
    `setup`, `trial` or `verify` of `mlx2smk` or `decorators`. Without the import every job would
    fail with a `NameError`.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

    Use instead:

        from mlx2smk import trial

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX101"
    template = "@{name} is used but not imported"
    advice = "add `{line}` above"


class UnknownName(Diagnostic):
    """A name is imported from the decorators' module that the module does not have.

    The module has `setup`, `trial`, `verify` and `VerificationResult`. Any other name would fail the
    job with an `ImportError` or `AttributeError`. If there is a `decorators.py` of your own beside
    the experiment, its names are not checked.

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

    Each job runs the experiment as a top-level module, with its folder first in `sys.path`. Python
    does not allow relative imports there.

    For example:

        from .decorators import trial

    Use instead:

        from decorators import trial
    """

    code = "MLX103"
    template = "an experiment is not in a package, so relative imports do not work"
    advice = "write `from {module} import …`"


class BareDecorator(Diagnostic):
    """A decorator is used without parentheses.

    `@trial` would receive the function as its order. The arguments of a decorator are written in
    parentheses, which are required even if they are empty.

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
    template = "@{name} is missing its parentheses"
    advice = "write {usage}"


class TwoDecorators(Diagnostic):
    """A function has two of the decorators.

    A function is one setup, one trial or one verification, because its results are stored under its
    name. To do the same work with other parameters, write two functions that call a third.

    For example:

        @trial(1, {"n": [1, 2]})
        @trial(2, {"n": [3]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def train(n): ...
    """

    code = "MLX105"
    template = "{function!r} is already a {first}"
    advice = "keep one of the decorators; two functions can call a third that does the work"


class NotTopLevel(Diagnostic):
    """A decorated function is inside a class, another function or a statement such as `if`.

    Experiments are read without being run, so it is not known whether a condition holds or which
    arguments a function receives. Decorated functions must therefore be at top level. Their bodies
    may contain any conditions.

    For example:

        if FAST:

            @trial(1, {"n": [1]})
            def train(n): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX106"
    template = "a decorated function must be at top level, but {function!r} is inside {where}"
    advice = "move it out; to exclude it from a run, comment it out"


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
    template = "@{name} decorates functions, but {function!r} is a class"
    advice = "write a function that uses the class"


class CalledDirectly(Diagnostic):
    """A decorator is called like a function, so the compiler cannot see what it declares.

    Declarations are read from the decorators above functions. A declaration made by a call, in a
    loop or in an expression, would silently not run.

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
    """A function is decorated with an undefined name that resembles one of the decorators.

    Every job would fail with a `NameError`. Decorators of your own, and those of other packages, are
    not affected, because their names are bound in the file.

    For example:

        @trail(1, {"n": [1]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX120"
    template = "the decorator {name!r} is not defined"
    advice = "did you mean @{near}?"
