"""Which classes of the program are derived from a class, if that can be told."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.values import Definition, Library, Values

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.references import References


class SubclassFinder:
    """Finds the classes below a class among those of all modules that the program may load."""

    def __init__(self, references: References) -> None:
        self.references = references

    def below(self, base: Definition) -> list[Definition] | None:
        """Return all classes below a class; None if there may be others."""
        bases = self._bases
        if bases is None:
            return None
        waiting, classes = [base.node], list[Definition]()
        for each in waiting:
            for definition, above in bases.items():
                if each in above and definition.node not in waiting:
                    waiting.append(definition.node)
                    classes.append(definition)
        return None if any(map(self._is_handed_on, [base, *classes])) else classes

    @cached_property
    def _bases(self) -> dict[Definition, list[ast.AST]] | None:
        """The classes that each class of the program is derived from; None if they are not known."""
        found: dict[Definition, list[ast.AST]] = {}
        for module in self.references.modules:
            if module.tree is None or not self.references.is_complete or _makes_classes(module):
                return None
            for node in module.of_kind(ast.ClassDef):
                bases = self._bases_of(node, module)
                if bases is None:
                    return None
                found[Definition(module, node)] = bases
        return found

    def _bases_of(self, node: ast.AST, module: Module) -> list[ast.AST] | None:
        values, found = Values(self.references.project, module), list[ast.AST]()
        top = module.tree is not None and node in module.tree.body
        for base in getattr(node, "bases", ()):
            meaning = values.meaning(base.value if isinstance(base, ast.Subscript) else base)
            if isinstance(meaning, Library):
                continue
            if meaning is None or not top:
                return None
            found.append(meaning.node)
        return found

    def _is_handed_on(self, definition: Definition) -> bool:
        """Whether a call is given a class in a tuple or list, of which it may make another one."""
        for use in self.references.shown(definition.node.name, definition.module):
            around = use.unit.parents.get(use.parent or use.node)
            if isinstance(use.parent, (ast.Tuple, ast.List)) and isinstance(around, _CALLS):
                function = around.func if isinstance(around, ast.Call) else None
                if not (isinstance(function, ast.Name) and function.id in _ASKING):
                    return True
        return False


_CALLS = (ast.Call, ast.keyword)
_ASKING = frozenset({"isinstance", "issubclass"})


def _makes_classes(module: Module) -> bool:
    """Whether a module makes classes by calls of ``type``."""
    return any(
        (len(node.args) > 1 or node.keywords)
        and ast.unparse(node.func).rpartition(".")[2] in {"type", "new_class", "make_dataclass"}
        for node in module.of_kind(ast.Call)
    )
