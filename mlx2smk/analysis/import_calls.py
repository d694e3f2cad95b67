"""Calls that import modules or ask whether there is one, and what becomes of what they find."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.modules import absolute, all_modules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.analysis.dynamic import Dynamic
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.uses import Use

BY_NAME = frozenset({"getattr", "hasattr", "setattr", "delattr"})

LOADED_FROM_OUTSIDE = frozenset(
    {
        *("IPython", "ipykernel", "google.colab", "pytest", "_pytest", "sphinx"),
        *("coverage", "debugpy", "pydevd", "_pydevd_bundle"),
    }
)
"""Modules that are loaded by whoever starts a program, not by the modules that it imports."""


def imported_name(given: Sequence[ast.expr], module: Module) -> tuple[str, bool]:
    """Return how the name of a module that a call imports starts, and whether that is all of it.

    Without a dot in sight, a relative name may be a module of any package.
    """
    name, exact = _beginning(given[0] if given else None)
    package = own_package(given, module)
    if package is not None and (name.startswith(".") or not name):
        inside = absolute(name.lstrip("."), len(name) - len(name.lstrip(".")), package)
        if not name or inside is None:
            return "", False
        return f"{inside}{'' if exact or name.strip('.') else '.'}", exact
    return name, exact


def own_package(given: Sequence[ast.expr], module: Module) -> str | None:
    """Return the package that ``import_module(name, __name__)`` starts from, if it is the module's own."""
    second = given[1] if len(given) == 2 else None
    if not isinstance(second, ast.Name) or second.id in module.bindings:
        return None
    names = {"__name__": module.dotted, "__package__": module.parent_package}
    return names.get(second.id)


def _beginning(node: ast.expr | None) -> tuple[str, bool]:
    """Return how a text starts, and whether that is all of it."""
    first: ast.AST | None = node
    if isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        first = node.left
    text = written_text(first)
    return ("", False) if text is None else (text, first is node)


def written_text(node: ast.AST | None) -> str | None:
    """Return the text of a literal, None for anything else."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None


def imported_by_call(dynamic: Dynamic, project: Project) -> list[Module]:
    """Return the local modules that a call may import, with the packages around them."""
    name, own = dynamic.name, project.experiment.dotted
    others = (item for item in all_modules(project.files, name, project.roots) if item != own)
    parts = [item.split(".") for item in ([name] if dynamic.exact else others)]
    wanted = dict.fromkeys(
        ".".join(item[: depth + 1]) for item in parts for depth in range(len(item))
    )
    return [module for module in map(project.load, wanted) if module is not None]


def asks_for_attribute(use: Use) -> bool:
    """Whether a use asks a module for attributes, which the worker notices if its slice has them not."""
    if isinstance(use.parent, ast.Attribute):
        return use.parent.attr != "__dict__"
    return (
        isinstance(use.parent, ast.Call)
        and isinstance(use.parent.func, ast.Name)
        and use.parent.func.id in BY_NAME | {"dir"}
        and use.parent.args[:1] == [use.node]
    )


def drops_value(call: ast.Call, unit: Unit, module: Module) -> bool:
    """Whether nothing is done with a module that a call imports: it is imported for its effects."""
    parent = unit.parents.get(call)
    while isinstance(parent, (ast.ListComp, ast.List)):
        parent = unit.parents.get(parent)
    if not isinstance(parent, ast.Assign) or parent is not unit.node:
        return isinstance(parent, ast.Expr)
    names = {target.id for target in parent.targets if isinstance(target, ast.Name)}
    used = (each.name for other in module.units for each in other.names.references)
    return len(names) == len(parent.targets) and names.isdisjoint(used)


def asks_whether_there(use: Use) -> bool:
    """Whether a use only asks whether a value is None."""
    parent = use.parent
    if isinstance(parent, ast.Compare):
        sides = (parent.left, *parent.comparators)
        others = [side for side in sides if side is not use.node]
        return len(sides) == 2 and all(
            isinstance(side, ast.Constant) and side.value is None for side in others
        )
    if isinstance(parent, (ast.If, ast.IfExp, ast.While)):
        return parent.test is use.node
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id == "bool"
    return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)


def asks_for_package(call: ast.Call | None, project: Project) -> bool:
    """Whether ``find_spec`` is asked for a package outside, so that it finds no local module."""
    name = _searched_name(call)
    return bool(name) and project.load(name.partition(".")[0]) is None


def searches_without_loading(call: ast.Call, project: Project) -> bool:
    """Whether a call of ``find_spec`` loads no local package, as it does to find what is in one."""
    name = _searched_name(call)
    return bool(name) and ("." not in name or asks_for_package(call, project))


def _searched_name(call: ast.Call | None) -> str:
    """Return the name that ``find_spec`` is asked for, empty if it is not written out."""
    given = call.args if call is not None and not call.keywords else []
    return (written_text(given[0]) or "") if len(given) == 1 else ""


def names_nothing_local(name: str, reference: Reference, module: Module, project: Project) -> bool:
    """Whether a use of the modules that are loaded names one outside, and finds nothing of the program.

    So does an assignment, ``sys.modules["old"] = new``, whose value counts by itself.
    """
    parent = reference.parents[0] if reference.parents else None
    key: ast.expr | None = None
    if (
        name == "sys.modules"
        and isinstance(parent, ast.Subscript)
        and parent.value is reference.node
    ):
        if isinstance(parent.ctx, ast.Load):
            return written_text(parent.slice) == "__main__" and _asks_for_file(reference)
        key = parent.slice if isinstance(parent.ctx, ast.Store) else None
    elif name in {"sys.modules.setdefault", "pkgutil.resolve_name"} and isinstance(
        parent, ast.Call
    ):
        key = parent.args[0] if parent.args and parent.func is reference.node else None
    text = _registered_name(key, module)
    if name == "pkgutil.resolve_name":
        text = text.replace(":", ".").partition(".")[0]
    return _is_outside(text, project)


def _is_outside(dotted: str, project: Project) -> bool:
    """Whether a name is that of a module outside, through which one does not come to the program's own."""
    if not dotted or dotted.partition(".")[0] in _LOOKING_AROUND:
        return False
    return project.load(dotted) is None and dotted != project.experiment.dotted


