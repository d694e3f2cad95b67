"""Changes modules a little, one change for each mutant, for ``mutation_run.py`` to find out which tests notice.

python benchmarks/mutants.py SEED COUNT MODULE.py … > mutants.jsonl

The changes are those of mutmut 3 in functions (installed apart: ``pip install mutmut``), and four that it does not
make: a condition that is negated, a clause of ``and`` or ``or`` that is gone, a comprehension without its ``if``,
and a call that is not made. Of each module at most COUNT are drawn, by the seed and the module's name.
"""
# ruff: noqa: INP001, T201 -- a script that prints

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst
from mutmut.mutation import file_mutation, mutators
from mutmut.mutation.pragma_handling import IgnoredCode

if TYPE_CHECKING:
    from collections.abc import Iterator


def negated(node: cst.If) -> Iterator[cst.If]:
    """Yield an ``if`` whose condition is negated."""
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def without_a_clause(node: cst.BooleanOperation) -> Iterator[cst.BaseExpression]:
    """Yield each side of an ``and`` or ``or``."""
    for side in (node.left, node.right):
        yield side.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def without_a_filter(node: cst.CompFor) -> Iterator[cst.CompFor]:
    """Yield a comprehension's ``for`` that leaves nothing out."""
    if node.ifs:
        yield node.with_changes(ifs=[])


def not_called(node: cst.Expr) -> Iterator[cst.Pass]:
    """Yield nothing to do in place of a statement that is an expression and no docstring."""
    if not isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
        yield cst.Pass()


def in_one_form(node: cst.SimpleString) -> Iterator[cst.BaseString]:
    """Yield only one other text, since most tests that notice one notice all."""
    yield from list(mutators.operator_string(node))[:1]


OWN = [
    (cst.If, negated),
    (cst.BooleanOperation, without_a_clause),
    (cst.CompFor, without_a_filter),
    (cst.Expr, not_called),
    (cst.SimpleString, in_one_form),
]
OPERATORS = [
    pair for pair in mutators.mutation_operators if pair[1] is not mutators.operator_string
]


def mutants_of(path: str, seed: str, count: int) -> Iterator[dict[str, Any]]:
    """Yield the mutants of a module that are drawn, with how many there are."""
    text = Path(path).read_text(encoding="utf-8")
    visitor = file_mutation.MutationVisitor([*OPERATORS, *OWN], IgnoredCode(set(), set(), set()))
    module = cst.MetadataWrapper(cst.parse_module(text)).visit(visitor)
    inside = [
        each for each in visitor.mutations if each.contained_by_top_level_function is not None
    ]
    drawn = random.Random(f"{seed} {path}").sample(range(len(inside)), min(count, len(inside)))  # noqa: S311
    for number in sorted(drawn):
        each = inside[number]
        new = file_mutation.deep_replace(module, each.original_node, each.mutated_node)
        assert isinstance(new, cst.Module)  # noqa: S101
        try:
            compile(new.code, path, "exec")
        except SyntaxError:
            continue
        yield {"module": path, "number": number, "of": len(inside), "text": new.code}


if __name__ == "__main__":
    for name in sys.argv[3:]:
        for mutant in mutants_of(name, sys.argv[1], int(sys.argv[2])):
            print(json.dumps(mutant))
