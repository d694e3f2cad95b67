"""Messages about decorated functions."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class UnknownParameter(Diagnostic):
    """The values contain a parameter that the function does not take.

    Every call of the trial would raise a `TypeError`. A function with `**options` takes any name.

    For example:

        @trial(1, {"n": [1], "lr": [0.1]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1], "lr": [0.1]})
        def train(n, lr): ...
    """

    code = "MLX301"
    template = "{function!r} takes no parameter {name!r}"
    advice = "{near}"


class MissingValues(Diagnostic):
    """The function requires a parameter that has no values.

    Every call of the trial would raise a `TypeError`. Parameters with a default may be omitted.

    For example:

        @trial(1, {"n": [1]})
        def train(n, lr): ...

    Use instead:

        @trial(1, {"n": [1], "lr": [0.1]})
        def train(n, lr): ...
    """

    code = "MLX302"
    template = "there are no values for the parameter {name!r} of {function!r}"
    advice = 'add "{name}": […] to the values, or give it a default'


class PositionalOnly(Diagnostic):
    """A parameter is positional-only, but trials are called with keyword arguments.

    For example:

        @trial(1, {"n": [1]})
        def train(n, /): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX303"
    template = "the parameter {name!r} of {function!r} cannot be passed by name"
    advice = "remove the '/' from the parameters"


class AsyncFunction(Diagnostic):
    """A decorated function is `async`, so calling it would only create a coroutine.

    For example:

        @trial(1, {"n": [1]})
        async def train(n):
            return await fetch(n)

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return asyncio.run(fetch(n))
    """

    code = "MLX304"
    template = "{function!r} is async, so calling it would not run it"
    advice = "write a plain function that calls asyncio.run(…)"


class GeneratorFunction(Diagnostic):
    """A decorated function contains `yield`, so calling it would only create a generator.

    For example:

        @trial(1, {"n": [1]})
        def train(n):
            for epoch in range(n):
                yield epoch

    Use instead:

        @trial(1, {"n": [1]})
        def train(n):
            return [epoch for epoch in range(n)]
    """

    code = "MLX305"
    template = "{function!r} is a generator because of this yield, so calling it would not run it"
    advice = "return a list, or move the generator into a function of its own"


class SetupTakesArguments(Diagnostic):
    """A setup requires an argument, but setups are called without arguments.

    The values that earlier setups returned are in the global `SETUP`.

    For example:

        @setup()
        def paths(context):
            return {"data": context["root"] + "/data"}

    Use instead:

        @setup()
        def paths():
            return {"data": SETUP["root"] + "/data"}
    """

    code = "MLX306"
    template = "a setup is called without arguments, but {function!r} needs {name!r}"
    advice = "remove it or give it a default; the global SETUP has the results of earlier setups"


class VerifyArguments(Diagnostic):
    """A verification cannot be called with exactly one argument, the results.

    Additional parameters must have defaults.

    For example:

        @verify(["train"])
        def check(): ...

    Use instead:

        @verify(["train"])
        def check(results): ...
    """

    code = "MLX307"
    template = "a verification is called with one argument, the results, but {function!r} {reason}"
    advice = "write `def {function}(results):`"


class DoubledFunction(Diagnostic):
    """Two decorated functions have the same name.

    The second would replace the first, and their results would be stored under the same name.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

        @trial(2, {"n": [2]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        @trial(2, {"n": [2]})
        def train_more(n): ...
    """

    code = "MLX308"
    template = "{function!r} is already decorated in line {line}"
    advice = "give one of the two functions another name"


class ReboundFunction(Diagnostic):
    """The name of a decorated function is bound again later in the file.

    When a job calls the function, its name would refer to something else.

    For example:

        @trial(1, {"n": [1]})
        def train(n): ...

        train = None

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...

        trained = None
    """

    code = "MLX309"
    template = "{function!r} is bound again here, after it was decorated in line {line}"
    advice = "choose another name here"


class ReservedFunctionName(Diagnostic):
    """A decorated function is named `SETUP`, which is the global that holds the context.

    For example:

        @setup()
        def SETUP():
            return {"seed": 1}

    Use instead:

        @setup()
        def init():
            return {"seed": 1}
    """

    code = "MLX310"
    template = "a decorated function cannot be named 'SETUP', the global that holds the context"
    advice = "rename the function"


class LongFunctionName(Diagnostic):
    """The name of a decorated function is too long to name results.

    Results, logs and rules are named after functions. Most file systems limit a name to 255 bytes,
    which leaves 200 for the function. Letters outside ASCII take two to four bytes.

    For example, the name of a trial has 201 letters. Use instead a shorter name, and put the rest
    into the docstring of the function.
    """

    code = "MLX320"
    template = "the name has {length} bytes, which is too long to name results"
    advice = "use a name of at most {most} bytes"
