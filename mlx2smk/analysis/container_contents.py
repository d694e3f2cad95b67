"""What containers of modules may hold if all code that uses them is understood: tables, registries, lists of subclasses."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mlx2smk.analysis.callees import defined, united
from mlx2smk.analysis.references import PlacedUse, References
from mlx2smk.analysis.scope_frames import frame_inside
from mlx2smk.analysis.subclass_finding import SubclassFinder
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import Function, parameters_of

if TYPE_CHECKING:
    from mlx2smk.analysis.callees import CalleeFinder, Callees
    from mlx2smk.analysis.project import Module, Project

_Display: TypeAlias = ast.Dict | ast.List | ast.Tuple | ast.Set


class _Holder(NamedTuple):
    """What a container is bound to: a name of a module, or of a class of the module that is its ``owner``."""

    module: Module
    owner: ast.ClassDef | None
    name: str


class ContainerContents:
    """Finds what may be in containers."""

    def __init__(self, project: Project, finder: CalleeFinder) -> None:
        self.project = project
        self.finder = finder
        self.references = References(project)
        self.subclasses = SubclassFinder(self.references)
        self._known: dict[_Holder, Callees | None] = {}

    def of(self, node: ast.expr, values: Values) -> Callees | None:
        """Return all that a container may hold; None if that is not known."""
        if isinstance(node, _Display):
            parts = _displayed(node)
            return None if parts is None else self.finder.of_any(parts, values)
        key = self._holder(node, values)
        if key is None:
            return None
        if key not in self._known:
            self._known[key] = None  # which is what it is for those that need it for themselves
            self._known[key] = self._find(key)
        return self._known[key]

    def are_new(self, node: ast.expr, values: Values) -> bool:
        """Whether all that a container may hold was made for it, so that one comes to it only through the container."""
        key = self._holder(node, values)
        if key is None:
            return False
        made, uses = self._made(key), self._uses(key)
        if made is None or uses is None or not all(self._is_new(each, key.module) for each in made):
            return False
        put = [(self._put(use), use.module) for use in uses]
        return all(
            parts is not None and all(self._is_new(each, module) for each in parts)
            for parts, module in put
        )

    def _is_new(self, node: ast.expr, module: Module) -> bool:
        """Whether an expression makes something new, or something that does not change."""
        values = Values(self.project, module)
        meaning = values.meaning(node)
        function = isinstance(meaning, Definition) and isinstance(meaning.node, Function)
        return function or isinstance(node, _UNSHARED) or values.is_fresh(node)

    def _holder(self, node: ast.expr, values: Values) -> _Holder | None:
        """Return the name, of a module or of a class of one, that a container is bound to."""
        at = values.holder(node)
        if at is not None:
            return _Holder(at[0], None, at[1])
        owners = self.finder.of(node.value, values) if isinstance(node, ast.Attribute) else None
        if not isinstance(node, ast.Attribute) or owners is None or len(owners) != 1:
            return None
        (owner,) = owners
        if owner.kind != "class" or owner.around.frames or not isinstance(owner.node, ast.ClassDef):
            return None
        if not self.finder.is_as_written(owner, owner.node):
            return None
        return _Holder(owner.around.module, owner.node, node.attr)

    def _find(self, key: _Holder) -> Callees | None:
        made, uses = self._made(key), self._uses(key)
        if made is None or uses is None:
            return None
        found = [self.finder.of_any(made, Values(self.project, key.module))]
        for use in uses:
            parts = self._put(use)
            found += [None] if parts is None else [self._stored(each, use) for each in parts]
        return united(found)

    def _uses(self, key: _Holder) -> list[PlacedUse] | None:
        if key.owner is not None:
            return self.uses_in_classes(key.name, key.owner)
        replaced = self.finder.purity.is_replaced_name(key.name, key.module)
        return None if replaced else self.references.of(key.name, key.module)

    def _made(self, key: _Holder) -> list[ast.expr] | None:
        """Return what a container holds from the start that is bound once, by a statement of a body."""
        body = getattr(key.owner or key.module.tree, "body", ())
        bindings = key.module.bindings.get(key.name, ())
        if key.owner is not None:
            bindings = tuple(each for each in scope_of(body).bindings if each.name == key.name)
        if len(bindings) != 1 or bindings[0].node not in body:
            return None
        return _held_first(bindings[0].value, Values(self.project, key.module))

    # What a use of a container puts into it

    def _put(self, use: PlacedUse) -> list[ast.expr] | None:
        """Return what a use of a container puts into it; None if that is not known."""
        parent, parents = use.parent, use.unit.parents
        if isinstance(parent, ast.Subscript) and parent.value is use.node:
            around = parents.get(parent)
            if not isinstance(parent.ctx, ast.Store):
                return []
            plain = isinstance(around, ast.Assign) and around.targets == [parent]
            return [around.value] if plain and isinstance(around, ast.Assign) else None
        if isinstance(parent, ast.Attribute):
            call = parents.get(parent)
            called = isinstance(call, ast.Call) and call.func is parent
            return _put_by(call, parent.attr) if called and isinstance(call, ast.Call) else None
        if isinstance(parent, ast.Call):
            name = parent.func.id if isinstance(parent.func, ast.Name) else ""
            known = name in _ONLY_READING and name not in use.module.bindings
            return [] if known and use.node in parent.args else None
        reads = isinstance(parent, (ast.Compare, ast.FormattedValue, ast.Expr))
        loops = isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is use.node
        return [] if reads or loops else None

    def _stored(self, node: ast.expr, use: PlacedUse) -> Callees | None:
        """Return what an expression stands for in the code around a use."""
        functions = self._functions_around(use)
        if functions is None:
            return None
        if functions and isinstance(node, ast.Name):
            parameters = [arg.arg for arg in parameters_of(functions[-1].args)]
            if node.id in parameters and len(frame_inside(functions[-1])[node.id]) == 1:
                return self._passed(node.id, functions, use)
        values = Values(self.project, use.module)
        for function in functions:
            values = values.inside(frame_inside(function))
        return self.finder.of(node, values)

    def _functions_around(self, use: PlacedUse) -> list[Function] | None:
        """Return the functions around a use, the outermost first; None if there are other scopes, too."""
        found: list[Function] = []
        node: ast.AST = use.node
        while (around := use.unit.parents.get(node)) is not None:
            if isinstance(around, Function) and node in around.body:
                found.insert(0, around)
            elif isinstance(around, (ast.Lambda, *_COMPREHENSIONS)) or (
                isinstance(around, ast.ClassDef) and not (found and found[0].name == _HOOK)
            ):
                return None
            node = around
        return found

    # What parameters stand for

    def _passed(self, name: str, functions: list[Function], use: PlacedUse) -> Callees | None:
        """Return what a parameter of the innermost of some functions stands for."""
        outer, inner, top = functions[0], functions[-1], use.unit.node
        if isinstance(top, ast.ClassDef):
            own = inner in top.body and _first_parameter(inner) == name
            return self._subclasses(top, use.module) if own else None
        if outer is not top or len(functions) > 2 or _has_own_decorators(inner, outer):
            return None
        uses = self.references.of(outer.name, use.module)
        if uses is not None and inner is not outer:
            uses = _results(uses) if _is_only_returned(inner, outer) else None
        if uses is None or len(use.module.bindings.get(outer.name, ())) != 1:
            return None
        return united(self._argument(name, inner, each) for each in uses)

    def _argument(self, name: str, function: Function, use: PlacedUse) -> Callees | None:
        """Return what a use of a function gives for a parameter: a call, or decorating something."""
        parent = use.parent
        if isinstance(parent, (Function, ast.ClassDef)) and use.node in parent.decorator_list:
            if parent is not use.unit.node or _first_parameter(function) != name:
                return None
            at = parent.decorator_list.index(use.node)
            (callee,) = defined(parent, Values(self.project, use.module))
            return [replace(callee, skipped=at + 1)]
        if not isinstance(parent, ast.Call) or parent.func is not use.node:
            return None
        if any(isinstance(item, ast.Starred) for item in parent.args) or function.args.posonlyargs:
            return None
        named = [item.value for item in parent.keywords if item.arg in {name, None}]
        order = [arg.arg for arg in function.args.args]
        at = order.index(name) if name in order else len(parent.args)
        given = [*parent.args[at : at + 1], *named]
        return self._stored(given[0], use._replace(node=parent)) if len(given) == 1 else None

    def _subclasses(self, base: ast.ClassDef, home: Module) -> Callees | None:
        """Return all classes below a class; None if there may be others."""
        below = None
        if self.references.of(base.name, home) is not None:
            below = self.subclasses.below(Definition(home, base))
        classes = [] if below is None else below
        found = [defined(each.node, Values(self.project, each.module)) for each in classes]
        return None if below is None else united(found)

    def uses_in_classes(self, name: str, owner: ast.ClassDef) -> list[PlacedUse] | None:
        """Return the uses of a name of a class, as an attribute of whatever; None if there may be others."""
        found: list[PlacedUse] = []
        for module in self.references.modules:
            if self.references.of(owner.name, module) is None or _names_otherwise(
                name, module, owner
            ):
                return None
            for unit in module.units:
                found += [
                    PlacedUse(node, unit, module)
                    for node in unit.nodes
                    if isinstance(node, ast.Attribute) and node.attr == name
                ]
        return found


def _put_by(call: ast.Call, name: str) -> list[ast.expr] | None:
    """Return what a method of a container puts into it; None if that is not known."""
    if name in _READING:
        return []
    given = [*call.args, *(item.value for item in call.keywords)]
    if any(isinstance(each, ast.Starred) for each in given):
        return None
    if name in _KEEPING:
        return given[1:] if name in _AT_PLACES and call.args else given
    if name not in {"update", "extend"} or any(item.arg is None for item in call.keywords):
        return None
    parts = [item.value for item in call.keywords]
    for display in call.args:
        shown = _displayed(display) if isinstance(display, _Display) else None
        if shown is None:
            return None
        parts += shown
    return parts


def _held_first(node: ast.expr | None, values: Values) -> list[ast.expr] | None:
    """Return what a new container holds; None if this is something else, or it is not known."""
    if isinstance(node, _Display) and not isinstance(node, ast.Tuple):
        return _displayed(node)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp)):
        part = node.value if isinstance(node, ast.DictComp) else node.elt
        # Its names may be those of the comprehension.
        return [part if isinstance(part, _Display) else ast.Name("*", ast.Load())]
    if not isinstance(node, ast.Call) or node.keywords or not values.is_fresh(node):
        return None
    if values.library(node.func) != "collections.defaultdict":
        return None if node.args else []
    # It makes what is asked for by calls of what it is given.
    return [ast.Call(each, [], []) for each in node.args] if len(node.args) < 2 else None


def _displayed(node: _Display) -> list[ast.expr] | None:
    if isinstance(node, ast.Dict):
        return None if None in node.keys else node.values
    return node.elts


_UNSHARED = (ast.Constant, ast.JoinedStr, ast.Compare, ast.Lambda)


def _names_otherwise(name: str, module: Module, owner: ast.ClassDef) -> bool:
    """Whether a module has a name in a text, or another class that binds it, or the class uses it itself."""
    classes = module.of_kind(ast.ClassDef)
    own = [part for part in ast.walk(owner) if isinstance(part, ast.Name) and part.id == name]
    matched = (each.kwd_attrs for each in module.of_kind(ast.MatchClass))
    return (
        len(own) != 1
        or name in module.texts
        or any(name in attributes for attributes in matched)
        or any(
            item.name == name
            for each in classes
            if each is not owner
            for item in scope_of(each.body).bindings
        )
    )


def _first_parameter(function: Function) -> str:
    first = [*function.args.posonlyargs, *function.args.args][:1]
    return first[0].arg if first else ""


def _has_own_decorators(*functions: Function) -> bool:
    return any(function.decorator_list for function in functions)


def _is_only_returned(inner: Function, outer: Function) -> bool:
    """Whether a function only returns one that it defines, and uses it in no other way."""
    names = [
        part for part in ast.walk(outer) if isinstance(part, ast.Name) and part.id == inner.name
    ]
    returned = [part.value for part in ast.walk(outer) if isinstance(part, ast.Return)]
    single = len(frame_inside(outer).get(inner.name, ())) == 1
    return (
        inner in outer.body and single and bool(names) and all(each in returned for each in names)
    )


def _results(uses: list[PlacedUse]) -> list[PlacedUse] | None:
    """Return the calls of a function, None if it is used in another way."""
    found: list[PlacedUse] = []
    for use in uses:
        call = use.parent
        if not isinstance(call, ast.Call) or call.func is not use.node:
            return None
        found.append(use._replace(node=call))
    return found


_HOOK = "__init_subclass__"
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_READING = frozenset(
    {
        *(
            "clear",
            "copy",
            "count",
            "get",
            "index",
            "items",
            "keys",
            "pop",
            "remove",
            "reverse",
            "values",
        )
    }
)
"""Methods of containers that put nothing into them."""

_AT_PLACES = frozenset({"insert", "setdefault"})
"""Methods whose first argument says where something is put."""

_KEEPING = frozenset({"add", "append", "appendleft", "insert", "setdefault"})
_ONLY_READING = frozenset(
    {
        *(
            "all",
            "any",
            "bool",
            "dict",
            "enumerate",
            "isinstance",
            "iter",
            "len",
            "list",
            "max",
            "min",
        ),
        *("print", "repr", "reversed", "set", "sorted", "str", "sum", "tuple", "zip"),
    }
)
"""Builtins that change nothing of a container that they are given, and do not hand it on."""
