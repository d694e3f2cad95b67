"""Loads the modules of a job: slices of the experiment and of its local modules, and shims."""

from __future__ import annotations

import os
import sys

from .errors import complain
from .guards import UNTAKEN, guard_module, is_filled
from .importing import call_after, found_by_others
from .paths import PLACES
from .private import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from .documents import FunctionEntry, ModuleEntry, Parameters
    from .observing import Observer
    from .plan import Plan

WORKER_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
SHIMS = ("mlx2smk", "mlx2smk.decorators")


RAN: list[types.CodeType] = []
"""The code of the user's modules that this process has run."""


class SliceLoader:
    """Loads a module from the slice of its file; Python sees the complete file."""

    def __init__(self, path: str, source: str, code: types.CodeType | None = None) -> None:
        self.path = path
        self.source = source
        self._code = code
        self._guarded: tuple[Sequence[str], Parameters, str] = ((), [], "")
        self.prepare: Callable[[types.ModuleType], None] = lambda _module: None
        self.watched_by: Observer | None = None

    def left_out_for(self, reader: str, part: ModuleEntry | FunctionEntry) -> None:
        """Guard what the slice for the function `reader` leaves out: names, and entries of dicts."""
        self._guarded = (part["removed"], part.get("partial", []), reader)

    def create_module(self, _spec: ModuleSpec) -> None:
        """Return None to let Python create the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the slice in the module, and guard the names that are missing from it."""
        code = self._code or compile(self.source, self.path, "exec", dont_inherit=True)
        RAN.append(code)
        self.prepare(module)
        if self.watched_by is not None:
            from . import asked_names

            asked_names.watch(module, self.watched_by)
        self._guard(module)
        exec(code, module.__dict__)  # noqa: S102 - the user's module
        self._guard(module)
        _, partial, reader = self._guarded
        if partial:
            from . import partial_tables

            partial_tables.guard_tables(module, partial, reader)

    def _guard(self, module: types.ModuleType) -> None:
        names, _, reader = self._guarded
        if names:
            guard_module(module, names, reader)

    def get_filename(self, _name: str) -> str:
        """Return the path of the file."""
        return self.path

    def get_source(self, _name: str) -> str:
        """Return the text of the slice."""
        return self.source

    def get_code(self, _name: str) -> types.CodeType:
        """Return the code of the whole file, for runpy, which runs it apart from the module."""
        with open(self.path, "rb") as file:  # noted as any file that the run reads
            code: types.CodeType = compile(file.read(), self.path, "exec", dont_inherit=True)
            return code

    def get_data(self, path: str) -> bytes:
        """Return the bytes of a data file, for pkgutil."""
        with open(path, "rb") as file:
            return file.read()

    def get_resource_reader(self, _name: str) -> Any:
        """Return a reader of the data files beside the module, for importlib.resources."""
        if sys.version_info < (3, 10):
            return None
        from importlib.readers import FileReader

        return FileReader(self)  # type: ignore[arg-type]

    def spec(self, name: str, *, package: bool = False) -> ModuleSpec:
        """Return the module's spec."""
        spec = ModuleSpec(name, self, origin=self.path, is_package=package)  # type: ignore[arg-type]
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [os.path.dirname(self.path)]
        return spec


