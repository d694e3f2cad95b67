# Numbers at the edges: small, huge, negative, infinite.
from decorators import trial


@trial(
    1,
    {
        "x": [
            1e-05, 1e999, -1e999, -0.0, 0.1, 1e22, 5e-324, 1.7976931348623157e308, -7, 1_000_000,
            0xFF, 0b101, 123456789012345678901234567890, 3.0, 1e3,
        ]
    },
)
def echo(x):
    return {"repr": repr(x), "x": x, "twice": x * 2}
