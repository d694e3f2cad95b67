"""The combinations of a trial: numbered, the last parameter varying fastest."""

from __future__ import annotations

from . import jsontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


LITERAL_NAMES = {"__builtins__": {}, "inf": float("inf"), "nan": float("nan")}


class Grid:
    """The cartesian product of the parameters' values, which are literal texts."""

    __slots__ = ("_repeats", "parameters")

    def __init__(self, parameters: list[tuple[str, list[str]]]) -> None:
        self.parameters = parameters
        self._repeats: list[list[int]] = []

    def texts(self, index: int) -> dict[str, str]:
        """Return the literal text of each parameter in combination `index`."""
        chosen = {}
        for name, texts in reversed(self.parameters):
            index, at = divmod(index, len(texts))
            chosen[name] = texts[at]
        return {name: chosen[name] for name, _ in self.parameters}

    def values(self, index: int) -> dict[str, Any]:
        """Return fresh values of the parameters in combination `index`."""
        return {name: literal(text) for name, text in self.texts(index).items()}

    def repeats(self, index: int) -> list[int]:
        """Return, for each parameter, how many earlier values have the same text as this one.

        It distinguishes combinations that are written identically.
        """
        if not self._repeats:
            self._repeats = [_repeats(texts) for _, texts in self.parameters]
        found = []
        for repeats, (_, texts) in zip(reversed(self._repeats), reversed(self.parameters)):
            index, at = divmod(index, len(texts))
            found.append(repeats[at] if repeats else 0)
        return found[::-1]

    def label(self, index: int) -> str:
        """Return the combination in readable form: n=3, lr=0.1."""
        return ", ".join(f"{name}={text}" for name, text in self.texts(index).items())


def _repeats(texts: list[str]) -> list[int]:
    """Return, for each text, how many earlier ones are equal to it; nothing if all are different."""
    if len(set(texts)) == len(texts):
        return []
    seen: dict[str, int] = {}
    found = []
    for text in texts:
        found.append(seen.get(text, 0))
        seen[text] = found[-1] + 1
    return found


def literal(text: str) -> Any:
    """Return the value of a literal that the compiler wrote; raise ValueError for any other text.

    A plan may come from somebody else. `ast.literal_eval` would do, but takes longer to load than all of
    this. An expression without names, attributes and functions can do nothing but have a value.
    """
    number = _number(text)
    return _evaluated(text) if number is None else number


def _number(text: str) -> float | None:
    """Return the value of a plain number, None for anything else; to compile would take ten times as long."""
    try:
        if text[text.startswith("-") :].isdecimal():
            return int(text)
        return float(text) if "." in text or "e" in text else None
    except ValueError:
        return None


def _evaluated(text: str) -> Any:
    """Return the value of an expression; raise ValueError if it is more than a literal."""
    try:
        code = compile(text, "<value>", "eval", dont_inherit=True)
    except (SyntaxError, MemoryError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a literal: {text!r:.40}") from error
    inner = [each for each in code.co_consts if isinstance(each, type(code))]
    if inner or code.co_varnames or not {"inf", "nan"}.issuperset(code.co_names):
        raise ValueError(f"not a literal: {text!r:.40}")
    return eval(code, dict(LITERAL_NAMES))  # noqa: S307 - see above


def in_json(value: Any) -> Any:
    """Return a value of a parameter as records have it: keys of dicts are texts, and tuples are lists."""
    return jsontext.loads(jsontext.dumps(value))


def params_text(params: Mapping[str, Any]) -> str:
    """Return the text that identifies a combination, from its values or from a record."""
    return jsontext.dumps(in_json(params), sort_keys=True)
