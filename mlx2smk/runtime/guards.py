"""Guards that fail a job that does what it was not compiled for, even if user code catches everything."""

from __future__ import annotations

import os
import sys

from .errors import complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any, NoReturn

UNTAKEN = "__branch_that_never_runs__"
"""The name that slices have in the place of such a branch. It is missing: who asks for it gets the whole file."""

EVERY_MODULE = "*"
"""Stands among the modules that other code fills for all, where a slice leaves out what they may notice."""

_NOBODYS = object()
_MISSING = object()


def is_filled(name: str | None, filled: Collection[str]) -> bool:
    """Tell whether a module is not what its file says because of code that a slice leaves out."""
    return name in filled or EVERY_MODULE in filled


class GuardedDict(dict):  # type: ignore[type-arg]
    """A dict that allows access to some keys and fails the job on any other access.

    It contains an extra private key, so that it is never empty: C code that first checks whether a dict
    is empty still has to ask for the items.
    """

    def __init__(self, data: Mapping[str, Any], allowed: Iterable[str]) -> None:
        super().__init__({_NOBODYS: None})
        self._allowed = set(allowed)
        for key in self._allowed & data.keys():
            super().__setitem__(key, data[key])

    def refuse_key(self, key: str) -> NoReturn:
        """Fail the job because of a read of one key."""
        raise NotImplementedError

    def refuse_whole(self, how: str) -> NoReturn:
        """Fail the job because of a use that depends on all keys, such as `len`."""
        raise NotImplementedError

    def _foreseen(self, key: Any) -> Any:
        """Return the key if it may be read; keys that are not strings are never in the data."""
        if isinstance(key, str) and key not in self._allowed:
            self.refuse_key(key)
        return key

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self._foreseen(key))

    def __contains__(self, key: object) -> bool:
        return super().__contains__(self._foreseen(key))

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value, or the default."""
        return super().get(self._foreseen(key), default)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the value, after setting it to the default if it is missing."""
        return super().setdefault(self._foreseen(key), default)

    def pop(self, key: Any, default: Any = _MISSING) -> Any:
        """Remove the key and return its value."""
        if default is _MISSING:
            return super().pop(self._foreseen(key))
        return super().pop(self._foreseen(key), default)

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(self._foreseen(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._allowed.add(key)
        super().__setitem__(key, value)

    def update(self, *others: Any, **more: Any) -> None:
        """Set keys, which may be read from then on."""
        for key, value in dict(*others, **more).items():
            self[key] = value

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self


def _refusing(how: str) -> Callable[..., Any]:
    def refuse(self: GuardedDict, *_arguments: object) -> NoReturn:
        self.refuse_whole(how)

    return refuse


for _method, _how in {
    "__iter__": "iterating over {}",
    "__reversed__": "iterating over {}",
    "__len__": "len({})",
    "__eq__": "comparing {}",
    "__ne__": "comparing {}",
    "__repr__": "printing {}",
    "__or__": "{} | …",
    "__ror__": "… | {}",
    "__reduce_ex__": "copying or pickling {}",
    "keys": "{}.keys()",
    "values": "{}.values()",
    "items": "{}.items()",
    "popitem": "{}.popitem()",
    "clear": "{}.clear()",
}.items():
    setattr(GuardedDict, _method, _refusing(_how))


class GuardedContext(GuardedDict):
    """SETUP for a function whose reads are known."""

    def __init__(self, data: Mapping[str, Any], reads: Iterable[str], reader: str) -> None:
        super().__init__(data, reads)
        self._reader = reader

    def copy(self) -> GuardedContext:
        """Return a copy with the same guard."""
        kind, arguments = self.reduced()
        made: GuardedContext = kind(*arguments)
        return made

    def __copy__(self) -> GuardedContext:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> GuardedContext:
        import copy

        kind, (items, *others) = self.reduced()
        made: GuardedContext = kind(copy.deepcopy(items, memo), *others)
        return made

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"'dict' object has no attribute {name!r}")

    def reduced(self) -> tuple[Any, ...]:
        """Return how to make the same in another process, guard included."""
        items = {key: value for key, value in dict.items(self) if key is not _NOBODYS}
        return GuardedContext, (items, sorted(self._allowed, key=str), self._reader)

    def refuse_key(self, key: str) -> NoReturn:
        """Fail the job, with the line to write."""
        complain(
            f"{self._reader} read SETUP[{key!r}], which the analysis did not foresee: "
            f'write SETUP["{key}"], with the key as a literal, in {self._reader} itself',
            {"reads": [key]},
        )

    def refuse_whole(self, how: str) -> NoReturn:
        """Fail the job, with the line to write."""
        complain(
            f"{self._reader} depends on all of SETUP by {how.format('SETUP')}, which the analysis "
            f"did not foresee: write dict(SETUP) in {self._reader} itself",
            {"reads": None},
        )


class GuardedResults(GuardedDict):
    """The results for a verification that is known to use only some of them."""

    def __init__(self, data: Mapping[str, Any], trials: Iterable[str], reader: str) -> None:
        super().__init__(data, data)
        self._withheld = set(trials) - set(data)
        self._reader = reader
        self._parameter = "results"

    def _foreseen(self, key: Any) -> Any:
        """Return the key unless it names a withheld trial; any other unknown key is an ordinary KeyError."""
        if isinstance(key, str) and key in self._withheld and key not in self._allowed:
            self.refuse_key(key)
        return key

    def refuse_key(self, key: str) -> NoReturn:
        """Fail the job, with the line to write."""
        complain(
            f"{self._reader} read the results of {key!r}, which the analysis did not foresee: "
            f'name the trial in @verify([…, "{key}"])',
            {"results": [key]},
        )

    def refuse_whole(self, how: str) -> NoReturn:
        """Fail the job, with the line to write."""
        complain(
            f"{self._reader} depends on the results of all trials by {how.format('results')}, "
            f"which the analysis did not foresee: name every trial in @verify([…])",
            {"results": None},
        )


def guard_module(module: types.ModuleType, names: Iterable[str], reader: str) -> None:
    """Make the module fail the job on access to one of these names, which its slice left out.

    It is called before the slice runs, for what is imported meanwhile and asks for names of the module, and
    afterwards again, as the slice may have a `__getattr__` of its own.
    """
    left_out = frozenset(names)
    own = module.__dict__.get("__getattr__")
    if getattr(own, "__module__", None) == __name__:
        return

    def attribute(name: str) -> Any:
        if name in left_out:
            complain_left_out([name], str(module.__file__), reader)
        if own is not None:
            return own(name)
        if name == "__all__":  # `import *` asks for it, and then takes whatever there is
            listing()
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    def listing() -> NoReturn:
        complain_left_out(sorted(left_out), str(module.__file__), reader)

    module.__dict__.update(__getattr__=attribute, __dir__=listing)
    submodules = left_out & _submodules(module)
    if submodules:
        _keep_away(module, submodules)


def _submodules(package: types.ModuleType) -> set[str]:
    """Return the names that submodules of a package may have; none for any other module."""
    folders = [path for path in package.__dict__.get("__path__", ()) if os.path.isdir(path)]
    return {file.partition(".")[0] for folder in folders for file in os.listdir(folder)}


def _keep_away(package: types.ModuleType, names: frozenset[str]) -> None:
    """Keep imported submodules from standing for what the package has itself under their names.

    In the complete program, `from .name import name` loads the submodule and then binds the name anew.
    """

    def is_submodule(name: str, value: Any) -> bool:
        return value is not None and value is sys.modules.get(f"{package.__name__}.{name}")

    def set_attribute(self: types.ModuleType, name: str, value: Any) -> None:
        if name not in names or not is_submodule(name, value):
            plain.__setattr__(self, name, value)

    plain = type(package)
    for name in names:
        if is_submodule(name, package.__dict__.get(name)):
            del package.__dict__[name]
    give_class(package, {"__setattr__": set_attribute})


def give_class(module: types.ModuleType, members: Mapping[str, Any]) -> None:
    """Give a module a class of its own with some members, and let it be pickled all the same.

    cloudpickle pickles modules by their names, but only those of the plain type.
    """
    from importlib import import_module

    def reduced(self: types.ModuleType) -> tuple[Any, ...]:
        return import_module, (self.__name__,)

    plain = type(module)
    module.__class__ = type(plain.__name__, (plain,), {**members, "__reduce__": reduced})


def check_names(error: BaseException, left_out: Mapping[str, Iterable[str]], reader: str) -> None:
    """Fail the job if the error was caused by a name that was left out of the file that uses it."""
    for current in _with_related(error):
        name = _missing_name(current)
        places = (_raised_in(current.__traceback__), _raised_elsewhere(current)) if name else ()
        for file in places:
            if file is not None and name in left_out.get(file, ()):
                complain_left_out([name], file, reader)


def _with_related(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its causes, and those in groups."""
    pending, seen = [error], set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        related = (current.__cause__, current.__context__, *getattr(current, "exceptions", ()))
        pending += [other for other in related if isinstance(other, BaseException)]


def check_submodules(error: BaseException, sliced: Sequence[str], reader: str) -> None:
    """Stop a run that uses a submodule of a package which an import that was left out may load.

    It starts again with the files whole that have run as slices.
    """
    for each in _with_related(error):
        name = _missing_submodule(each)
        if name:
            complain(
                f"{reader} uses {name}, which no import has loaded that it needs: import {name} where it is used",
                {"missed": [(file, "") for file in sliced]},
            )


def complain_left_out(names: Sequence[str], file: str, reader: str) -> NoReturn:
    """Stop the run, which starts again with the whole file; fail the job if it cannot."""
    base = os.path.basename(file)
    complain(
        f"{names[0]} is defined in {base} but the analysis left it out of {reader}: "
        f"mention {names[0]} by name in {reader}",
        {"missed": [(file, name) for name in names]},
    )


def _missing_name(error: BaseException) -> str:
    """Return the name that a NameError is about, or an empty string for any other error."""
    if not isinstance(error, NameError) or isinstance(error, UnboundLocalError):
        return ""
    import re

    found = re.match(r"(?:global )?name '(\w+)' is not defined", str(error))
    return found.group(1) if found else ""


def _missing_submodule(error: BaseException) -> str:
    """Return the submodule that an AttributeError of a package is about, empty if it is about none."""
    if not isinstance(error, AttributeError):
        return ""
    import re

    found = re.match(r"module '([\w.]+)' has no attribute '(\w+)'", str(error))
    package = sys.modules.get(found.group(1)) if found else None
    if found is None or package is None or found.group(2) not in _submodules(package):
        return ""
    return ".".join(found.groups())


def _raised_in(trace: types.TracebackType | None) -> str | None:
    """Return the file of the code that raised, or of the module that it ran in if it was a text."""
    if trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    name = frame.f_code.co_filename
    return str(frame.f_globals.get("__file__", name)) if name.startswith("<") else name


def _raised_elsewhere(error: BaseException) -> str | None:
    """Return the file of the code that raised in a process of a pool, which sends its traceback as a text."""
    cause = error.__cause__
    if cause is None or not type(cause).__name__.endswith("RemoteTraceback"):
        return None
    import re

    files = re.findall(r'^ *File "([^<"][^"]*)", line', str(cause), re.MULTILINE)
    return files[-1] if files else None
