"""The functions that creating an instance, or calling a method of ``self``, certainly runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.known import listed
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from mlx2smk.analysis.enclosing import Enclosing
    from mlx2smk.analysis.project import Module, Project

PLAIN_BASES = frozenset(
    {
        *("object", "abc.ABC", "typing.Generic", "typing.Protocol", "torch.nn.Module"),
        *("torch.utils.data.Dataset", "torch.utils.data.IterableDataset"),
    }
)
"""Classes of libraries that do nothing with what their subclasses are given, nor look at their attributes."""

_MAKING = frozenset({"__new__", "__init_subclass__", "__class__"})


def is_plain_class(
    definition: Definition, project: Project, below: frozenset[ast.AST] = frozenset()
) -> bool:
    """Whether a class and its bases are plain: creating an instance calls ``__init__`` and nothing else."""
    node, module = definition.node, definition.module
    if not isinstance(node, ast.ClassDef) or node in below or node.name in module.patched:
        return False
    metaclasses = [keyword for keyword in node.keywords if keyword.arg != "metaclass"]
    values = Values(project, module)
    return (
        not node.decorator_list
        and not metaclasses
        and all(values.library(keyword.value) == "abc.ABCMeta" for keyword in node.keywords)
        and not any(each.name in _MAKING for each in scope_of(node.body).bindings)
        and all(_is_plain_base(base, values, below | {node}) for base in node.bases)
    )


def _is_plain_base(node: ast.expr, values: Values, below: frozenset[ast.AST]) -> bool:
    meaning = values.meaning(node.value if isinstance(node, ast.Subscript) else node)
    if isinstance(meaning, Definition):
        return is_plain_class(meaning, values.project, below)
    return meaning is not None and listed(meaning.name, PLAIN_BASES)


def initializer_of(definition: Definition, project: Project) -> Definition | None:
    """Return the ``__init__`` that creating an instance of a class certainly calls."""
    if not is_plain_class(definition, project) or not isinstance(definition.node, ast.ClassDef):
        return None
    bound = [each for each in scope_of(definition.node.body).bindings if each.name == "__init__"]
    if not bound:
        base = only_base(definition, project)
        return None if base is None else initializer_of(base, project)
    node = bound[0].node
    plain = len(bound) == 1 and isinstance(node, ast.FunctionDef) and not node.decorator_list
    return Definition(definition.module, node) if plain and isinstance(node, Function) else None


def only_base(definition: Definition, project: Project) -> Definition | None:
    """Return the base of a class that is the user's, if it is the only one."""
    node = definition.node
    values = Values(project, definition.module)
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    found = [each for each in map(values.meaning, bases) if not isinstance(each, Library)]
    return found[0] if len(found) == 1 else None


def method_around(node: ast.expr, around: Enclosing) -> tuple[Function, ast.ClassDef] | None:
    """Return the method whose ``self`` a name certainly is, and the class of the method."""
    if not isinstance(node, ast.Name):
        return None
    scope = around.scope_of_name(node, node.id)
    if not isinstance(scope, Function) or scope.decorator_list:
        return None
    holder = around.parents.get(scope)
    first = [*scope.args.posonlyargs, *scope.args.args][:1]
    is_first = [arg.arg for arg in first] == [node.id]
    if not isinstance(holder, ast.ClassDef) or not is_first or scope.name == "__new__":
        return None
    loads = around.loads(scope, node.id)
    once = len(around.bindings(scope)[node.id]) == 1 and loads is not None
    return (scope, holder) if once else None


def top_level_class(node: ast.ClassDef, module: Module) -> Definition | None:
    """Return a class as a definition if it is the only thing that its name means in the module."""
    bindings = module.bindings.get(node.name, ())
    return Definition(module, node) if [each.node for each in bindings] == [node] else None