class ShimLoader:
    """Loads a shim for a module that need not be installed; `context` is what it has as SETUP."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def create_module(self, _spec: ModuleSpec) -> None:
        """Return None to let Python create the module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill the module."""
        from . import shims

        shims.fill(module, self._context)


class WorldFinder:
    """The first finder of the job, which sees every import.

    `whole` are files that are known to run as they are; others without a slice are told to the observer.
    """

    def __init__(
        self, plan: Plan, function: FunctionEntry, observer: Observer, whole: Sequence[str] = ()
    ) -> None:
        self._plan = plan
        self._observer = observer
        self._whole = whole
        self._reader: str = function["name"]
        self._slices = {module["name"]: module for module in function["modules"]}
        is_whole = plan.file in whole and not function["modules"]
        self._filled = () if is_whole else function.get("filled", ())
        self._watched = function.get("watched", ())
        self._after: dict[str, Callable[[types.ModuleType], None]] = {}
        self.experiment: SliceLoader | None = None
        self.context: Any = {}
        self.is_found: Callable[[str, ModuleSpec], None] = lambda _name, _spec: None

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        """Return the spec of the slice, the shim or Python's own module, with any pending action attached."""
        if name in self._slices:
            return self._slice(self._slices[name])
        if self.experiment is not None and name == self._plan.module:
            return self.experiment.spec(name)
        if name in SHIMS or (name == "decorators" and not self._beside(name)):
            return ModuleSpec(name, ShimLoader(self.context), is_package=name == "mlx2smk")  # type: ignore[arg-type]
        spec = found_by_others(self, name, path, target)
        if name == self._plan.stem != self._plan.module and spec is not None:
            spec = self._elsewhere(name, spec)
        if spec is not None:
            spec = self._from_its_file(name, spec)
            self.is_found(name, spec)
            if name in self._after:
                call_after(spec, self._after.pop(name))
        return spec

    def when_imported(self, name: str, action: Callable[[types.ModuleType], None]) -> None:
        """Call the action with the module as soon as it has been imported, or now if it already has."""
        if name in sys.modules:
            action(sys.modules[name])
        else:
            self._after[name] = action

    def _slice(self, module: ModuleEntry) -> ModuleSpec:
        path = file_of(module, self._plan.folder)
        loader = SliceLoader(path, self._plan.text(module["slice"]))
        loader.left_out_for(self._reader, module)
        if module["name"] in self._watched and has_all_names(module):
            loader.watched_by = self._observer
        return loader.spec(module["name"], package=module["package"])

    def _beside(self, name: str) -> bool:
        path = os.path.join(self._plan.folder, name)
        return os.path.exists(path + ".py") or os.path.isdir(path)

    def _elsewhere(self, name: str, spec: ModuleSpec) -> ModuleSpec | None:
        """Return the spec of Python's own module if the experiment's file has its name and hides it."""
        if spec.origin != self._plan.file:
            return spec
        elsewhere = [entry for entry in sys.path if not _is_folder(entry, self._plan.folder)]
        return found_by_others(self, name, elsewhere, None)

    def _from_its_file(self, name: str, spec: ModuleSpec) -> ModuleSpec:
        """Return the spec of a local module that has no slice; the run then rests on the module's file."""
        path = spec.origin or ""
        local = path in self._whole or is_local(path, self._plan.folder)
        if not local or not path.endswith(".py") or name == "decorators":
            return spec
        if is_filled(name, self._filled):
            complain_filled(name, path, self._reader)
        if path not in self._whole:
            self._observer.tell("U", name, path)
        self._observer.reads(path)
        from importlib.util import decode_source

        # Not from a file in `__pycache__`, which may be that of an earlier version.
        with open(path, "rb") as file:
            loader = SliceLoader(path, decode_source(file.read()))
        if name in self._watched:
            loader.watched_by = self._observer
        return loader.spec(name, package=spec.submodule_search_locations is not None)


def has_all_names(part: ModuleEntry | FunctionEntry) -> bool:
    """Tell whether a slice leaves out none of the names of its file."""
    return not set(part["removed"]) - {UNTAKEN}


def complain_filled(name: str, path: str, reader: str) -> NoReturn:
    """Stop the run, which starts again with all files whole; fail the job if it cannot."""
    complain(
        f"{reader} imported {name}, which the analysis did not foresee and other code may change: "
        f"import {name} in the experiment and mention it in {reader}",
        {"missed": [(path, name)]},
    )


def file_of(module: ModuleEntry, folder: str) -> str:
    """Return the absolute path of a local module, which may lie beside the experiment's folder."""
    path = module["path"]
    # From a folder that is reached through a link, `..` leads out of the folder behind it.
    start = os.path.realpath(folder) if path.startswith("..") else folder
    return os.path.normpath(os.path.join(start, path))


def _is_folder(entry: str, folder: str) -> bool:
    return os.path.realpath(entry or os.curdir) == os.path.realpath(folder)


def is_local(path: str, folder: str) -> bool:
    """Tell whether the file belongs to the user, that is, is below the folder and not installed there."""
    inside = os.path.join(folder, "")
    if not path.startswith(inside) or path.startswith(WORKER_FOLDER):
        return False
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix)
    if any(prefix.startswith(inside) and path.startswith(prefix + os.sep) for prefix in prefixes):
        return False
    *folders, _file = path[len(inside) :].split(os.sep)
    return not any(_holds_installed(folders[: at + 1], folder) for at in range(len(folders)))


def _holds_installed(parts: list[str], folder: str) -> bool:
    """Tell whether a folder is hidden or belongs to a virtual environment."""
    if parts[-1].startswith(".") or parts[-1] in PLACES:
        return True
    return os.path.exists(os.path.join(folder, *parts, "pyvenv.cfg"))
