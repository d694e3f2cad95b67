"""Records which installed packages the user's code imports, and which modules it fails to find.

Finders of modules share what is at the end: asking the other finders, and acting after an import.
"""

from __future__ import annotations

import os
import sys

from .paths import INSTALLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec
    from typing import Any, Callable

    from .observing import Handler, Observer


class Imports:
    """The modules that a process imports, and those that it fails to find.

    It is last in `sys.meta_path`, so it is called for modules that no other finder has found.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._names: set[str] = set()
        self._found: dict[str, str] = {}

    def handlers(self) -> dict[str, Handler]:
        """Return the handler for each audit event."""
        return {"import": self._on_import}

    def start(self) -> None:
        """Start to record modules that are not found."""
        sys.meta_path.append(self)  # type: ignore[arg-type,unused-ignore]

    def _on_import(self, args: tuple[Any, ...]) -> None:
        package = args[0].partition(".")[0]
        if package not in self._names and self._observer.is_local_code():
            self._names.add(package)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Return None, after recording a top-level module that the user's code looks for."""
        del target
        if path is None and "." not in name and self._observer.is_local_file(_importer()):
            self._observer.tell("P", name)

    def found(self, name: str, spec: ModuleSpec) -> None:
        """Remember an installed package that the user's code looks for, and perhaps does not import."""
        place = self.place_of(name, spec)
        if place:
            self._found[name] = place

    def place_of(self, name: str, spec: ModuleSpec) -> str:
        """Return where an installed package is that the user's code asks for, empty if it is anything else."""
        place = "" if "." in name else installed_in(spec.origin or "")
        return place if place and self._observer.is_local_code() else ""

    def failed(self, error: BaseException | None) -> None:
        """Record the missing modules that caused an exception, whoever imported them."""
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            if isinstance(error, ModuleNotFoundError) and error.name and "." not in error.name:
                self._observer.tell("P", error.name)
            error = error.__cause__ or error.__context__

    def finish(self, brought: Iterable[str], names: Callable[[], Iterable[str]]) -> None:
        """Record the modules that the run loaded; `brought` names them, newest first.

        Installed packages are recorded if the user's code names them, other modules by their files.
        """
        for name, place in self._found.items():
            if name not in sys.modules:
                self._observer.tell("p", name, place)
        loaded = [name for name in brought if _has_file_of_its_own(sys.modules.get(name))]
        if not loaded and "numpy" not in sys.modules:
            return  # only numpy may have been loaded for the user's code before (`preload`)
        used = self._names.union(name.partition(".")[0] for name in names())
        for name in dict.fromkeys((*loaded, *used)):
            self._loaded(name, used)

    def _loaded(self, name: str, used: set[str]) -> None:
        file = getattr(sys.modules.get(name), "__file__", None)
        if not isinstance(file, str) or not os.path.isabs(file):
            return
        place = installed_in(file)
        if place:
            if name in used:
                self._observer.tell("p", name, place)
            top = os.path.join(place, name.partition(".")[0])
            if not os.path.islink(top) and not os.path.islink(f"{top}.py"):
                return
            file = os.path.realpath(file)  # the sources are elsewhere
        path = self._observer.path(file)
        if path is not None and _has_file_of_its_own(sys.modules[name]):
            self._observer.reads(path)


def installed_in(file: str) -> str:
    """Return the folder of installed packages that contains a file, empty if none does."""
    for part in INSTALLED:
        if part in file:
            return file[: file.index(part) + len(part) - 1]
    return ""


def _has_file_of_its_own(module: Any) -> bool:
    """Tell whether a module comes from a file and not from a slice of the experiment's code."""
    loader = type(getattr(module, "__loader__", None)).__name__
    return loader != "SliceLoader" and isinstance(getattr(module, "__file__", None), str)


def _importer() -> str:
    """Return the file of the code that imports the module."""
    frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001 - its only name
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename


def names_used_by(codes: Iterable[types.CodeType]) -> set[str]:
    """Return all names that some code uses, in all its functions and classes."""
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        found.update(code.co_names)
        waiting += [item for item in code.co_consts if isinstance(item, type(code))]
    return found


def found_by_others(finder: object, *asked: Any) -> ModuleSpec | None:
    """Return what the finders besides one find, given the arguments of their `find_spec`."""
    for other in sys.meta_path:
        if other is not finder and hasattr(other, "find_spec"):
            spec = other.find_spec(*asked)
            if spec is not None:
                return spec
    return None


def call_after(spec: ModuleSpec, action: Callable[[types.ModuleType], None]) -> None:
    """Call the action after the module has run, and leave no trace in the module."""
    loader: Any = spec.loader
    run = loader.exec_module

    def run_then_act(module: types.ModuleType) -> None:
        vars(loader).pop("exec_module", None)  # gone if there is another action
        run(module)
        action(module)

    loader.exec_module = run_then_act
