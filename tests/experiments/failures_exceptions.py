# Exceptions of every sort become failures, and the others go on.
from decorators import trial, verify


class MyError(Exception):
    def __init__(self, code):
        super().__init__(code, "two")
        self.code = code


class Quiet(BaseException):
    def __str__(self):
        return "quiet\nsecond line ü"


class Nested:
    class InnerError(RuntimeError):
        pass


def raised(which):
    if which == "group":
        raise ExceptionGroup("several", [ValueError(1), KeyError("k")])
    if which == "chained":
        try:
            1 / 0
        except ZeroDivisionError as error:
            raise RuntimeError("after") from error
    if which == "import":
        import no_such_module_anywhere
    if which == "assert":
        assert which == "x", "message"
    raise {
        "value": ValueError("bad value"),
        "empty": ValueError(),
        "key": KeyError("k"),
        "two": ValueError(1, 2),
        "mine": MyError(7),
        "base": Quiet(),
        "inner": Nested.InnerError("in"),
        "interrupt": KeyboardInterrupt(),
        "generator": GeneratorExit("g"),
        "stop": StopIteration(3),
        "os": FileNotFoundError(2, "No such file", "x"),
        "memory": MemoryError(),
        "unicode": ValueError("naïve 日本"),
    }[which]


@trial(
    1,
    {
        "which": [
            "value", "none", "empty", "key", "two", "mine", "base", "inner", "interrupt", "generator",
            "stop", "os", "memory", "unicode", "group", "chained", "import", "assert",
        ]
    },
)
def fail(which):
    if which != "none":
        raised(which)
    return "fine"


@verify(["fail"])
def check(results):
    good = [run["params"]["which"] for run in results["fail"] if run["success"]]
    bad = [run for run in results["fail"] if not run["success"]]
    return good == ["none"] and all(run["return_code"] == 1 for run in bad)
