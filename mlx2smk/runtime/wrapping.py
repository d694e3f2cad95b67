"""Puts functions around those of libraries, also around classes and methods that are in C."""

from __future__ import annotations

from abc import ABC

from .private import set_in_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    Around = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
    """What is called in place of a function, with the function and its arguments."""

MARK = "__wrapped_by_mlx__"


def put_around(module: Any, names: str, around: Around) -> None:
    """Let others call `around` in place of these functions, classes and methods, as far as there are such."""
    for owner, name, function in _found(module, names):
        _replace(owner, name, _standing_for(owner, name, function, around))


def put_instead(module: Any, names: str, instead_of: Callable[[Any], Any]) -> None:
    """Replace these functions and methods by what `instead_of` returns, which costs less with each call."""
    for owner, name, function in _found(module, names):
        new = instead_of(function)
        setattr(new, MARK, True)
        _replace(owner, name, new)


def _found(module: Any, names: str) -> Iterator[tuple[Any, str, Any]]:
    """Yield owner, name and value; the methods of classes come before the classes, which are replaced then."""
    for dotted in sorted(names.split(), key=lambda name: "." not in name):
        *owners, name = dotted.split(".")
        owner = getattr(module, owners[0], None) if owners else module
        function = getattr(owner, name, None)
        if callable(function) and not hasattr(function, MARK):
            yield owner, name, function


def _replace(owner: Any, name: str, new: Any) -> None:
    try:
        setattr(owner, name, new)
    except (AttributeError, TypeError):  # a class in C that cannot be changed like this
        if isinstance(owner, type) and not name.startswith("__"):
            set_in_class(owner, name, new)


def _standing_for(owner: Any, name: str, function: Any, around: Around) -> Any:
    """Return what stands for a function, a class, or a method of any kind."""
    if isinstance(function, type):
        return _class_that_calls(around, function)
    if not isinstance(owner, type):
        return _wrapped(function, function, around)
    raw = next(vars(each)[name] for each in owner.__mro__ if name in vars(each))
    if type(raw).__name__ in ("classmethod", "classmethod_descriptor"):

        def method(kind: type, *given: Any, **named: Any) -> Any:
            return raw.__get__(None, kind)(*given, **named)

        return classmethod(_wrapped(method, function, around))
    wrapped = _wrapped(function, function, around)
    is_bound = isinstance(raw, staticmethod) or not hasattr(type(raw), "__get__")
    return staticmethod(wrapped) if is_bound else wrapped


def _wrapped(function: Callable[..., Any], shown: Callable[..., Any], around: Around) -> Any:
    from functools import wraps

    @wraps(shown)
    def wrapped(*given: Any, **named: Any) -> Any:
        return around(function, given, named)

    setattr(wrapped, MARK, True)
    return wrapped


def _class_that_calls(around: Around, original: type) -> Any:
    """Return a class that stands for one in C, whose objects it makes by `around`.

    A class of the user may have it and abstract ones as bases, so that its metaclass must be one of both.
    """
    like: Any = ABC if type(original) is type else original

    class Standing(type(like)):  # type: ignore[misc]
        def __call__(cls, *given: Any, **named: Any) -> Any:
            return around(original if cls is stand else super().__call__, given, named)

        def __instancecheck__(cls, each: object) -> bool:
            return isinstance(each, original) if cls is stand else super().__instancecheck__(each)

        def __subclasscheck__(cls, each: type) -> bool:
            return issubclass(each, original) if cls is stand else super().__subclasscheck__(each)

        def __getattr__(cls, name: str) -> Any:
            return getattr(original, name)

    members = {"__doc__": original.__doc__, "__module__": original.__module__, MARK: True}
    try:
        stand: Any = Standing(original.__name__, (original,), members)
    except TypeError:  # it allows no subclasses
        stand = Standing(original.__name__, (), members)
    return stand
