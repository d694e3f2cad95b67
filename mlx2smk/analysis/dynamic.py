"""Code that looks names up at run time: what it may find cannot be foreseen, so whole modules are taken.

``OWN`` can find every name of its own module, ``ALL`` those of every module that is loaded. Imports of
modules whose names are computed are ``IMPORT``. ``GUARDED`` finds modules and their attributes only in
ways that the worker notices: what the slice does not have, it gets while it runs. ``LOADED`` finds out
which modules are loaded, not what they hold.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mlx2smk.analysis.attached import is_loaded_by_others
from mlx2smk.analysis.import_calls import (
    BY_NAME,
    asks_for_attribute,
    asks_for_outside,
    asks_for_package,
    asks_whether_loaded,
    asks_whether_there,
    asks_who_started,
    drops_value,
    imported_name,
    is_given_object,
    is_unpickling,
    names_nothing_local,
    own_package,
)
from mlx2smk.analysis.known import CALLER_READERS, listed
from mlx2smk.analysis.modules import absolute
from mlx2smk.analysis.namespaces import is_key_of_builtins, runs_apart
from mlx2smk.analysis.uses import is_called, uses_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit


ASKS = "asks which modules are loaded"


class Reach(Enum):
    """How far a dynamic look-up can reach."""

    OWN = "own"
    ALL = "all"
    IMPORT = "import"
    GUARDED = "guarded"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True, eq=False)
class Dynamic:
    """One place that looks names up; for IMPORT, ``name`` is what the module's name starts with.

    ``exact``: ``name`` is the whole name. ``source``: it can see the text itself, comments included.
    ``plain``: it finds names and nothing else. ``calls``: what it finds is called, so it is no module.
    ``asks``: it only asks for attributes of what it finds; ``drops``: it does nothing with it. ``value`` is the expression whose value is the
    module or the dict of names that it finds.
    """

    reason: str
    node: ast.expr
    reach: Reach
    name: str = ""
    exact: bool = False
    source: bool = False
    plain: bool = False
    calls: bool = False
    asks: bool = False
    drops: bool = False
    value: ast.expr | None = None


_PLAIN = frozenset({"globals", "vars", "locals", "dir", "__annotations__", "__dict__"})

_BUILTINS = {
    "eval": Reach.OWN,
    "exec": Reach.OWN,
    "globals": Reach.OWN,
    "vars": Reach.OWN,
    "locals": Reach.OWN,
    "dir": Reach.OWN,
    "__import__": Reach.IMPORT,
    "__builtins__": Reach.OWN,
    "__annotations__": Reach.OWN,
    "__dict__": Reach.OWN,
}

_OWN = frozenset({"pandas.eval", "numexpr.evaluate"})

_SOURCE = frozenset(
    {
        *(
            "inspect.getsource",
            "inspect.getsourcelines",
            "inspect.getcomments",
            "inspect.findsource",
        ),
        *("linecache.getline", "linecache.getlines", "dill.source.*"),
    }
)

_ALL = frozenset(
    {
        *("sys.modules", "inspect.getclosurevars"),
        *("gc.get_objects", "gc.get_referrers", "gc.get_referents", "runpy.run_module", "imp.*"),
        "importlib.util.find_spec",
        *("pkgutil.resolve_name",),
        *("doctest.testmod", "unittest.main", "code.*"),
    }
)

_GUARDED = frozenset(
    {
        *("pickle.load", "pickle.loads", "pickle.Unpickler", "_pickle.load", "_pickle.loads"),
        *("dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load"),
        *("shelve.open", "jsonpickle.decode", "importlib.reload"),
        # One comes from a frame to names only by the attributes below.
        *("sys._getframe", "sys._current_frames", "inspect.currentframe", "inspect.stack"),
        *("inspect.trace", "inspect.getouterframes", "inspect.getinnerframes"),
        # They list and run files (as `exec` does with a dict of its own), and what is imported comes from its file or is asked for attributes.
        *("pkgutil.walk_packages", "pkgutil.iter_modules", "runpy.run_path"),
        *("importlib.util.spec_from_file_location", "importlib.util.module_from_spec"),
        *("importlib.machinery.SourceFileLoader",),
    }
)
"""Unpickling imports modules and asks them for attributes, and that is all that it can find."""

_TABLES = (
    *((_SOURCE, Reach.ALL), (_ALL, Reach.ALL), (_OWN, Reach.OWN)),
    (_GUARDED, Reach.GUARDED),
)

_BELOW = {table: tuple(f"{entry}." for entry in table) for table, _ in _TABLES}
"""How the names start of what is below something in a table."""

SUBCLASSES = "__subclasses__"
GLOBALS = frozenset({"__globals__", "f_globals"})
"""Attributes that are the names of some module."""

_ATTRIBUTES = frozenset(
    {"__globals__", "__builtins__", SUBCLASSES, "f_globals", "f_locals", "f_builtins"}
)


def dynamics_of(unit: Unit, module: Module, project: Project) -> tuple[Dynamic, ...]:
    """Find the places of a unit that look names up at run time."""
    found = [_of_reference(item, unit, module, project) for item in unit.names.references]
    found.extend(
        Dynamic("uses what other imports load", item.node, Reach.LOADED, plain=True)
        for item in unit.names.references
        if is_loaded_by_others(item, module, project)
    )
    found.extend(
        Dynamic(f"uses .{node.attr}", node, Reach.ALL, value=_that_finds(node))
        for node in unit.names.attributes
        if node.attr in _ATTRIBUTES
    )
    found.extend(
        Dynamic(f"names {node.value!r}", node, Reach.ALL)  # as operator.attrgetter wants it
        for node in (() if module.words.isdisjoint(_ATTRIBUTES) else unit.nodes)
        if isinstance(node, ast.Constant) and node.value in _ATTRIBUTES
        if not is_key_of_builtins(node, unit)
    )
    return tuple(item for item in found if item is not None)


def _that_finds(node: ast.Attribute) -> ast.expr | None:
    """Return an attribute if what it finds may be known: the subclasses of a class, or the names of a module."""
    return node if node.attr in {SUBCLASSES, *GLOBALS} else None


def library_names(reference: Reference, module: Module, project: Project) -> set[str]:
    """Return the dotted names outside that a use of a name may stand for."""
    names: set[str] = set()
    for imported in reference.imports or module.imports(reference.name):
        base, attributes = project.base(imported, module)
        if base is not None and project.load(base) is None:
            names.add(".".join((base, *attributes, *reference.attributes)))
    return names


def _of_reference(
    reference: Reference, unit: Unit, module: Module, project: Project
) -> Dynamic | None:
    if reference.imports or reference.name in module.bindings:
        for name in sorted(library_names(reference, module, project)):
            if name == "importlib.util.find_spec":
                found = _of_search(reference, unit, project)
            elif names_nothing_local(name, reference, module, project):
                found = None
            elif asks_for_outside(name, reference, project):
                found = Dynamic(ASKS, reference.node, Reach.LOADED)
            else:
                found = _of_library(name, reference, unit, module)
            if found is not None:
                return found
        return None
    return None if reference.attributes else _of_builtin(reference.name, reference, unit, module)


def _of_library(name: str, reference: Reference, unit: Unit, module: Module) -> Dynamic | None:
    if name == "importlib.import_module":
        return _import(reference, unit, module)
    if not reference.attributes and not _is_deleted(reference.node):
        attribute = _attribute_asked_for(reference)
        reach = _reach_of_object(name) if attribute is None else None
        if reach is not None:
            return Dynamic(f"uses {name} as an object", reference.node, reach)
        name = name if attribute is None else f"{name}.{attribute}"
    if name.startswith("builtins."):
        return _of_builtin(name.removeprefix("builtins."), reference, unit, module)
    if name in {"sys.modules", "sys.modules.get", "inspect.getmodule"}:
        return _of_module(name, reference, unit, module)
    for table, reach in _TABLES:
        # `sys.modules.get` and `sys.modules` are both meant by the entry `sys.modules`.
        if listed(name, table) or name.startswith(_BELOW[table]):
            call = call_of(reference) if name == "inspect.getsource" else None
            return Dynamic(
                f"uses {name}", reference.node, reach, source=table is _SOURCE, value=call
            )
    return _of_arguments(name, reference)


def _of_search(reference: Reference, unit: Unit, project: Project) -> Dynamic | None:
    """Judge a search for a module, which often only asks whether it is there: those without a slice are, too."""
    call = call_of(reference)
    if asks_for_package(call, project):
        return None
    there = call is not None and all(map(asks_whether_there, uses_of(call, unit)))
    reach = Reach.GUARDED if there else Reach.ALL
    return Dynamic("uses importlib.util.find_spec", reference.node, reach)


def _reach_of_object(module: str) -> Reach | None:
    """Return what somebody can find who is given a module outside, None if that is nothing."""
    if _offers(module, (*_ALL, *_SOURCE, "builtins.")):
        return Reach.ALL
    return Reach.GUARDED if _offers(module, _GUARDED) else None


def _of_arguments(name: str, reference: Reference) -> Dynamic | None:
    """Judge what looks names up only if it is called with, or without, certain arguments."""
    if name in CALLER_READERS and not is_given_object(call_of(reference)):
        return Dynamic(f"uses {name}, which reads its caller's names", reference.node, Reach.OWN)
    if name == "torch.load" and is_unpickling(call_of(reference)):
        return Dynamic("uses torch.load with weights_only=False", reference.node, Reach.GUARDED)
    return None


def _of_module(name: str, reference: Reference, unit: Unit, module: Module) -> Dynamic | None:
    """Judge a look-up of a loaded module, such as ``sys.modules[__name__]``."""
    parent = reference.parents[0] if reference.parents else None
    if name == "sys.modules" and asks_who_started(parent, reference.node):
        return None
    if name == "sys.modules" and asks_whether_loaded(parent, reference.node):
        return Dynamic(ASKS, reference.node, Reach.LOADED, plain=True)
    asked: ast.expr | None = None
    if name == "sys.modules" and isinstance(parent, ast.Subscript):
        asked = parent.slice if parent.value is reference.node else None
    elif name != "sys.modules" and isinstance(parent, ast.Call):
        asked = parent.args[0] if parent.func is reference.node and parent.args else None
    found = parent if asked is not None and isinstance(parent, ast.expr) else None
    own = isinstance(asked, ast.Name) and asked.id == "__name__"
    own = own and "__name__" not in module.bindings
    if own and isinstance(found, ast.Subscript) and isinstance(found.ctx, ast.Store):
        return Dynamic("replaces itself in sys.modules", reference.node, Reach.OWN, plain=True)
    if found is None or asked is None or not _is_read(found):
        return Dynamic(f"uses {name}", reference.node, Reach.ALL)
    if own:
        calls = all(map(is_called, uses_of(found, unit)))
        what = f"uses {name}"
        return Dynamic(what, reference.node, Reach.OWN, plain=True, calls=calls, value=found)
    # The module that somebody comes from is loaded, and tells who asks it for an attribute.
    loaded = name == "inspect.getmodule" or (
        isinstance(asked, ast.Attribute) and asked.attr == "__module__"
    )
    guarded = loaded and all(map(asks_for_attribute, uses_of(found, unit)))
    return Dynamic(f"uses {name}", reference.node, Reach.GUARDED if guarded else Reach.ALL)


def _is_read(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _offers(module: str, table: Iterable[str]) -> bool:
    """Whether a module outside has something that is in a table; it need not be there."""
    return any(entry.startswith(f"{module}.") for entry in table)


def _is_deleted(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)


def _attribute_asked_for(reference: Reference) -> str | None:
    """Return the attribute of ``getattr(module, "name")`` and its like, None if it is not a literal."""
    call = reference.parents[0] if reference.parents else None
    if not isinstance(call, ast.Call) or call.args[:1] != [reference.node] or len(call.args) < 2:
        return None
    function, name = call.func, call.args[1]
    if not isinstance(function, ast.Name) or function.id not in BY_NAME:
        return None
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        return name.value
    return None


def _of_builtin(name: str, reference: Reference, unit: Unit, module: Module) -> Dynamic | None:
    reach = _BUILTINS.get(name)
    if reach is None:
        return None
    call = call_of(reference)
    if call is not None and name in {"vars", "dir"} and call.args:
        return None  # it looks into its argument; a module given to it is noticed as such
    if call is not None and name in {"locals", "dir"} and reference.deferred:
        return None
    if reach is Reach.IMPORT:
        return _import(reference, unit, module)
    if name in {"eval", "exec"} and runs_apart(call, unit, module):
        return Dynamic(f"uses {name}", reference.node, Reach.GUARDED)
    items = call if name in {"globals", "vars"} else None
    calls = items is not None and _calls_items(items, unit)
    return Dynamic(
        f"uses {name}", reference.node, reach, plain=name in _PLAIN, calls=calls, value=items
    )


def _calls_items(found: ast.expr, unit: Unit) -> bool:
    """Whether the items of a dict are looked up one by one, and called."""
    uses = uses_of(found, unit)
    return bool(uses) and all(
        isinstance(use.parent, ast.Subscript)
        and use.parent.value is use.node
        and _is_read(use.parent)
        and all(map(is_called, uses_of(use.parent, unit)))
        for use in uses
    )


def _import(reference: Reference, unit: Unit, module: Module) -> Dynamic:
    """Read the name of a module imported by a call, or how it starts."""
    call = call_of(reference)
    given = call.args if call is not None else []
    drops = call is not None and drops_value(call, unit, module)
    asks = call is not None and all(map(asks_for_attribute, uses_of(call, unit)))
    name, exact = imported_name(given, module)
    package = own_package(given, module)
    if asks and not name and package is not None:
        name = f"{package}."  # most likely; a module of another package comes from its file
    if exact and _offers(name, (*_ALL, *_SOURCE, "builtins.")):
        return Dynamic(f"imports {name!r} by a call", reference.node, Reach.ALL)
    relative = name.startswith(".")
    what = f"imports {name!r} by a call" if exact else "imports a module whose name is computed"
    return Dynamic(
        what,
        reference.node,
        Reach.IMPORT,
        "" if relative else name,
        exact and not relative,
        asks=asks or drops,
        drops=drops,
        value=call,
    )


def imported_names(
    dynamic: Dynamic, module: Module, texts: Callable[[ast.expr], list[str] | None]
) -> list[str] | None:
    """Return the names of the modules that a call imports; None if they are not known.

    ``texts`` returns the values of an expression.
    """
    call = dynamic.value
    found = texts(call.args[0]) if isinstance(call, ast.Call) and call.args else None
    if found is None or not isinstance(call, ast.Call) or call.keywords:
        return None
    builtin = isinstance(call.func, ast.Name) and call.func.id == "__import__"
    if builtin and len(call.args) > 1:
        return None
    package = own_package(call.args, module) if not builtin else None
    names: list[str] = []
    for text in found:
        level = len(text) - len(text.lstrip("."))
        name = absolute(text[level:], level, package or "") if level else text
        if not name or (builtin and "." in name) or _offers(name, (*_ALL, *_SOURCE, "builtins.")):
            return None
        names.append(name)
    return names


def call_of(reference: Reference) -> ast.Call | None:
    """Return the call of what a reference stands for, None if it is not called there."""
    parent = reference.parents[0] if reference.parents else None
    return parent if isinstance(parent, ast.Call) and parent.func is reference.node else None
