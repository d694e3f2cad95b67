"""Messages about the arguments of decorators, except the values of a trial."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class MissingArgument(Diagnostic):
    """A decorator lacks an argument that it needs.

    `@trial` needs an order and values, which may be empty; `@verify` the names of trials.

    For example:

        @trial(1)
        def train(): ...

    Use instead:

        @trial(1, {})
        def train(): ...
    """

    code = "MLX110"
    template = "@{name} lacks its argument {argument!r}"
    advice = "write {usage}"


class DoubledArgument(Diagnostic):
    """An argument is given twice: by position and by name.

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
    """A decorator is given an argument by a name that it does not know.

    `@setup` knows `order`; `@trial` knows `order`, `values`, `threads`, `resources` and
    `inputs`; `@verify` knows `trial_names`.

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
    """A decorator is given more arguments by position than it takes.

    `threads`, `resources` and `inputs` of a trial are given by name only, so that one sees what
    a number means.

    For example:

        @trial(1, {"n": [1]}, 4)
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, threads=4)
        def train(n): ...
    """

    code = "MLX113"
    template = "@{name} takes {count} by position, this is one more"
    advice = "write {usage}"


class StarredArgument(Diagnostic):
    """A decorator's arguments are unpacked from something that only a run could know.

    Experiments are read without being run, so each argument is written out where it is used.

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
    """An order is not a whole number that is written out.

    Trials run by ascending order; setups that have one come first. Negative numbers are fine,
    `True`, `1.0` and names are not. For `@setup` the order may be left out or be `None`.

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
    """`threads` is not a whole number of at least 1 that is written out.

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

    It becomes the `resources:` of a Snakemake rule: names are Python identifiers without a
    leading underscore, values are finite numbers or strings, all written out.

    For example:

        @trial(1, {"n": [1]}, resources={"mem-mb": 4000})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, resources={"mem_mb": 4000})
        def train(n): ...
    """

    code = "MLX117"
    template = "{text} is not {expected}"
    advice = 'write for example resources={{"mem_mb": 4000, "runtime": "2h"}}'


class BadInputs(Diagnostic):
    """`inputs` is not a list of paths.

    It lists the data files, relative to the experiment's folder, whose change runs the trial
    again. A single path is a list of one. Snakemake takes braces in a path for wildcards, and no
    file's name has null characters or halves of surrogate pairs, so there can be none of them.

    For example:

        @trial(1, {"n": [1]}, inputs="data.csv")
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1]}, inputs=["data.csv"])
        def train(n): ...
    """

    code = "MLX118"
    template = "{text} is not {expected}"
    advice = 'write for example inputs=["data.csv"]'


class BadOutputs(Diagnostic):
    """`outputs` is not a list of paths.

    It lists the files, folders or patterns that each combination makes, relative to the experiment's
    folder. A parameter's name in braces stands for its value, if all its values are texts or numbers,
    so that each combination has files of its own; nothing else can be in braces.

    For example:

        @trial(1, {"n": [1, 2]}, outputs="model-{n}.bin")
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2]}, outputs=["model-{n}.bin"])
        def train(n): ...
    """

    code = "MLX119"
    template = "{text} is not {expected}"
    advice = 'write for example outputs=["model-{{n}}.bin"]'
