"""The modules of a job's world: slices of the experiment and its local modules, shims, hooks."""

from __future__ import annotations

import os
import sys
import types
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, Callable

from . import shims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plan import Plan


class SliceLoader:
    """Loads a module from the slice of its file; to Python it is the file itself."""

    def __init__(self, path: str, source: str, code: types.CodeType | None = None) -> None:
        self.path = path
        self.source = source
        self.code = code

    def create_module(self, _spec: ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the slice in the module."""
        code = self.code or compile(self.source, self.path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - the user's module

    def get_filename(self, _name: str) -> str:
        """Return the path of the file."""
        return self.path

    def get_source(self, _name: str) -> str:
        """Return the text that runs."""
        return self.source

    def get_resource_reader(self, name: str) -> Any:
        """Return a reader of the data files beside the module, for importlib.resources."""
        from importlib.readers import FileReader  # noqa: PLC0415 - rarely needed

        del name
        return FileReader(self)  # type: ignore[arg-type]

    def spec(self, name: str, *, package: bool = False) -> ModuleSpec:
        """Return what Python wants to know about the module."""
        spec = ModuleSpec(name, self, origin=self.path, is_package=package)  # type: ignore[arg-type]
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [os.path.dirname(self.path)]
        return spec


class ShimLoader:
    """Loads a stand-in for a module that need not be installed."""

    def create_module(self, _spec: ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Fill the module."""
        shims.fill(module)


class WorldFinder:
    """Comes before Python's own finders and sees every import of the job."""

    def __init__(self, plan: Plan, function: dict[str, Any]) -> None:
        self._plan = plan
        self._slices = {module["name"]: module for module in function["modules"]}
        self.after: dict[str, Callable[[types.ModuleType], None]] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: Any = None
    ) -> ModuleSpec | None:
        """Return the slice, the shim, or what Python finds, watched if somebody waits for it."""
        if name in self._slices:
            return self._slice(self._slices[name])
        if name == "mlx2smk" or (name == "decorators" and not self._beside(name)):
            return ModuleSpec(name, ShimLoader())  # type: ignore[arg-type]
        spec = self._python_finds(name, path, target)
        if spec is not None and name in self.after:
            _call_after(spec, self.after.pop(name))
        return spec

    def when_imported(self, name: str, action: Callable[[types.ModuleType], None]) -> None:
        """Call the action with the module as soon as it is there, which may be now."""
        if name in sys.modules:
            action(sys.modules[name])
        else:
            self.after[name] = action

    def _slice(self, module: dict[str, Any]) -> ModuleSpec:
        path = os.path.join(self._plan.folder, module["path"])
        loader = SliceLoader(path, self._plan.text(module["slice"]))
        return loader.spec(module["name"], package=module["package"])

    def _beside(self, name: str) -> bool:
        path = os.path.join(self._plan.folder, name)
        return os.path.exists(path + ".py") or os.path.isdir(path)

    def _python_finds(
        self, name: str, path: Sequence[str] | None, target: Any
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    return spec
        return None


def _call_after(spec: ModuleSpec, action: Callable[[types.ModuleType], None]) -> None:
    """Have the action called when the module has run, and leave no trace in it."""
    loader: Any = spec.loader
    run = loader.exec_module

    def run_then_act(module: types.ModuleType) -> None:
        del loader.exec_module
        run(module)
        action(module)

    loader.exec_module = run_then_act
