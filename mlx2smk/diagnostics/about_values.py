"""Messages about the values of a trial."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class NotLiteral(Diagnostic):
    """A value is computed instead of written out.

    Experiments are read without being run. Values must be literals as `ast.literal_eval` accepts
    them: numbers, strings, `True`, `False`, `None`, and lists, tuples and dicts of these. That way
    the combinations, and therefore the jobs, are known before anything runs. Names, calls,
    comprehensions, f-strings and arithmetic are not literals. Where the value is plain all the same,
    `mlx compile --fix` writes it out. Create objects inside the trial, from plain values.

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
    """The values of a trial are not a dict that maps parameter names to lists.

    For example:

        @trial(1, [1, 2, 3])
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def train(n): ...
    """

    code = "MLX202"
    template = "values must be a dict of lists, not {text}"
    advice = 'for example, write {{"n": [1, 2, 3]}}'


class ValuesNotList(Diagnostic):
    """A parameter's values are not a list.

    Each parameter has a list of values, even if there is only one. A tuple is accepted as well.

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
    template = "{text} is not the name of a parameter"
    advice = "write the names of the function's parameters as strings"


class BadParameterName(Diagnostic):
    """A key of the values cannot be the name of a parameter.

    The trial is called with keyword arguments, so the name must be a Python identifier and not a
    keyword such as `lambda`.

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

    The values that setups return are in the global `SETUP`, so no parameter is needed for them.

    For example:

        @trial(1, {"setup": ["a", "b"]})
        def train(setup): ...

    Use instead:

        @trial(1, {"variant": ["a", "b"]})
        def train(variant): ...
    """

    code = "MLX206"
    template = "the name 'setup' is reserved"
    advice = "rename the parameter; the global SETUP has what the setups return"


class BadParallel(Diagnostic):
    """`__parallel__` is not an integer of at least 1.

    It is the number of combinations of the trial that may run at once, without seeing each other's
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
    advice = 'for example, write "__parallel__": 4'


class UnknownReservedKey(Diagnostic):
    """A key with two underscores at both ends is not a known setting.

    Such names are reserved. The only one is `__parallel__`; other settings are arguments of
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

    Keys that are equal in Python, such as `1` and `True`, count as the same.

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

    The parameters of a run are recorded as JSON, so one of the two values would be lost.

    For example:

        @trial(1, {"cfg": [{1: "one", "1": "also one"}]})
        def train(cfg): ...

    Use instead:

        @trial(1, {"cfg": [{"1": "one", "one": "also one"}]})
        def train(cfg): ...
    """

    code = "MLX210"
    template = "the keys {first} and {text} are the same in JSON"
    advice = "choose another key"


class NotJson(Diagnostic):
    """A value is a literal of a type that JSON cannot represent.

    Parameters are recorded with the results as JSON, which has no sets, bytes, complex numbers or
    `...`. Write another value and convert it inside the trial.

    For example:

        @trial(1, {"layers": [{1, 2}], "z": [1 + 2j]})
        def train(layers, z): ...

    Use instead:

        @trial(1, {"layers": [[1, 2]], "re": [1], "im": [2]})
        def train(layers, re, im): ...
    """

    code = "MLX211"
    template = "{text} is of type {type!r}, which JSON cannot represent"
    advice = "{advice}"


class BadDictKey(Diagnostic):
    """A dict inside the values has a key that JSON cannot represent.

    Keys must be strings, numbers, `True`, `False` or `None`.

    For example:

        @trial(1, {"cfg": [{(1, 2): "a"}]})
        def train(cfg): ...

    Use instead:

        @trial(1, {"cfg": [[[1, 2], "a"]]})
        def train(cfg): ...
    """

    code = "MLX212"
    template = "the key {text} is of type {type!r}, which JSON cannot represent as a key"
    advice = "use strings as keys, or a list of pairs"


class HugeNumber(Diagnostic):
    """An integer has more digits than Python converts to text.

    Python limits the conversion between integers and decimal text to 4300 digits, so such a number
    could not be recorded with the results. Compute it inside the trial from smaller numbers.

    For example, `0x` followed by four thousand digits; use instead `{"bits": [16000]}` and `1 << bits`.
    """

    code = "MLX213"
    template = "a number of more than 4300 digits cannot be recorded"
    advice = "compute it inside the trial"


class TooManyCombinations(Diagnostic):
    """A trial has more than 10,000,000 combinations.

    All of them are planned before the first one runs, which would take minutes and gigabytes. Running
    them would take weeks even if each took only a second. A list of cfg dicts can name just the
    combinations that matter.

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
    template = "the trial has {count} combinations, more than the limit of {most:,}"
    advice = "name just those that matter in a list of cfg dicts"