def asks_for_outside(name: str, reference: Reference, project: Project) -> bool:
    """Whether code asks for a module outside that may be loaded: ``sys.modules["pandas"]``."""
    parent = reference.parents[0] if reference.parents else None
    key: ast.expr | None = None
    if name == "sys.modules" and isinstance(parent, ast.Subscript):
        key = parent.slice if isinstance(parent.ctx, ast.Load) else None
    elif name == "sys.modules.get" and isinstance(parent, ast.Call):
        key = parent.args[0] if parent.func is reference.node and parent.args else None
    return _is_outside((written_text(key) or "").partition(".")[0], project)


def _asks_for_file(reference: Reference) -> bool:
    """Whether code asks only where a module, which is a subscript's value, comes from."""
    around = reference.parents[1] if len(reference.parents) > 1 else None
    return isinstance(around, ast.Attribute) and around.attr in {"__file__", "__spec__"}


def _registered_name(node: ast.expr | None, module: Module) -> str:
    """Return the text of a literal, or of ``__name__ + "…"`` in a local module; empty for anything else."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and module.name:
        own = isinstance(node.left, ast.Name) and node.left.id == "__name__"
        rest = written_text(node.right)
        plain = own and rest and "__name__" not in module.bindings
        return f"{module.dotted}{rest}" if plain else ""
    return written_text(node) or ""


_LOOKING_AROUND = frozenset(
    {"__main__", "builtins", "gc", "importlib", "inspect", "operator", "pkgutil", "runpy", "sys"}
)
"""Modules outside through which one comes to those of the program."""


def asks_who_started(node: ast.AST | None, modules: ast.expr) -> bool:
    """Whether this is ``"pytest" in sys.modules`` or the like, which does not depend on what is imported."""
    loaded = asks_whether_loaded(node, modules)
    return loaded and written_text(getattr(node, "left", None)) in LOADED_FROM_OUTSIDE


def asks_whether_loaded(node: ast.AST | None, modules: ast.expr) -> bool:
    """Whether this is ``name in sys.modules``."""
    return (
        isinstance(node, ast.Compare)
        and node.comparators == [modules]
        and isinstance(node.ops[0], (ast.In, ast.NotIn))
    )


def is_given_object(call: ast.Call | None) -> bool:
    """Whether a library is told where to look, as in ``lex(module=rules)`` or ``Fire(main)``."""
    return call is not None and (
        bool(call.args)
        or any(key.arg in {"module", "object", "component"} for key in call.keywords)
    )


def is_unpickling(call: ast.Call | None) -> bool:
    """Whether ``torch.load`` may unpickle any object."""
    return call is None or any(
        key.arg == "weights_only"
        and not (isinstance(key.value, ast.Constant) and key.value.value is True)
        for key in call.keywords
    )
