"""Submodules that are used as attributes of packages: whoever imports them first makes them that.

``import pkg`` and ``pkg.sub.f()`` work if ``pkg`` itself, or any module that was imported before, has an import
of ``pkg.sub``, such as ``from .sub import g``. A slice needs this import although it needs no name of it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.language.bindings import Imported


class LoadingImport(NamedTuple):
    """A unit of a module whose imports load another one."""

    module: Module
    unit: Unit
    loaded: Module


def submodules_used(
    project: Project, imported: Imported, importer: Module, attributes: tuple[str, ...]
) -> Iterator[Module]:
    """Yield the submodules that a use of an imported name finds as attributes of packages."""
    base, first = project.base(imported, importer)
    module = project.load(base) if base else None
    for depth, name in enumerate((*first, *attributes)):
        module = submodule_of(project, module, name) if module is not None else None
        if module is None:
            return
        if depth >= len(first):
            yield module


def submodule_of(project: Project, package: Module, name: str) -> Module | None:
    """Return the submodule that is an attribute of a package if anybody imports it; None if there is none."""
    if not package.package or name in package.bindings:
        return None
    return project.load(f"{package.dotted}.{name}")


def imports_leading_to(project: Project, submodule: Module) -> list[LoadingImport]:
    """Return the imports by which the package, or else the experiment, loads a submodule; none if it never does."""
    package = project.load(submodule.dotted.rpartition(".")[0])
    for start in (package, project.experiment):
        if start is not None and (found := _way(project, start, submodule)):
            return found
    return []


def _way(project: Project, start: Module, wanted: Module) -> list[LoadingImport]:
    """Return the shortest way of imports from a module to another one."""
    came: dict[Module, LoadingImport | None] = {start: None}
    waiting = deque([start])
    while waiting and wanted not in came:
        for each in loading_imports(project, waiting.popleft()):
            if each.loaded not in came:
                came[each.loaded] = each
                waiting.append(each.loaded)
    way: list[LoadingImport] = []
    step = came.get(wanted)
    while step is not None:
        way.append(step)
        step = came[step.module]
    return way[::-1]


def loading_imports(project: Project, module: Module) -> Iterator[LoadingImport]:
    """Yield what a module's own statements import."""
    for unit in module.units:
        for imported, deferred in unit.names.imports:
            if not deferred:
                for loaded in project.loaded_by(imported, module):
                    yield LoadingImport(module, unit, loaded)


def all_imports(project: Project, module: Module) -> Iterator[LoadingImport]:
    """Yield all imports that run when a module does, also those of modules outside, which load none of ours."""
    for unit in module.units:
        for imported, deferred in unit.names.imports:
            if not deferred:
                loaded = tuple(project.loaded_by(imported, module))
                yield from (LoadingImport(module, unit, each) for each in loaded or (module,))


def is_loaded_by_others(reference: Reference, module: Module, project: Project) -> bool:
    """Whether code uses a submodule of the standard library that its module does not import itself.

    ``import importlib`` and ``importlib.util.find_spec`` work if any other import loads ``importlib.util``.
    """
    if not reference.attributes:
        return False
    for imported in reference.imports or module.imports(reference.name):
        package, name = imported.module, reference.attributes[0]
        of_outside = imported.name is None and project.load(package) is None
        if of_outside and name in _NOT_LOADED.get(package, ()):
            return not any(
                f"{each.module}.{each.name or ''}.".startswith(f"{package}.{name}.")
                for unit in module.units
                for each, _ in unit.names.imports
            )
    return False


_NOT_LOADED = {
    "concurrent": {"futures"},
    "ctypes": {"util"},
    "email": {"header", "message", "mime", "parser", "policy", "utils"},
    "html": {"parser"},
    "http": {"client", "cookiejar", "cookies", "server"},
    "importlib": {"abc", "machinery", "metadata", "resources", "util"},
    "logging": {"config", "handlers"},
    "multiprocessing": {
        "connection",
        "managers",
        "pool",
        "queues",
        "shared_memory",
        "sharedctypes",
    },
    "unittest": {"mock"},
    "urllib": {"error", "parse", "request", "response", "robotparser"},
    "wsgiref": {"handlers", "headers", "simple_server", "util", "validate"},
    "xml": {"dom", "etree", "parsers", "sax"},
    "xmlrpc": {"client", "server"},
}
"""Submodules that packages of the standard library do not load by themselves."""
