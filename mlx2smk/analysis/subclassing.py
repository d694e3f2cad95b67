"""Base classes that do something with their subclasses: what defining a subclass changes.

``__init_subclass__`` runs for each subclass. It often fills a dict or list of the module, or of the base class.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.decorating import keeps_class
from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.judge import Filling
from mlx2smk.analysis.known import ENUMERATIONS, QUIET_METACLASSES, REGISTERING_BASES, listed
from mlx2smk.analysis.library_calls import class_head
from mlx2smk.analysis.scope_frames import frame_inside
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.bindings import imports_something, nodes_bound, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.purity import Purity

HOOK = "__init_subclass__"


def filled_by_subclass(definition: Definition, purity: Purity) -> Filling | None:
    """Return what a subclass of a class fills by being defined; None if that may do more."""
    classes = _with_bases(definition, purity, frozenset())
    if classes is None:
        return None
    hooked = [each for each in classes if nodes_bound(each.node.body, HOOK)]
    metaclasses = {each.node: each for cls in classes for each in _own_metaclasses(cls, purity)}
    if metaclasses:
        (metaclass, *others) = metaclasses.values()
        return None if others or hooked else filled_by_metaclass(metaclass, purity)
    if len(hooked) != 1:
        return None
    (base,) = hooked
    found = _filled_by_hook(base, frozenset(), purity)
    if found is not None:
        return found
    own = _containers(base, purity)
    hidden = any(
        nodes_bound(each.node.body, name)
        for each in classes
        if each.node is not base.node
        for name in own
    )
    found = None if hidden else _filled_by_hook(base, own, purity)
    names = None if found is None else found.names
    return None if names is None else Filling(base.module, names | {base.node.name})


def _with_bases(
    definition: Definition, purity: Purity, below: frozenset[ast.AST]
) -> list[Definition] | None:
    """Return a class and its bases that are the user's; None if any of them may do something unknown."""
    node, values = definition.node, Values(purity.project, definition.module)
    if not isinstance(node, ast.ClassDef) or node in below or purity.is_replaced(definition):
        return None
    if not all(keeps_class(each, values) for each in node.decorator_list):
        return None
    bases, metaclasses = class_head(node, values)
    if not all(
        listed(values.library(each), QUIET_METACLASSES)
        or isinstance(values.meaning(each), Definition)
        for each in metaclasses
    ):
        return None
    found: dict[ast.AST, Definition] = {node: definition}
    for base in bases:
        meaning = values.meaning(base.value if isinstance(base, ast.Subscript) else base)
        if isinstance(meaning, Library) and not listed(meaning.name, REGISTERING_BASES):
            continue
        others = (
            _with_bases(meaning, purity, below | {node})
            if isinstance(meaning, Definition)
            else None
        )
        if others is None:
            return None
        found |= {each.node: each for each in others}
    return list(found.values())


def _own_metaclasses(cls: Definition, purity: Purity) -> Iterator[Definition]:
    """Yield the user's own metaclasses that a class names."""
    values = Values(purity.project, cls.module)
    metaclasses = class_head(cls.node, values)[1] if isinstance(cls.node, ast.ClassDef) else []
    for each in metaclasses:
        meaning = values.meaning(each)
        if isinstance(meaning, Definition):
            yield meaning


def filled_by_metaclass(definition: Definition, purity: Purity) -> Filling | None:
    """Return what a class of a metaclass of the user's fills by being defined; None if that may do more."""
    node, values = definition.node, Values(purity.project, definition.module)
    if not isinstance(node, ast.ClassDef) or node.decorator_list or node.keywords:
        return None
    if purity.is_replaced(definition) or purity.patches.may_hook(node, definition.module):
        return None
    bound = {each.name for each in scope_of(node.body).bindings}
    if bound & _ODD_HOOKS or not all(
        values.library(each) in _PLAIN_METACLASSES for each in node.bases
    ):
        return None
    hooks = [each for name in _METACLASS_HOOKS for each in nodes_bound(node.body, name)]
    for own in (frozenset[str](), _containers(definition, purity)):
        found = [_filled_by_metaclass_hook(hook, definition, own, purity) for hook in hooks]
        touched = [each for each in found if each is not None]
        if len(touched) == len(hooks):
            names = frozenset[str]().union(*touched)
            alone = own or not names  # it counts for who needs the metaclass
            return Filling(definition.module, names | ({node.name} if alone else frozenset()))
    return None


