"""Evaluates the expressions whose text is the same for all combinations of a trial.

Expressions that are not understood, such as paths that depend on a parameter, have no text. An expression
may have several texts: ``"a" if x else "b"``, or a parameter of a helper that has several callers.
"""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from mlx2smk.analysis.calls import Place, meaning_of
from mlx2smk.analysis.values import Definition, Library
from mlx2smk.language.scopes import split_dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlx2smk.analysis.calls import Call, InnerScope
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.language.bindings import Binding
    from mlx2smk.language.experiment import Trial
    from mlx2smk.language.keys import Keys
    from mlx2smk.language.scopes import Function

MOST_TEXTS = 64
"""An expression with more texts counts as unknown."""


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A string, or the ``pathlib.Path`` with that string."""

    text: str
    path: bool = False


Texts = frozenset[Text]
NONE: Texts = frozenset()
_HERE: Texts = frozenset({Text(".")})


class Paths:
    """Evaluates expressions for one trial.

    ``calls`` are the calls in its slice, ``writes`` the keys that it may update.
    """

    def __init__(
        self,
        project: Project,
        trial: Trial,
        calls: Sequence[Call],
        writes: Keys,
    ) -> None:
        self.project = project
        self.trial = trial
        self.calls = calls
        self.writes = writes
        self._texts: dict[ast.expr, Texts] = {}
        self._called: dict[ast.Call, Definition | Library | None] = {}

    def of(self, node: ast.expr | None, place: Place) -> Texts:
        """Return the texts that an expression may have."""
        if node is None:
            return NONE
        if node not in self._texts:
            self._texts[node] = NONE  # recursive definitions are unknown
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            texts = method(node, place) if method is not None else NONE
            self._texts[node] = texts if len(texts) <= MOST_TEXTS else NONE
        return self._texts[node]

    def called(self, node: ast.Call, place: Place) -> Definition | Library | None:
        """Return what a call calls; None if that is not certain."""
        if node not in self._called:
            self._called[node] = meaning_of(node.func, place, self.project)
        return self._called[node]

    def _constant(self, node: ast.Constant, _: Place) -> Texts:
        known = isinstance(node.value, (str, int, float))
        return frozenset({Text(str(node.value))}) if known else NONE

    def _joinedstr(self, node: ast.JoinedStr, place: Place) -> Texts:
        return _combined(_concatenated, [self.of(part, place) for part in node.values])

    def _formattedvalue(self, node: ast.FormattedValue, place: Place) -> Texts:
        plain = node.format_spec is None and node.conversion in {-1, ord("s")}
        return _as(self.of(node.value, place), path=False) if plain else NONE

    def _binop(self, node: ast.BinOp, place: Place) -> Texts:
        parts = [self.of(node.left, place), self.of(node.right, place)]
        if isinstance(node.op, ast.Div):
            return _combined(_joined, parts)
        return _combined(_concatenated, parts) if isinstance(node.op, ast.Add) else NONE

    def _ifexp(self, node: ast.IfExp, place: Place) -> Texts:
        return self.of(node.body, place) | self.of(node.orelse, place)

    def _boolop(self, node: ast.BoolOp, place: Place) -> Texts:
        return frozenset().union(*(self.of(value, place) for value in node.values))

    def _namedexpr(self, node: ast.NamedExpr, place: Place) -> Texts:
        return self.of(node.value, place)

    def _subscript(self, node: ast.Subscript, place: Place) -> Texts:
        return self._looked_up(node.value, node.slice, place)

    def _looked_up(self, owner: ast.expr, key: ast.expr, place: Place) -> Texts:
        """Return a symbol for an item of SETUP or a variable of the environment."""
        texts = self.of(key, place)
        if self._is_setup(owner, place):
            return frozenset(
                Text(f'SETUP["{key_text.text}"]') for key_text in texts if self._kept(key_text)
            )
        if _is(meaning_of(owner, place, self.project), "os.environ"):
            return _of_environment(texts)
        return NONE

    def _is_setup(self, node: ast.expr, place: Place) -> bool:
        named = isinstance(node, ast.Name) and node.id == "SETUP" and place.module.name is None
        return named and place.owner("SETUP") is None

    def _kept(self, key: Text) -> bool:
        return key.text not in self.writes

    def _attribute(self, node: ast.Attribute, place: Place) -> Texts:
        owner = self.of(node.value, place)
        if node.attr == "parent":
            return frozenset(Text(posixpath.dirname(t.text), path=True) for t in owner if t.path)
        if _is(meaning_of(node, place, self.project), "os.curdir"):
            return _HERE
        return self._module_name(node, place)

    # Names

    def _name(self, node: ast.Name, place: Place) -> Texts:
        depth = place.owner(node.id)
        if depth is None:
            return self._module_name(node, place)
        scope = place.scopes[depth]
        bindings = scope.names[node.id]
        if len(bindings) != 1:
            return NONE
        if node.id in scope.parameters:
            return self._parameter(node.id, scope, place.module)
        return self._bound(bindings[0], place.outside(depth))

    def _bound(self, binding: Binding, place: Place) -> Texts:
        if binding.kind == "value":
            return self.of(binding.value, place)
        if binding.kind == "element" and isinstance(binding.value, (ast.Tuple, ast.List)):
            return frozenset().union(*(self.of(element, place) for element in binding.value.elts))
        return NONE

    def _module_name(self, node: ast.Name | ast.Attribute, place: Place) -> Texts:
        """Return the value of a constant of this or another local module."""
        root, chain = split_dotted(node)
        if not isinstance(root, ast.Name):
            return NONE
        depth = place.owner(root.id)
        module = place.module
        if depth is None:
            bindings = module.bindings.get(root.id, ())
        else:
            bindings = place.scopes[depth].names[root.id]
        if not bindings and root.id == "__file__" and not chain and module.path is not None:
            return frozenset({Text(module.path)})
        return self._constant_of(bindings, module, chain)

    def _constant_of(
        self, bindings: Sequence[Binding], module: Module, chain: tuple[str, ...]
    ) -> Texts:
        if len(bindings) != 1:
            return NONE
        imported = bindings[0].imported
        if imported is None:
            return NONE if chain else self._bound(bindings[0], Place(module))
        steps = [step for step in self.project.trace(imported, module, chain) if step.name]
        if not steps:
            return NONE
        last = steps[-1]
        found = last.module.bindings.get(last.name or "", ())
        # What is still an import there is a module, or comes from outside.
        known = all(binding.imported is None for binding in found)
        return self._constant_of(found, last.module, ()) if known else NONE

    # Parameters

    def _parameter(self, name: str, scope: InnerScope, module: Module) -> Texts:
        function = scope.function
        if function is None or name in _starred(function):
            return NONE
        if module.name is None and function.name == self.trial.name:
            return self._of_grid(name, function, module)
        sites = self._sites.get((module.dotted, function.name), [])
        return frozenset().union(*(self._given(name, function, module, call) for call in sites))

    def _of_grid(self, name: str, function: Function, module: Module) -> Texts:
        """Return the value of a parameter with a single value, or else its default."""
        for parameter in self.trial.parameters:
            if parameter.name == name:
                # If there is only one combination, its values are likely to be edited.
                alone = all(len(other.values) == 1 for other in self.trial.parameters)
                only = parameter.values[0] if len(parameter.values) == 1 and not alone else None
                known = isinstance(only, (str, int, float))
                return frozenset({Text(str(only))}) if known else NONE
        return self.of(_default(name, function), Place(module))

    def _given(self, name: str, function: Function, module: Module, call: Call) -> Texts:
        """Return the argument that a call passes for a parameter, or else the default."""
        node = call.node
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return NONE
        if any(keyword.arg is None for keyword in node.keywords):
            return NONE
        positional = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
        given = dict(zip(positional, node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        if name in given:
            return self.of(given[name], call.place)
        return self.of(_default(name, function), Place(module))

    @cached_property
    def _sites(self) -> dict[tuple[str, str], list[Call]]:
        """The calls of each function, by module and name."""
        sites: dict[tuple[str, str], list[Call]] = {}
        for call in self.calls:
            meaning = self.called(call.node, call.place)
            if isinstance(meaning, Definition):
                sites.setdefault((meaning.module.dotted, meaning.node.name), []).append(call)
        return sites

    # Calls

    def _call(self, node: ast.Call, place: Place) -> Texts:
        meaning = self.called(node, place)
        arguments = [self.of(argument, place) for argument in node.args]
        if isinstance(meaning, Library) and meaning.name in _KNOWN:
            return self._library_call(meaning.name, node, arguments, place)
        if isinstance(node.func, ast.Attribute) and meaning is None:
            return self._method(node.func, node, arguments, place)
        return NONE

    def _library_call(
        self, name: str, node: ast.Call, arguments: list[Texts], place: Place
    ) -> Texts:
        if name in _SAME and len(arguments) == 1:
            return _as(arguments[0], path=False)
        if name in _JOINING:
            return _as(_combined(_joined, arguments or [_HERE]), path=name in _PATHS)
        if name == "os.path.dirname" and len(arguments) == 1:
            return frozenset(Text(posixpath.dirname(path.text)) for path in arguments[0])
        if name == "os.getenv" and arguments:
            return _of_environment(arguments[0])
        if name == "os.environ.get" and isinstance(node.func, ast.Attribute) and node.args:
            return self._looked_up(node.func.value, node.args[0], place)
        return NONE

    def _method(
        self, function: ast.Attribute, node: ast.Call, arguments: list[Texts], place: Place
    ) -> Texts:
        if function.attr == "get" and node.args and self._is_setup(function.value, place):
            return self._looked_up(function.value, node.args[0], place)
        owner = frozenset(text for text in self.of(function.value, place) if text.path)
        if function.attr in _SAME_PATH:
            return _as(owner, path=function.attr != "as_posix")
        how = _DERIVED.get(function.attr)
        return _combined(how, [owner, *arguments]) if how is not None else NONE


def _concatenated(first: Text, second: Text) -> Text:
    return Text(first.text + second.text)


def _joined(first: Text, second: Text) -> Text:
    return Text(posixpath.join(first.text, second.text), path=True)


def _beside(first: Text, second: Text) -> Text:
    return Text(posixpath.join(posixpath.dirname(first.text), second.text), path=True)


def _with_suffix(first: Text, second: Text) -> Text:
    return Text(posixpath.splitext(first.text)[0] + second.text, path=True)


_SAME_PATH = frozenset({"resolve", "absolute", "expanduser", "as_posix"})
_DERIVED = {"joinpath": _joined, "with_name": _beside, "with_suffix": _with_suffix}
"""Methods of paths that return the same path, and methods that derive another one."""

_SAME = frozenset(
    {"str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"}
    | {"os.path.expanduser"}
)
_PATHS = frozenset(
    {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath"}
    | {"pathlib.Path.cwd"}
)
_JOINING = _PATHS | {"os.path.join", "os.getcwd", "pathlib.Path.cwd"}
_KNOWN = _SAME | _JOINING | {"os.path.dirname", "os.getenv", "os.environ.get"}


def _is(meaning: object, name: str) -> bool:
    return isinstance(meaning, Library) and meaning.name == name


def _combined(how: Callable[[Text, Text], Text], parts: Sequence[Texts]) -> Texts:
    """Combine the parts, for every choice of one text for each of them."""
    combined = parts[0] if parts else frozenset({Text("")})
    for texts in parts[1:]:
        if len(combined) * len(texts) > MOST_TEXTS:
            return NONE
        combined = frozenset(how(before, text) for before, text in product(combined, texts))
    return combined


def _as(texts: Texts, *, path: bool) -> Texts:
    return frozenset(Text(text.text, path) for text in texts)


def _of_environment(names: Texts) -> Texts:
    """Return symbols for the environment variables that are the same in all jobs."""
    kept = (name.text for name in names if not name.text.startswith(_OF_A_JOB))
    return frozenset(Text(f"${name}") for name in kept)


_OF_A_JOB = ("MLX_", "SLURM", "TMP", "TEMP", "PBS_", "LSB_", "CUDA_")
"""Prefixes of variables that mlx2smk sets itself or that may differ between jobs."""


def _starred(function: Function) -> set[str]:
    starred = (function.args.vararg, function.args.kwarg)
    return {arg.arg for arg in starred if arg is not None}


def _default(name: str, function: Function) -> ast.expr | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    defaults |= {
        arg: value
        for arg, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if value is not None
    }
    return next((value for arg, value in defaults.items() if arg.arg == name), None)
