"""Messages about the values of a trial."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class NotLiteral(Diagnostic):
    """A value is computed instead of written out.

    Experiments are read without being run, as `ast.literal_eval` reads: numbers, strings, `True`,
    `False`, `None`, and lists, tuples and dicts of these. That way the combinations, and with
    them the jobs, are known before anything runs. Names, calls, comprehensions, f-strings and
    arithmetic are not literals. Make objects inside the trial, from plain values.

    For example:

        @trial(1, {"n": range(3), "optimizer": [Adam(lr=0.1), SGD()]})
        def train(n, optimizer): ...

    Use instead:

        @trial(1, {"n": [0, 1, 2], "cfg": [{"name": "adam", "lr": 0.1}, {"name": "sgd"}]})
        def train(n, cfg): ...
    """

    code = "MLX201"
    template = "{text} is not a literal"
    advice = "write the values out; for objects or coupled parameters use a list of cfg dicts"


class ValuesNotDict(Diagnostic):
    """The values of a trial are not a dict from parameter names to lists.

    For example:

        @trial(1, [1, 2, 3])
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def train(n): ...
    """

    code = "MLX202"
    template = "values must be a dict of lists, not {text}"
    advice = 'write for example {{"n": [1, 2, 3]}}'


class ValuesNotList(Diagnostic):
    """A parameter's values are not a list.

    Each parameter has the list of values that it takes, even if that is only one. A tuple does
    as well.

    For example:

        @trial(1, {"n": 3})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [3]})
        def train(n): ...
    """

    code = "MLX203"
    template = "the values of {name!r} must be a list, not {text}"
    advice = "{advice}"


class NonStringKey(Diagnostic):
    """A key of the values is not a string, so it names no parameter.

    For example:

        @trial(1, {1: [1, 2]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2]})
        def train(n): ...
    """

    code = "MLX204"
    template = "{text} is not a parameter's name"
    advice = "the keys are the names of the function's parameters, as strings"


class BadParameterName(Diagnostic):
    """A key of the values cannot be the name of a parameter.

    The trial is called with each parameter by its name, so the name is a Python identifier and
    not a keyword such as `lambda`.

    For example:

        @trial(1, {"learning-rate": [0.1]})
        def train(**options): ...

    Use instead:

        @trial(1, {"learning_rate": [0.1]})
        def train(**options): ...
    """

    code = "MLX205"
    template = "{name!r} cannot be a parameter's name: it is {reason}"
    advice = "{near}"


class ReservedName(Diagnostic):
    """A parameter has the name `setup`, which is reserved.

    What the setups return is in the global `SETUP`; no parameter is needed for it.

    For example:

        @trial(1, {"setup": ["a", "b"]})
        def train(setup): ...

    Use instead:

        @trial(1, {"variant": ["a", "b"]})
        def train(variant): ...
    """

    code = "MLX206"
    template = "the name 'setup' is reserved"
    advice = "rename the parameter; what the setups return is in the global SETUP"


class BadParallel(Diagnostic):
    """`__parallel__` is not a whole number of at least 1.

    It says how many combinations of the trial may run at once without seeing each other's
    context updates. `1` means one after another.

    For example:

        @trial(1, {"n": [1, 2], "__parallel__": [2]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2], "__parallel__": 2})
        def train(n): ...
    """

    code = "MLX207"
    template = "__parallel__ must be a whole number of at least 1, not {text}"
    advice = 'write for example "__parallel__": 4'


class UnknownReservedKey(Diagnostic):
    """A key with two underscores at both ends is not one that is known.

    Such names are reserved. There is only `__parallel__`; other settings are arguments of
    `@trial`, such as `threads=`.

    For example:

        @trial(1, {"n": [1, 2], "__paralel__": 2})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2], "__parallel__": 2})
        def train(n): ...
    """

    code = "MLX208"
    template = "{name!r} is not a setting"
    advice = "{near}"


class DoubledKey(Diagnostic):
    """A dict has the same key twice, so Python would silently drop the first value.

    Keys that Python takes as equal, such as `1` and `True`, count as the same.

    For example:

        @trial(1, {"n": [1, 2], "n": [3]})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def train(n): ...
    """

    code = "MLX209"
    template = "the key {text} is given twice"
    advice = "keep one of the two"


class CollidingKeys(Diagnostic):
    """Two keys of a dict differ in Python but not in JSON, where keys are strings.

    A run's parameters are recorded as JSON, so one of the two values would be lost there.

    For example:

        @trial(1, {"cfg": [{1: "one", "1": "also one"}]})
        def train(cfg): ...

    Use instead:

        @trial(1, {"cfg": [{"1": "one", "one": "also one"}]})
        def train(cfg): ...
    """

    code = "MLX210"
    template = "JSON writes the keys {first} and {text} alike"
    advice = "choose another key"


class NotJson(Diagnostic):
    """A value is a literal, but of a type that JSON cannot carry.

    Parameters are recorded with the results as JSON. Sets, bytes, complex numbers and `...` have
    no form there. Write something else and convert it inside the trial.

    For example:

        @trial(1, {"layers": [{1, 2}], "z": [1 + 2j]})
        def train(layers, z): ...

    Use instead:

        @trial(1, {"layers": [[1, 2]], "re": [1], "im": [2]})
        def train(layers, re, im): ...
    """

    code = "MLX211"
    template = "{text} is of type {type!r}, which JSON cannot carry"
    advice = "{advice}"


class BadDictKey(Diagnostic):
    """A dict inside the values has a key that JSON cannot carry.

    Keys are strings, numbers, `True`, `False` or `None`.

    For example:

        @trial(1, {"cfg": [{(1, 2): "a"}]})
        def train(cfg): ...

    Use instead:

        @trial(1, {"cfg": [[[1, 2], "a"]]})
        def train(cfg): ...
    """

    code = "MLX212"
    template = "the key {text} is of type {type!r}, which JSON cannot carry as a key"
    advice = "use strings as keys, or a list of pairs"


class HugeNumber(Diagnostic):
    """A whole number has more digits than Python is willing to print.

    Python limits the conversion between whole numbers and decimal text to 4300 digits, so such a
    number could not be recorded with the results. Give its parts and compute it in the trial.

    For example `0x` followed by four thousand digits; use instead `{"bits": [16000]}` and `1 << bits`.
    """

    code = "MLX213"
    template = "a number of more than 4300 digits cannot be recorded"
    advice = "compute it inside the trial"


class TooManyCombinations(Diagnostic):
    """A trial has more than 10,000,000 combinations.

    All of them are planned before the first one runs, which would take minutes and gigabytes, and
    weeks if each ran for no more than a second. A list of cfg dicts names just the combinations that
    matter.

    For example:

        @trial(1, {"a": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "b": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                   "c": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "d": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                   "e": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "f": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                   "g": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "h": [0, 1]})
        def train(a, b, c, d, e, f, g, h): ...

    Use instead:

        @trial(1, {"cfg": [{"a": 0, "b": 1}, {"a": 9, "b": 3}]})
        def train(cfg): ...
    """

    code = "MLX220"
    template = "the trial has {count} combinations, and {most:,} are the most that can be planned"
    advice = "name just those that matter in a list of cfg dicts"
