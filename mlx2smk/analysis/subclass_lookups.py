"""``Base.__subclasses__()``: which classes it may list, and which imports decide in what order they are there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.attached import LoadingImport, loading_imports
from mlx2smk.analysis.constants import argument_given
from mlx2smk.analysis.dynamic import SUBCLASSES
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import Function, parameters_of

if TYPE_CHECKING:
    from mlx2smk.analysis.constants import CodePlace, Constants
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.subclass_finding import SubclassFinder


class SubclassLookups:
    """Finds the classes that a look-up lists, and those below them."""

    def __init__(self, project: Project, finder: SubclassFinder) -> None:
        self.project = project
        self.finder = finder
        self._seen: set[tuple[ast.AST, str]] = set()
        self._ways: dict[Module, list[LoadingImport]] = {}

    def listed(self, node: ast.expr, place: CodePlace, known: Constants) -> set[Definition] | None:
        """Return all classes below those that ``node``, the method, is asked of; None if they are not known."""
        self._seen.clear()
        owner = node.value if isinstance(node, ast.Attribute) else None
        roots = None if owner is None else self._classes(owner, place, known)
        found: set[Definition] = set()
        for root in roots or ():
            below = self.finder.below(root)
            if below is None:
                return None
            found.update(below)
        return None if roots is None else found

    def imports(self, module: Module) -> list[LoadingImport]:
        """Return all imports by which the program loads a module when it starts."""
        if module not in self._ways:
            edges = self._edges()
            leading, size = {module}, 0
            while size != (size := len(leading)):
                leading |= {each.module for each in edges if each.loaded in leading}
            self._ways[module] = [each for each in edges if each.loaded in leading]
        return self._ways[module]

    def _edges(self) -> list[LoadingImport]:
        """Return the imports that run when the experiment is loaded."""
        waiting = [self.project.experiment]
        found: list[LoadingImport] = []
        for module in waiting:
            for each in loading_imports(self.project, module):
                found.append(each)
                if each.loaded not in waiting:
                    waiting.append(each.loaded)
        return found

    # Which class it is asked of

    def _classes(
        self, node: ast.expr, place: CodePlace, known: Constants
    ) -> list[Definition] | None:
        """Return the classes that an expression may stand for, or others below them."""
        if isinstance(node, ast.Attribute) and node.attr == "__class__":
            return self._classes(node.value, place, known)
        if isinstance(node, ast.Call):
            of_type = isinstance(node.func, ast.Name) and node.func.id == "type"
            return (
                self._classes(node.args[0], place, known)
                if of_type and len(node.args) == 1
                else None
            )
        scope = _scope_that_binds(node.id, node, place) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and scope is not None:
            return self._bound(node.id, scope, place, known)
        meaning = Values(self.project, place.module).meaning(node)
        is_class = isinstance(meaning, Definition) and isinstance(meaning.node, ast.ClassDef)
        return [meaning] if is_class and isinstance(meaning, Definition) else None

    def _bound(
        self, name: str, scope: ast.AST, place: CodePlace, known: Constants
    ) -> list[Definition] | None:
        """Return the classes that a variable of a function or comprehension may stand for."""
        if isinstance(scope, ast.comprehension):
            return self._elements(scope.iter, place, known)
        if not isinstance(scope, Function):
            return None
        bindings = [item for item in scope_of(scope.body).bindings if item.name == name]
        is_parameter = name in {arg.arg for arg in parameters_of(scope.args)}
        if len(bindings) + is_parameter != 1 or name in _shared(scope):
            return None
        if is_parameter:
            return self._parameter(name, scope, place, known)
        if bindings[0].kind == "element" and bindings[0].value is not None:
            return self._elements(bindings[0].value, place, known)
        value = bindings[0].value if bindings[0].kind == "value" else None
        return None if value is None else self._classes(value, place, known)

    def _elements(
        self, node: ast.expr, place: CodePlace, known: Constants
    ) -> list[Definition] | None:
        """Return the classes of which ``X.__subclasses__()`` lists some."""
        function = node.func if isinstance(node, ast.Call) else None
        if not isinstance(function, ast.Attribute) or function.attr != SUBCLASSES:
            return None
        return self._classes(function.value, place, known)

    def _parameter(
        self, name: str, function: Function, place: CodePlace, known: Constants
    ) -> list[Definition] | None:
        key = function, name
        if key in self._seen:
            return []
        self._seen.add(key)
        top = place.unit.node
        if isinstance(top, ast.ClassDef) and function in top.body:
            return self._first_of_method(name, function, top, place)
        called_elsewhere = (place.module.dotted, function.name) in known.called_elsewhere
        if function is not top or function.decorator_list or called_elsewhere:
            return None
        found: list[Definition] = []
        for reference, where in known.references(function.name, place.module):
            given = argument_given(reference, name, function)
            classes = None if given is None else self._classes(given, where, known)
            if classes is None:
                return None
            found += classes
        return found

    def _first_of_method(
        self, name: str, function: Function, cls: ast.ClassDef, place: CodePlace
    ) -> list[Definition] | None:
        """Return the class of a method whose first parameter is asked, which is it or an instance of it."""
        values = Values(self.project, place.module)
        kinds = [values.library(each) for each in function.decorator_list]
        first = [*function.args.posonlyargs, *function.args.args][:1]
        plain = kinds in ([], ["classmethod"]) and bool(first) and first[0].arg == name
        if not plain or self._may_be_metaclass(cls, values):
            return None
        return [Definition(place.module, cls)]

    def _may_be_metaclass(self, cls: ast.ClassDef, values: Values) -> bool:
        """Whether instances of a class may be classes."""
        for base in cls.bases:
            meaning = values.meaning(base.value if isinstance(base, ast.Subscript) else base)
            if isinstance(meaning, Library):
                if meaning.name.endswith(("type", "Meta", "Type")):
                    return True
            elif (
                meaning is None
                or not isinstance(meaning.node, ast.ClassDef)
                or meaning.node is cls
                or self._may_be_metaclass(meaning.node, Values(self.project, meaning.module))
            ):
                return True
        return False


def _scope_that_binds(name: str, node: ast.AST, place: CodePlace) -> ast.AST | None:
    """Return the innermost function or part of a comprehension that binds a name; None if the module does."""
    parents, inside = place.unit.parents, node
    while (around := parents.get(inside)) is not None:
        for part in getattr(around, "generators", ()):
            if any(
                isinstance(each, ast.Name) and each.id == name for each in ast.walk(part.target)
            ):
                return part if isinstance(part.target, ast.Name) else around
        own = (
            [arg.arg for arg in parameters_of(around.args)]
            if isinstance(around, _WITH_ARGS)
            else []
        )
        if isinstance(around, Function) and inside in around.body:
            scope = scope_of(around.body)
            own += [item.name for item in scope.bindings if item.name not in scope.global_names]
            if name in own:
                return around
        elif isinstance(around, ast.Lambda) and name in own:
            return around
        inside = around
    return None


def _shared(function: Function) -> set[str]:
    """Return the names that functions inside a function assign."""
    parts = (part for part in ast.walk(function) if isinstance(part, ast.Nonlocal))
    return {name for part in parts for name in part.names}


_WITH_ARGS = (*Function.__args__, ast.Lambda)
