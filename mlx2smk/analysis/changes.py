"""What is noted of a piece of code: that it has effects, or changes objects that some names lead to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.confined import EVERYWHERE, FAILING, MODULE, OWN_MODULE
from mlx2smk.analysis.consuming import moved
from mlx2smk.analysis.moving import READ, Manner, Motion
from mlx2smk.analysis.objects import Objects

if TYPE_CHECKING:
    from mlx2smk.analysis.judge import Filling, Judge
    from mlx2smk.analysis.values import Values


class Changes:
    """Why code has effects (``reason``), and who can notice them (``domains``).

    ``touches`` are the names of the module whose containers it changes; ``owned`` are names of the
    scope inside, such as ``self`` in ``__init__``, that may be changed freely, attributes of these
    (``self.items``), and methods that change nothing else (``self.add()``).
    """

    def __init__(self, values: Values, judge: Judge, owned: frozenset[str] = frozenset()) -> None:
        self.values = values
        self.judge = judge
        self.owned = owned
        self.reason: str | None = None
        self.domains: set[str] = set()
        self.touches: set[str] = set()

    def effect(self, reason: str, domain: str | None = None) -> None:
        """Note that there is an effect; the first reason stays. ``domain``: only some can notice it."""
        self.reason = self.reason or reason
        self.domains.add(domain or EVERYWHERE)

    def change_objects(self, reason: str, domain: str | None, names: frozenset[str] | None) -> None:
        """Note that objects change to which some names of the module lead, None if it is not known which."""
        if domain != OWN_MODULE or names is None:
            self.effect(reason, domain)
        if domain is not None:
            self.touches |= names or frozenset()

    def fill(self, reason: str, filling: Filling | None) -> None:
        """Note what a call or a decorator fills, None if it does something else."""
        if filling is None:
            self.effect(reason)
        elif filling.names is None or filling.module is not self.values.module:
            for domain in filling.domains:
                self.effect(reason, domain)
        elif not filling.names:
            self.effect(reason, FAILING)
        else:
            self.touches |= filling.names

    def only_computes(self) -> bool:
        """Whether nothing is done that others can notice."""
        return self.reason is None and not self.touches

    def only_fails(self) -> bool:
        """Whether all that is done is to change what ``touches`` and ``owned`` name, and to fail perhaps."""
        return self.domains <= {FAILING}

    def change(self, node: ast.expr, *, definition: bool = False) -> None:
        """Note that the object an expression stands for is changed; it may be a function or class."""
        name = node.id if isinstance(node, ast.Name) else ""
        if name in self.owned or self.is_owned_attribute(node):
            return
        own = self.values.is_own_container(name) or (
            self._may_have_attributes(name)
            if definition
            else self.judge.is_container(name, self.values)
        )
        held = None if isinstance(node, ast.Name) else self.judge.changed_by(node, self.values)
        if held is not None:
            self.fill(f"changes {short(node)}", held)
        elif not isinstance(node, ast.Name) or not own:
            objects = Objects(self.values)
            changed, names = objects.changed(node), objects.behind(node)
            self.change_objects(f"changes {short(node)}", changed, names)
        elif self.values.local(node.id) is None:
            self.touches.add(node.id)

    def _may_have_attributes(self, name: str) -> bool:
        return self.values.is_definition(name) or self.judge.is_instance(name, self.values)

    def is_owned_attribute(self, node: ast.expr) -> bool:
        """Whether this is an attribute of an owned name that may be changed freely, or all of them."""
        if not isinstance(node, ast.Attribute):
            return False
        return ast.unparse(node) in self.owned or (
            node.attr == "__dict__" and self.owns(node.value)
        )

    def owns(self, node: ast.expr) -> bool:
        """Whether this is an owned name."""
        return isinstance(node, ast.Name) and node.id in self.owned

    def read(
        self, node: ast.AST, how: frozenset[Motion] = READ, manner: Manner = Manner.IS
    ) -> None:
        """Note that something is read, which changes iterators, or used in another way."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return
        for origin in moved(node, self.values, how, manner):
            if origin.module is self.values.module:
                self.touches.add(origin.name)
            else:
                place = f"{MODULE}{origin.module.dotted}:{origin.name}"
                self.effect(f"reads {short(node)}, which reading changes", place)

    def touch(self, node: ast.expr, how: frozenset[Motion]) -> None:
        """Note that code may iterate over something, or assign parts of it."""
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            self.read(node, how)
            node = node.value
        self.read(node, how)

    def take(self, inner: Changes) -> None:
        """Add what was found in a scope inside."""
        self.reason = self.reason or inner.reason
        self.domains |= inner.domains
        self.touches |= inner.touches


def short(node: ast.AST) -> str:
    """Return some code as a short text."""
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


def iterated_in(node: ast.AST) -> list[ast.expr]:
    """Return the parts of an expression, calls aside, over which it iterates itself."""
    match node:
        case ast.Starred() | ast.YieldFrom():
            return [node.value]
        case ast.Compare():
            pairs = zip(node.ops, node.comparators, strict=True)
            return [part for op, part in pairs if isinstance(op, (ast.In, ast.NotIn))]
    return []


def stands_alone(node: ast.expr) -> bool:
    """Whether an expression may be a statement for what it does."""
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return stands_alone(node.elt)
    return isinstance(node, _USED_ALONE)


_USED_ALONE = (
    *(ast.Call, ast.Constant, ast.Name, ast.Attribute, ast.JoinedStr, ast.Yield, ast.YieldFrom),
)

BEHIND_ATTRIBUTES = frozenset({"__class__", "__dict__"})
"""Attributes that can make an object share what it holds with others."""
