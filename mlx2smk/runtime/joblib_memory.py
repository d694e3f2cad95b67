"""What `joblib.Memory` has kept counts as long as all that it was computed with is as it was then.

joblib itself looks at the text of the function alone. Here, what it keeps is kept apart for each version of the code and
each context, and each result is kept together with what was used to compute it: files, folders, variables and
packages. A result is used only if these are unchanged, and whoever uses it counts as having used them, too. The
folder itself is not followed.
"""

from __future__ import annotations

import os
import sys

from . import digests, jsontext
from .importing import installed_in
from .paths import signature
from .private import get_ident
from .widening import version_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any, Callable

    from .child import Task
    from .observing import Observer

USED = "mlx_used.json"
"""The file beside a result of joblib's that says what was used to compute it."""

FOLLOWED = frozenset("rckelp")
"""Events that can be checked later. What does anything else, such as writing files, is computed each time."""


def keep_apart(memory: types.ModuleType, observer: Observer, task: Task) -> None:
    """Make joblib use what it has kept only where it still holds; nothing if this joblib is not known.

    Where nobody observes what is used, as in `mlx repro`, everything is computed.
    """
    function, initial = getattr(memory, "MemorizedFunc", None), getattr(memory, "Memory", None)
    identify = getattr(memory, "_build_func_identifier", None)
    check = "_is_in_cache_and_valid"
    if identify is None or not hasattr(function, check):
        return
    if not observer.observes:
        setattr(function, check, lambda *_: False)
        return
    keeper = KeptResults(observer, task)
    vars(memory)["_build_func_identifier"] = keeper.identified(identify)
    for kind, name, changed in (
        (function, "__init__", keeper.unobserved),
        (initial, "__init__", keeper.unobserved),
        (function, check, keeper.checked),
        (function, "_cached_call", keeper.recorded),
    ):
        setattr(kind, name, changed(getattr(kind, name)))


class KeptResults:
    """Keeps results of joblib's apart, in one process that runs a task."""

    def __init__(self, observer: Observer, task: Task) -> None:
        self._observer = observer
        self._task = task
        self._code = ""
        self._calls: dict[int, list[list[str]]] = {}  # those that are running in each thread

    def identified(self, identify: Callable[[Any], str]) -> Callable[[Any], str]:
        """Return what names the folder of a function, a new one for each version of the code and context."""

        def named(function: Any) -> str:
            if not self._code:
                self._code = self._version()
            return os.path.join(identify(function), self._code)

        return named

    def _version(self) -> str:
        function, context = self._task.function, self._task.context
        reads = function["reads"]
        seen = context if reads is None else {key: context[key] for key in reads if key in context}
        return version_of(self._task, self._observer, seen)[:32]

    def unobserved(self, initialise: Callable[..., None]) -> Callable[..., None]:
        """Return a constructor whose folder, and what it does itself, is not observed."""

        def initialised(this: Any, *given: Any, **named: Any) -> None:
            self._observer.look_away(True)
            try:
                initialise(this, *given, **named)
            finally:
                self._observer.look_away(False)
            place = getattr(getattr(this, "store_backend", None), "location", None)
            if isinstance(place, str):
                self._observer.ignore(place)

        return initialised

    def checked(self, is_valid: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        """Return the check of a kept result that also looks at what was used to compute it."""

        def valid(this: Any, call: Any) -> bool:
            self._observer.look_away(True)
            try:
                used = _used(this, call) if is_valid(this, call) else None
            finally:
                self._observer.look_away(False)
            if used is not None:
                for fields in used["told"]:
                    self._takes_over(fields)
                return True
            running = self._calls.get(get_ident())
            if running:
                running[-1] = [str(part) for part in call]
            return False

        return valid

    def _takes_over(self, fields: list[str]) -> None:
        """Record what was used to compute a result as used by the run that takes it over."""
        if fields[0] in ("r", "c"):
            self._observer.reads(fields[1], fields[0])
        else:
            self._observer.tell(*fields)

    def recorded(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call of a function that keeps what it uses together with its result."""

        def called(this: Any, *given: Any, **named: Any) -> Any:
            running = self._calls.setdefault(get_ident(), [])
            running.append([])
            window, before = self._observer.windows.begun(), set(sys.modules)
            try:
                result = call(this, *given, **named)
            finally:
                self._observer.windows.end(window)
                computed = running.pop()
            if computed and not hasattr(result, "__await__"):
                self._observer.look_away(True)
                try:
                    _keep(this, computed, window, set(sys.modules) - before)
                finally:
                    self._observer.look_away(False)
            return result

        return called


def _folder(this: Any, call: Any) -> str:
    return str(os.path.join(this.store_backend.location, *call))


def _keep(this: Any, call: list[str], window: set[tuple[str, ...]], brought: set[str]) -> None:
    """Write down what was used to compute a result, unless that cannot be checked later."""
    told = _checkable(window)
    folder = _folder(this, call)
    if told is None or not os.path.isdir(folder):
        return
    for name in sorted({name.partition(".")[0] for name in brought}):
        place = installed_in(getattr(sys.modules.get(name), "__file__", None) or "")
        if place:
            told.append(["p", name, place])
    used = {"told": told, "marks": [_mark(fields) for fields in told], "packages": _packages()}
    path = os.path.join(folder, f"{USED}.{os.getpid()}.{get_ident()}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(jsontext.dumps(used))
    os.replace(path, os.path.join(folder, USED))


def _checkable(window: set[tuple[str, ...]]) -> list[list[str]] | None:
    """Return what happened in a window without what concerns temporary files; None if not all can be checked."""
    temporary = tuple(fields[1] for fields in window if fields[0] == "t")
    told = [
        fields
        for fields in sorted(window)
        if fields[0] not in ("b", "t") and not (temporary and fields[1].startswith(temporary))
    ]
    listed = all(fields[0] in FOLLOWED or fields[0] == "l" for fields in told)
    return [list(fields[:3]) for fields in told] if listed else None


def _used(this: Any, call: Any) -> Any:
    """Return what was used to compute a kept result if all of it is unchanged, else None."""
    try:
        with open(os.path.join(_folder(this, call), USED), encoding="utf-8") as file:
            used = jsontext.loads(file.read())
        marks = [_mark(fields) for fields in used["told"]]
        packages = [signature(path) for path, _ in used["packages"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    same = marks == used["marks"] and packages == [mark for _, mark in used["packages"]]
    return used if same else None


def _mark(fields: list[str]) -> str:
    """Return what tells whether something that was used has changed."""
    kind, name = fields[0], fields[1]
    if kind == "e":
        value = os.environ.get(name)
        return "-" if value is None else digests.of_bytes(os.fsencode(value))
    if kind == "l":
        return digests.of_json(sorted(os.listdir(name)))
    if kind == "p":
        return ""
    found = signature(name)
    return found if kind in "rc" or found in "-do" else "f"


def _packages() -> list[tuple[str, str]]:
    """Return the files of the installed packages that are loaded, with their signatures."""
    files = [
        getattr(module, "__file__", None)
        for name, module in list(sys.modules.items())
        if "." not in name
    ]
    own = sorted(file for file in files if isinstance(file, str) and installed_in(file))
    return [(file, signature(file)) for file in own]
