"""Messages about the arguments of decorators, except the values of a trial."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class MissingArgument(Diagnostic):
    """A decorator is called without a required argument.

    `@trial` requires an order and values, which may be an empty dict. `@verify` requires the names
    of trials.

    For example:

        @trial(1)
        def train(): ...

    Use instead:

        @trial(1, {})
        def train(): ...
    """

    code = "MLX110"
    template = "@{name} is missing the argument {argument!r}"
    advice = "write {usage}"


class DoubledArgument(Diagnostic):
    """An argument is given twice, by position and by name.

    For example:

        @trial(1, {"n": [1]}, order=2)
        def train(n): ...

    Use instead:

        @trial(2, {"n": [1]})
        def train(n): ...
    """

    code = "MLX111"
    template = "@{name} is given {argument!r} twice"
    advice = "keep one of the two"


class UnknownArgument(Diagnostic):
    """A decorator is called with an unknown keyword argument.

    `@setup` accepts `order`; `@trial` accepts `order`, `values`, `threads`, `resources`, `inputs`,
    `outputs`, `timeout` and `memory`; `@verify` accepts `trial_names`.

    For example:

        @trial(1, {"n": [1]}, thread=4)
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, threads=4)
        def train(n): ...
    """

    code = "MLX112"
    template = "@{name} takes no argument {argument!r}"
    advice = "{near}"


class TooManyArguments(Diagnostic):
    """A decorator is called with too many positional arguments.

    All arguments of a trial after its values are keyword-only, so that the meaning of a number can be
    seen where it is used.

    For example:

        @trial(1, {"n": [1]}, 4)
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, threads=4)
        def train(n): ...
    """

    code = "MLX113"
    template = "@{name} takes {count} by position, this is one too many"
    advice = "write {usage}"


class StarredArgument(Diagnostic):
    """The arguments of a decorator are unpacked from a value that is known only at run time.

    Experiments are read without being run, so each argument has to be written out.

    For example:

        OPTIONS = {"threads": 4}

        @trial(1, {"n": [1]}, **OPTIONS)
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, threads=4)
        def train(n): ...
    """

    code = "MLX114"
    template = "the arguments of @{name} cannot be unpacked from {text}"
    advice = "write each argument out"


class BadOrder(Diagnostic):
    """An order is not an integer literal.

    Trials run by ascending order. Setups with an order run before those without. Negative numbers
    are allowed; `True`, `1.0` and names are not. `@setup` may omit the order or pass `None`.

    For example:

        @trial("first", {"n": [1]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]})
        def train(n): ...
    """

    code = "MLX115"
    template = "the order must be a whole number, not {text}"
    advice = "write a number such as 1"


class BadThreads(Diagnostic):
    """`threads` is not an integer literal of at least 1.

    It is the number of cores that one job of the trial uses, as in a Snakemake rule.

    For example:

        @trial(1, {"n": [1]}, threads="4")
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, threads=4)
        def train(n): ...
    """

    code = "MLX116"
    template = "threads must be a whole number of at least 1, not {text}"
    advice = "write a number such as threads=4"


class BadResources(Diagnostic):
    """`resources` is not a dict from resource names to numbers or strings.

    It becomes the `resources:` of a Snakemake rule. Names are Python identifiers without a leading
    underscore; values are finite numbers or strings. All of them must be literals.

    For example:

        @trial(1, {"n": [1]}, resources={"mem-mb": 4000})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, resources={"mem_mb": 4000})
        def train(n): ...
    """

    code = "MLX117"
    template = "{text} is not {expected}"
    advice = 'for example, write resources={{"mem_mb": 4000, "runtime": "2h"}}'


class BadInputs(Diagnostic):
    """`inputs` is not a list of paths.

    It lists data files, folders and patterns, relative to the experiment's folder. The trial runs
    again when their content changes. Write a single path as a list with one element. A path cannot
    contain braces, which Snakemake takes for wildcards, nor null characters or unpaired surrogates,
    which no file name contains.

    For example:

        @trial(1, {"n": [1]}, inputs="data.csv")
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, inputs=["data.csv"])
        def train(n): ...
    """

    code = "MLX118"
    template = "{text} is not {expected}"
    advice = 'for example, write inputs=["data.csv"]'


class BadOutputs(Diagnostic):
    """`outputs` is not a list of paths.

    It lists the files, folders or patterns that each combination makes, relative to the experiment's
    folder. The name of a parameter in braces stands for its value, so that each combination has its
    own files. All values of that parameter must be strings or numbers. Braces cannot contain
    anything else.

    For example:

        @trial(1, {"n": [1, 2]}, outputs="model-{n}.bin")
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2]}, outputs=["model-{n}.bin"])
        def train(n): ...
    """

    code = "MLX119"
    template = "{text} is not {expected}"
    advice = 'for example, write outputs=["model-{{n}}.bin"]'


class BadTimeout(Diagnostic):
    """`timeout` is not a positive number of seconds.

    It is the time that each combination of the trial may take. A combination that takes longer is
    ended, with all processes that it started, and is recorded as a failure. A parameter of that name
    belongs into the values of the trial.

    For example:

        @trial(1, {"n": [1]}, timeout="10m")
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, timeout=600)
        def train(n): ...
    """

    code = "MLX121"
    template = "timeout must be a positive number of seconds, not {text}"
    advice = "write a number such as timeout=600"


class BadMemory(Diagnostic):
    """`memory` is not an amount of memory.

    It is the memory that each combination of the trial may use, with all processes that it started: a
    string of a number and a unit, `kB`, `MB`, `GB`, `TB` or their binary counterparts `KiB`, `MiB`,
    `GiB`, `TiB`. It is at least 1 MB. A combination that uses more is ended and recorded as a failure.

    For example:

        @trial(1, {"n": [1]}, memory=2000)
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, memory="2 GB")
        def train(n): ...
    """

    code = "MLX122"
    template = 'memory must be an amount such as "2 GB", not {text}'
    advice = 'write a string of a number and a unit, such as memory="500 MB"'