def _filled_by_metaclass_hook(
    hook: ast.AST, metaclass: Definition, own: frozenset[str], purity: Purity
) -> frozenset[str] | None:
    """Return the names of the module that ``__new__`` or ``__init__`` of a metaclass fills."""
    if not isinstance(hook, ast.FunctionDef) or hook.decorator_list or imports_something(hook):
        return None
    frame = frame_inside(hook)
    parameters = [arg.arg for arg in (*hook.args.posonlyargs, *hook.args.args)]
    if metaclass.node.name in frame or any(len(frame[each]) != 1 for each in parameters):
        return None
    # The class is new, and so is the dict that it is made of; the metaclass is not.
    new = {
        name for name, found in frame.items() if len(found) == 1 and _is_new_class(found[0].value)
    }
    new |= set(parameters[3:4] if hook.name == "__new__" else parameters[:1])
    holders = (
        (*parameters[:1], metaclass.node.name) if hook.name == "__new__" else (metaclass.node.name,)
    )
    containers = {f"{holder}.{name}" for holder in holders for name in own}
    values = Values(purity.project, metaclass.module).inside(frame)
    evaluation = Evaluation(values, purity, frozenset({*new, *containers}))
    evaluation.statements(hook.body)
    return frozenset(evaluation.touches) if evaluation.only_fails() else None


def _is_new_class(node: ast.expr | None) -> bool:
    """Whether this is ``super().__new__(…)``."""
    function = node.func if isinstance(node, ast.Call) else None
    owner = function.value if isinstance(function, ast.Attribute) else None
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "__new__"
        and isinstance(owner, ast.Call)
        and ast.unparse(owner.func) == "super"
    )


_METACLASS_HOOKS = ("__new__", "__init__")
_ODD_HOOKS = frozenset({"__prepare__", "__setattr__", "__getattribute__", "__delattr__", "mro"})
_PLAIN_METACLASSES = frozenset({"type", "abc.ABCMeta"})


def _filled_by_hook(base: Definition, own: frozenset[str], purity: Purity) -> Filling | None:
    """Return what the hook of a base fills if the containers of some names of the class may be changed."""
    (hook, *others) = nodes_bound(base.node.body, HOOK)
    values = Values(purity.project, base.module)
    if others or not isinstance(hook, ast.FunctionDef):
        return None
    if any(values.library(each) != "classmethod" for each in hook.decorator_list):
        return None
    if imports_something(hook):
        return None
    frame = frame_inside(hook)
    first = [arg.arg for arg in (*hook.args.posonlyargs, *hook.args.args)][:1]
    if not first or len(frame[first[0]]) != 1 or base.node.name in frame:
        return None
    holders = (first[0], base.node.name)
    owned = frozenset({first[0], *(f"{holder}.{name}" for holder in holders for name in own)})
    evaluation = Evaluation(values.inside(frame), purity, owned)
    evaluation.statements(hook.body)
    if not evaluation.only_fails():
        return None
    return Filling(base.module, frozenset(evaluation.touches))


def _containers(base: Definition, purity: Purity) -> frozenset[str]:
    """Return the names that the class binds once, to new containers."""
    values = Values(purity.project, base.module)
    bindings = scope_of(base.node.body).bindings
    names = [each.name for each in bindings]
    return frozenset(
        each.name
        for each in bindings
        if names.count(each.name) == 1 and each.kind == "value" and values.is_fresh(each.value)
    )


def is_enumeration(node: ast.expr, values: Values, below: frozenset[ast.AST] = frozenset()) -> bool:
    """Whether a class is an enumeration, which creates instances where it is defined."""
    meaning = values.meaning(node)
    if isinstance(meaning, Definition):
        if meaning.node in below:  # a class whose base has its own name: the run fails there
            return True
        below |= {meaning.node}
        inner = Values(values.project, meaning.module)
        bases = meaning.node.bases if isinstance(meaning.node, ast.ClassDef) else []
        return any(is_enumeration(base, inner, below) for base in bases)
    return meaning is not None and listed(meaning.name, ENUMERATIONS)
