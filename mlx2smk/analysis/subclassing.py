"""Base classes that keep their subclasses in a registry: what defining a subclass changes.

``__init_subclass__`` runs for each subclass. It often fills a dict or list of the module, or of the base class.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.judge import Filling
from mlx2smk.analysis.known import QUIET_METACLASSES, REGISTERING_BASES, listed
from mlx2smk.analysis.scope_frames import frame_inside
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.bindings import imports_something, nodes_bound, scope_of

if TYPE_CHECKING:
    from mlx2smk.analysis.purity import Purity

HOOK = "__init_subclass__"


def filled_by_subclass(definition: Definition, purity: Purity) -> Filling | None:
    """Return what a subclass of a class fills by being defined; None if that may do more."""
    classes = _with_bases(definition, purity, frozenset())
    if classes is None:
        return None
    hooked = [each for each in classes if nodes_bound(each.node.body, HOOK)]
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
    metaclasses = [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
    if not all(listed(values.library(each), QUIET_METACLASSES) for each in metaclasses):
        return None
    found: dict[ast.AST, Definition] = {node: definition}
    for base in node.bases:
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
