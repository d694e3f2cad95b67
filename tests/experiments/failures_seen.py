# What a verification receives of a failure: SPEC's keys and the parameters.
from decorators import trial, verify


@trial(1, {"n": [1, 2, 3]})
def half(n):
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


@verify(["half"])
def check(results):
    first, second, third = results["half"]
    return (
        first["success"] is False
        and first["return_code"] == 1
        and first["error"] == "1 is odd"
        and first["type"] == "ValueError"
        and "result" not in first
        and second["success"] is True
        and second["result"] == 1
        and "error" not in second
        and third["params"] == {"n": 3}
    )
