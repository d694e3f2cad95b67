"""Observes what has no audit events: lookups of paths and reads of environment variables."""

from __future__ import annotations

import os

from .paths import folder_of
from .private import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .observing import Observer


class Variables(dict):  # type: ignore[type-arg]
    """The data behind `os.environ`, which records each variable that is read by name.

    Copying the whole environment, which is common before starting programs, reads no particular variable:
    a variable that is read right after all were listed, and in that order, is not recorded.
    """

    def __init__(self, data: dict[Any, Any], observer: Observer) -> None:
        super().__init__(data)
        self._observer = observer
        self._own: set[Any] = set()
        self._listed: Iterator[Any] = iter(())
        self._next: Any = None

    def raw(self, key: Any) -> Any:
        """Return a value, or None, without recording it."""
        return super().get(key)

    def __iter__(self) -> Iterator[Any]:
        keys = list(super().__iter__())
        self._listed = iter(keys)
        self._next = next(self._listed, None)
        return iter(keys)

    def __getitem__(self, key: Any) -> Any:
        if key == self._next:
            self._next = next(self._listed, None)
        else:
            self.named(key)
        return super().__getitem__(key)

    def named(self, key: Any) -> None:
        """Record a variable, unless the program has set it itself."""
        self._next = None
        if isinstance(key, bytes) and key not in self._own:
            self._observer.reads_variable(key, super().get(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._changes(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self._changes(key)
        super().__delitem__(key)

    def _changes(self, key: Any) -> None:
        if key not in self._own and self._observer.is_active:
            self._own.add(key)
            self._observer.sets_variable(key)


class CopiedVariables(dict):  # type: ignore[type-arg]
    """The result of `os.environ.copy()`: a dict that records the variables that are read by name."""

    def __getitem__(self, key: Any) -> Any:
        self._name(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._name(key)
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value, or the default."""
        self._name(key)
        return super().get(key, default)

    def _name(self, key: object) -> None:
        if isinstance(key, str):
            watched().named(os.fsencode(key))


def watched() -> Variables:
    """Return the data behind `os.environ`, if it is observed."""
    data: Variables = vars(os.environ)["_data"]
    return data


def watch_variables(observer: Observer) -> None:
    """Make `os.environ` record the variables that are read by name."""
    data = Variables(vars(os.environ)["_data"], observer)
    for environment in (os.environ, getattr(os, "environb", os.environ)):
        vars(environment)["_data"] = data
    kind: Any = type(os.environ)
    kind.copy = lambda self: CopiedVariables(dict(self))


def watch_lookups(observer: Observer) -> None:
    """Make `os.stat` and similar functions, which `os.path.exists` and others call, record lookups."""
    for name in ("stat", "lstat", "access"):
        original = getattr(os, name)
        _replace(original, _telling(observer, original))


def _replace(original: Callable[..., Any], wrapped: Callable[..., Any]) -> None:
    """Replace a function of `os` by its wrapper, which takes over its name and capabilities."""
    for supported in (
        *(os.supports_dir_fd, os.supports_fd),
        *(os.supports_follow_symlinks, os.supports_effective_ids),
    ):
        if original in supported:
            supported.add(wrapped)
    wrapped.__name__ = wrapped.__qualname__ = original.__name__
    wrapped.__doc__ = original.__doc__
    setattr(os, original.__name__, wrapped)


def _telling(observer: Observer, original: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(path: Any, *args: Any, **more: Any) -> Any:
        if "dir_fd" not in more and not isinstance(path, int):
            try:
                observer.looks_for(path)
            except Exception as error:  # noqa: BLE001 - the original says what is wrong with it
                del error
        return original(path, *args, **more)

    return wrapped


def watch_openings(observer: Observer) -> None:
    """Make `os.open` record the folder to which a path is relative, which its audit event omits."""
    original = os.open

    def wrapped(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if dir_fd is None:
            return original(path, flags, mode)
        me = get_ident()
        observer.opened_in[me] = _folder_at(path, dir_fd)
        try:
            return original(path, flags, mode, dir_fd=dir_fd)
        finally:
            del observer.opened_in[me]

    _replace(original, wrapped)


def _folder_at(path: Any, descriptor: int) -> str | None:
    try:
        return folder_of(path, descriptor)
    except TypeError:  # the original raises the proper error
        return None
