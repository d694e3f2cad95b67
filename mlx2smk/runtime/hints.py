"""Says how values that JSON cannot represent can be returned."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONVERSIONS = {
    "pathlib.PurePath": "str({})",
    "datetime.datetime": "{}.isoformat()",
    "datetime.date": "{}.isoformat()",
    "datetime.time": "{}.isoformat()",
    "datetime.timedelta": "{}.total_seconds()",
    "decimal.Decimal": "float({}) or str({})",
    "fractions.Fraction": "float({}) or str({})",
    "uuid.UUID": "str({})",
    "enum.Enum": "{}.value",
    "builtins.complex": "[{}.real, {}.imag]",
    "builtins.set": "sorted({})",
    "builtins.frozenset": "sorted({})",
    "builtins.bytes": "{}.hex()",
    "builtins.bytearray": "{}.hex()",
    "builtins.range": "list({})",
    "builtins.generator": "list({})",
    "builtins.dict_keys": "list({})",
    "builtins.dict_values": "list({})",
    "builtins.dict_items": "dict({})",
    "builtins.map": "list({})",
    "builtins.filter": "list({})",
    "builtins.zip": "list({})",
    "collections.deque": "list({})",
    "array.array": "{}.tolist()",
    "types.SimpleNamespace": "vars({})",
    "argparse.Namespace": "vars({})",
    "numpy.complexfloating": "[{}.real, {}.imag]",
    "numpy.datetime64": "str({})",
    "numpy.timedelta64": "str({})",
    "pandas.DataFrame": '{}.to_dict("list")',
    "pandas.Series": "{}.tolist() or {}.to_dict()",
    "pandas.Index": "{}.tolist()",
    "pandas.Timestamp": "{}.isoformat()",
    "pandas.Timedelta": "{}.total_seconds()",
    "pandas.NaTType": "None",
    "pandas.NAType": "None",
}
"""For each class, by the package that defines it, what converts a value of it."""


def for_value(value: Any) -> str:
    """Return a hint after a colon, or nothing."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        return ": return dataclasses.asdict(value)"
    for base in kind.__mro__:
        package = str(base.__module__).partition(".")[0]
        call = CONVERSIONS.get(f"{package}.{base.__name__}")
        if call is not None:
            return ": return " + call.replace("{}", "value")
    return ""
