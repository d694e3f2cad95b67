"""Each message of the parser: a file that earns it, and where it points."""

import pytest

from mlx2smk.messages import CATALOGUE
from mlx2smk.messages.arguments import (
    BadInputs,
    BadOrder,
    BadResources,
    BadThreads,
    DoubledArgument,
    MissingArgument,
    StarredArgument,
    TooManyArguments,
    UnknownArgument,
)
from mlx2smk.messages.decorators import (
    BareDecorator,
    CalledDirectly,
    DecoratedClass,
    MissingImport,
    NotTopLevel,
    RelativeImport,
    TwoDecorators,
    UnknownName,
)
from mlx2smk.messages.files import (
    InvalidSyntax,
    NoTrial,
    NullByte,
    TakenFileName,
    TooDeep,
    UnusableFileName,
)
from mlx2smk.messages.functions import (
    AsyncFunction,
    DoubledFunction,
    GeneratorFunction,
    MissingValues,
    PositionalOnly,
    ReboundFunction,
    ReservedFunctionName,
    SetupTakesArguments,
    UnknownParameter,
    VerifyArguments,
)
from mlx2smk.messages.values import (
    BadDictKey,
    BadParallel,
    BadParameterName,
    CollidingKeys,
    DoubledKey,
    HugeNumber,
    NonStringKey,
    NotJson,
    NotLiteral,
    ReservedName,
    UnknownReservedKey,
    ValuesNotDict,
    ValuesNotList,
)
from mlx2smk.messages.verifications import BadTrialNames, NotATrial, SingleTrialName, UnknownTrial
from mlx2smk.messages.warnings import (
    DoubledTrialName,
    DoubledValue,
    EmptyList,
    HugeGrid,
    ShadowedContext,
    StandardModuleName,
)
from mlx2smk.parser import parse
from mlx2smk.source import Source, Span

IMPORT = "from mlx2smk import setup, trial, verify\n"
TRIAL = "@trial(1, {})\ndef t(): ...\n"


def check(text, *expected, path="exp.py"):
    """Parse a file and compare the classes and places of its messages; return the first message."""
    parsed = parse(Source(path, text))
    found = [
        (type(each), each.span and each.span.line, each.span and each.span.column)
        for each in parsed.diagnostics
    ]
    assert found == list(expected)
    errors = [kind for kind, _, _ in expected if kind.severity == "error"]
    assert (parsed.experiment is None) == bool(errors)
    return parsed.diagnostics[0]


def check_values(written, *expected, signature="**options"):
    """Check the values of the one trial of a file; columns count from the values' first sign."""
    text = f"{IMPORT}@trial(1, {written})\ndef t({signature}): ...\n"
    return check(text, *((kind, 2, column + 10) for kind, column in expected))


def check_list(written, *expected):
    """Check the list of the one parameter; columns count from the list's first sign."""
    return check_values(f'{{"n": {written}}}', *((kind, column + 6) for kind, column in expected))


def check_call(call, *expected):
    """Check the decorator line of a trial of n; columns are those of the line."""
    text = f"{IMPORT}{call}\ndef t(n=1): ...\n"
    return check(text, *((kind, 2, column) for kind, column in expected))


# Files


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("x = = 1", 1, 5, "invalid syntax"),
        ("'äö' + ?", 1, 8, "invalid syntax"),
        ("x = (1,\n", 1, 5, "'(' was never closed"),
        ("def f():\nx = 1", 2, 1, "expected an indented block after function definition on line 1"),
        ("if 1:\n\ta\n        b\n", 3, 1, "inconsistent use of tabs and spaces in indentation"),
        ("'ä'; return 1", 1, 6, "'return' outside function"),
        ("def f(a, a): ...", 1, 10, "duplicate argument 'a' in function definition"),
        ("[" * 300, 1, 201, "too many nested parentheses"),
    ],
)
def test_syntax_errors_have_pythons_message_and_place(text, line, column, message):
    assert check(text, (InvalidSyntax, line, column)).message == message


def test_unpaired_surrogates_are_no_source():
    check("x = '\ud800'", (InvalidSyntax, 1, 1))


def test_null_byte():
    assert check("x = 1\ny = '\0'", (NullByte, 2, 6)).span == Span(2, 6, 2, 7)


@pytest.mark.parametrize("text", ["-" * 100_000 + "1", "a.b" + ".b" * 100_000])
def test_nesting_too_deep_for_python(text):
    check(text, (TooDeep, None, None))


def test_nesting_too_deep_for_the_parser(monkeypatch):
    def fail(*_):
        raise RecursionError

    monkeypatch.setattr("mlx2smk.parser.find_decorated", fail)
    check("x = 1", (TooDeep, None, None))


def test_brackets_as_deep_as_python_allows_are_fine():
    text = f'{IMPORT}@trial(1, {{"n": {"[" * 190}{"]" * 190}}})\ndef t(n): ...\n'
    assert parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize("stem", ["a b", "{x}", "-x", ".x", "a'b", "a*"])
def test_unusable_file_names(stem):
    check(IMPORT + TRIAL, (UnusableFileName, None, None), path=f"dir/{stem}.py")


@pytest.mark.parametrize("stem", ["decorators", "mlx2smk"])
def test_taken_file_names(stem):
    check(IMPORT + TRIAL, (TakenFileName, None, None), path=f"{stem}.py")


def test_name_of_a_standard_module():
    check(IMPORT + TRIAL, (StandardModuleName, None, None), path="json.py")


@pytest.mark.parametrize("text", ["", "def train(n): ...", "from decorators import trial\n"])
def test_no_trial(text):
    check(text, (NoTrial, None, None))


def test_no_trial_is_not_said_where_one_was_meant():
    check("@trial(1, {})\ndef t(): ...", (MissingImport, 1, 2))


# Decorators


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("@trial(1, {})", "add `from mlx2smk import trial` above"),
        ("@decorators.trial(1, {})", "add `import decorators` above"),
        ("@mlx2smk.trial(1, {})", "add `import mlx2smk` above"),
    ],
)
def test_missing_import(line, hint):
    assert check(f"{line}\ndef t(): ...", (MissingImport, 1, 2)).hint == hint


def test_import_that_comes_too_late():
    check(f"{TRIAL}from mlx2smk import trial\n", (MissingImport, 1, 2))


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("from mlx2smk import (trial,\n  verfy)\n", 2, 3, "did you mean 'verify'?"),
        (
            "from decorators import nothing\n",
            1,
            24,
            "it has setup, trial, verify, VerificationResult",
        ),
        ("import mlx2smk as m\n@m.trail(1, {})\ndef t(): ...", 2, 2, "did you mean 'trial'?"),
    ],
)
def test_unknown_name(text, line, column, hint):
    assert check(text, (UnknownName, line, column)).hint == hint


def test_unknown_name_that_may_be_missing():
    text = f"{IMPORT}{TRIAL}try:\n    from mlx2smk import new\nexcept ImportError:\n    new = 1\n"
    assert parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize("line", ["from .decorators import trial", "from . import mlx2smk"])
def test_relative_import(line):
    check(line, (RelativeImport, 1, 1))


@pytest.mark.parametrize("kind", ["setup", "trial", "verify"])
def test_bare_decorator(kind):
    text = f"{IMPORT}@{kind}\ndef f(): ...\n{TRIAL}"
    more = [(VerifyArguments, 3, 5)] if kind == "verify" else []
    found = check(text, (BareDecorator, 2, 2), *more)
    assert found.hint.startswith(f"write @{kind}(")


@pytest.mark.parametrize("second", ["trial(2, {})", "verify([])", "setup()"])
def test_two_decorators(second):
    check(f"{IMPORT}@trial(1, {{}})\n@{second}\ndef t(): ...", (TwoDecorators, 3, 2))


@pytest.mark.parametrize(
    ("head", "where"),
    [
        ("if 1:", "an 'if' statement"),
        ("try:\n    x = 1\nfinally:", "a 'try' statement"),
        ("for i in range(3):", "a 'for' statement"),
        ("with open('x'):", "a 'with' statement"),
        ("def make():", "function 'make'"),
        ("class C:", "class 'C'"),
        ("def make(n):\n  class C:", "class 'C'"),
    ],
)
def test_not_top_level(head, where):
    text = f"{IMPORT}{head}\n    @trial(1, {{}})\n    def t(): ...\n"
    found = check(text, (NotTopLevel, 4 + head.count("\n"), 9))
    assert found.message == f"a decorated function must stand at top level, 't' is inside {where}"


def test_not_top_level_with_an_import_in_the_function():
    text = "def make():\n    from mlx2smk import trial\n    @trial(1, {})\n    def t(): ...\n"
    check(text, (NotTopLevel, 4, 9))


def test_decorated_class():
    check(f"{IMPORT}@trial(1, {{}})\nclass C: ...", (DecoratedClass, 3, 7))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("t2 = trial(1, {})(t)", 6),
        ("f = lambda: setup()", 13),
        ("@(verify([]) if t else t)\ndef v(r): ...", 3),
    ],
)
def test_called_directly(line, column):
    check(f"{IMPORT}{TRIAL}{line}\n", (CalledDirectly, 4, column))


# Arguments


def test_missing_arguments():
    check_call("@trial()", (MissingArgument, 2), (MissingArgument, 2))
    check_call("@trial(values={})", (MissingArgument, 2))
    check(f"{IMPORT}{TRIAL}@verify()\ndef v(r): ...", (MissingArgument, 4, 2))


def test_doubled_argument():
    check_call("@trial(1, {}, order=2)", (DoubledArgument, 15))


def test_unknown_argument():
    found = check_call("@trial(1, {}, thread=2)", (UnknownArgument, 15))
    assert found.hint == "did you mean 'threads'?"
    text = f"{IMPORT}{TRIAL}@setup(xyz=1)\ndef s(): ...\n"
    assert check(text, (UnknownArgument, 4, 8)).hint == "it takes order"


def test_too_many_arguments():
    found = check_call("@trial(1, {}, 2, [])", (TooManyArguments, 15), (TooManyArguments, 18))
    assert found.message == "@trial takes 2 arguments by position, this is one more"
    text = f"{IMPORT}{TRIAL}@setup(1, 2)\ndef s(): ...\n"
    assert "takes 1 argument by" in check(text, (TooManyArguments, 4, 11)).message


def test_starred_arguments():
    found = check_call("@trial(*a, **b)", (StarredArgument, 8), (StarredArgument, 12))
    assert found.message == "the arguments of @trial cannot be unpacked from *a"


@pytest.mark.parametrize("order", ["True", "1.0", '"1"', "ORDER", "None", "1 + 1", "[1]"])
def test_bad_order(order):
    assert check_call(f"@trial({order}, {{}})", (BadOrder, 8)).message.endswith(f"not {order}")


def test_bad_order_of_a_setup():
    check(f"{IMPORT}{TRIAL}@setup(order=False)\ndef s(): ...", (BadOrder, 4, 14))


@pytest.mark.parametrize("threads", ["0", "-1", "True", "2.0", '"2"', "N"])
def test_bad_threads(threads):
    check_call(f"@trial(1, {{}}, threads={threads})", (BadThreads, 23))


@pytest.mark.parametrize(
    ("resources", "columns"),
    [
        ("[1]", [25]),
        ("dict(x=1)", [25]),
        ('{"a-b": 1, 2: 3}', [26, 36]),
        ('{"_cores": 1, "lambda": 2}', [26, 39]),
        ('{"a": True, "b": None, "c": 1e999, "d": [1]}', [31, 42, 53, 65]),
        ('{"a": 1, "a": 2}', [34]),
        ("{**more}", [28]),
    ],
)
def test_bad_resources(resources, columns):
    places = [(BadResources, column) for column in columns]
    check_call(f"@trial(1, {{}}, resources={resources})", *places)


@pytest.mark.parametrize(
    ("inputs", "columns"),
    [('"data.csv"', [22]), ("FILES", [22]), ('["a", 1, "", B]', [28, 31, 35])],
)
def test_bad_inputs(inputs, columns):
    check_call(f"@trial(1, {{}}, inputs={inputs})", *((BadInputs, column) for column in columns))


# Values


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("range(3)", 1),
        ("[range(3)]", 2),
        ("[1, N, 2]", 5),
        ("[Adam(lr=0.1)]", 2),
        ("[{'cfg': [1, (2, x)]}]", 18),
        ("[1 + 1]", 2),
        ("[--1]", 2),
        ("[not 1]", 2),
        ("[f'{x}']", 2),
        ("[*range(3)]", 2),
        ("[{**other}]", 5),
        ("[i for i in x]", 1),
        ("[{x: 1}]", 3),
        ("['é', x]", 7),
        ("[-True]", 2),
    ],
)
def test_not_literal(written, column):
    check_list(written, (NotLiteral, column))


def test_each_part_that_is_not_literal_is_reported():
    check_list("[x, [y], {'a': z}]", (NotLiteral, 2), (NotLiteral, 6), (NotLiteral, 16))


@pytest.mark.parametrize("written", ["GRID", "dict(n=[1])", "{**a} | b"])
def test_values_that_are_computed(written):
    check_values(written, (NotLiteral, 1))


def test_values_that_are_unpacked_in_part_may_have_the_rest():
    check_values('{**more, "a": [1]}', (NotLiteral, 4), signature="a, b")


@pytest.mark.parametrize("written", ["[1, 2]", "None", '"n"', "{1, 2}", "[N]", "()"])
def test_values_not_a_dict(written):
    check_values(written, (ValuesNotDict, 1))


@pytest.mark.parametrize(
    ("written", "hint"),
    [("3", "write [3]"), ('"abc"', 'write ["abc"]'), ("{'a': 1}", "write [{'a': 1}]")],
)
def test_values_not_a_list(written, hint):
    assert check_list(written, (ValuesNotList, 1)).hint == hint


def test_forgotten_underscores():
    found = check_values('{"parallel": 4}', (ValuesNotList, 14))
    assert found.hint == "did you mean '__parallel__'?"


@pytest.mark.parametrize("key", ["1", "None", "N", "b'n'", "(1,)", "f'{x}'"])
def test_keys_that_are_no_strings(key):
    check_values(f"{{{key}: [1]}}", (NonStringKey, 2))


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("", "empty", "write a name such as 'n'"),
        ("a-b", "no identifier", "write for example 'a_b'"),
        ("1n", "no identifier", "write a name such as 'n'"),
        ("lambda", "a keyword of Python", "write for example 'lambda_'"),
        (" n", "no identifier", "write for example 'n'"),
    ],
)
def test_bad_parameter_names(name, reason, hint):
    found = check_values(f'{{"{name}": [1]}}', (BadParameterName, 2))
    assert found.message.endswith(f"it is {reason}")
    assert found.hint == hint


def test_reserved_name():
    check_values('{"setup": [1]}', (ReservedName, 2))
    check(f"{IMPORT}@trial(1, {{}})\ndef t(setup): ...", (ReservedName, 3, 7))


@pytest.mark.parametrize("written", ["0", "-1", "True", "2.0", '"2"', "None", "[2]", "N"])
def test_bad_parallel(written):
    check_values(f'{{"__parallel__": {written}}}', (BadParallel, 18))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("__paralel__", "did you mean '__parallel__'?"),
        ("__gpu__", "the only setting is '__parallel__'"),
    ],
)
def test_unknown_reserved_key(name, hint):
    assert check_values(f'{{"{name}": 1}}', (UnknownReservedKey, 2)).hint == hint


def test_doubled_keys():
    check_values('{"n": [1], "n": [2]}', (DoubledKey, 12))
    check_values('{"__parallel__": 1, "__parallel__": 2}', (DoubledKey, 21))
    check_list("[{1: 2, True: 3}]", (DoubledKey, 9))


def test_colliding_keys():
    check_list("[{None: 1, 'null': 2}]", (CollidingKeys, 12))


@pytest.mark.parametrize(
    ("written", "type_name"),
    [
        ("{1, 2}", "set"),
        ("{x}", "set"),
        ("set()", "set"),
        ("b'x'", "bytes"),
        ("1j", "complex"),
        ("-2 + 1j", "complex"),
        ("...", "ellipsis"),
    ],
)
def test_not_json(written, type_name):
    found = check_list(f"[{written}]", (NotJson, 2))
    assert found.message == f"{written} is of type {type_name!r}, which JSON cannot carry"
    check_list(f"[[{{'a': ({written},)}}]]", (NotJson, 10))


@pytest.mark.parametrize(
    ("key", "type_name"),
    [("(1, 2)", "tuple"), ("b'x'", "bytes"), ("1j", "complex"), ("[1]", "list")],
)
def test_bad_dict_keys(key, type_name):
    found = check_list(f"[{{{key}: 1}}]", (BadDictKey, 3))
    assert f"is of type {type_name!r}" in found.message


def test_dict_keys_that_json_can_carry():
    text = (
        f"{IMPORT}@trial(1, {{'n': [{{'a': 1, 2: 2, 2.5: 3, True: 4, None: 5}}]}})\ndef t(n): ..."
    )
    assert parse(Source("exp.py", text)).diagnostics == ()


def test_huge_numbers():
    huge = "0x" + "f" * 4000
    check_list(f"[1, {huge}]", (HugeNumber, 5))
    check_list(f"[{{{huge}: 1}}]", (HugeNumber, 3))
    check_call(f"@trial({huge}, {{}})", (BadOrder, 8))


def test_the_largest_number_that_python_prints_is_fine():
    largest = hex(10**4300 - 1)
    text = f"{IMPORT}@trial(1, {{'n': [{largest}]}})\ndef t(n): ..."
    assert parse(Source("exp.py", text)).diagnostics == ()
    check_list(f"[{hex(10**4300)}]", (HugeNumber, 2))


# Functions


def check_function(values, signature, *expected):
    """Check a trial with these values; places are those of lines 2 (decorator) and 3 (function)."""
    return check(f"{IMPORT}@trial(1, {values})\ndef t({signature}): ...\n", *expected)


def test_unknown_parameter():
    found = check_function('{"n": [1], "rate": [2]}', "n, rates=1", (UnknownParameter, 2, 22))
    assert found.hint == "did you mean 'rates'?"
    found = check_function('{"n": [1]}', "*n", (UnknownParameter, 2, 12))
    assert found.hint == "add it to the parameters of 't'"


def test_missing_values():
    check_function("{}", "a, *, b, c=1, **d", (MissingValues, 3, 7), (MissingValues, 3, 13))


def test_parameters_are_compared_both_ways_at_once():
    check_function('{"a": [1]}', "b", (UnknownParameter, 2, 12), (MissingValues, 3, 7))


@pytest.mark.parametrize(
    ("values", "signature"),
    [('{"n": [1]}', "n, /"), ("{}", "n, /"), ('{"n": [1]}', "n=1, /"), ('{"n": [1]}', "n, /, **o")],
)
def test_positional_only(values, signature):
    check_function(values, signature, (PositionalOnly, 3, 7))


def test_async_function():
    check(f"{IMPORT}@trial(1, {{}})\nasync def t(): ...", (AsyncFunction, 3, 11))


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ("yield 1", 5),
        ("x = yield", 9),
        ("yield from []", 5),
        ("def g(x=(yield)): ...", 14),
        ("[x for x in (yield)]", 18),
    ],
)
def test_generator(body, column):
    check(f"{IMPORT}@trial(1, {{}})\ndef t():\n    {body}\n", (GeneratorFunction, 4, column))


def test_setup_that_needs_arguments():
    text = f"{IMPORT}{TRIAL}@setup()\ndef s(a, b=1, *, c): ...\n"
    check(text, (SetupTakesArguments, 5, 7), (SetupTakesArguments, 5, 18))


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "takes none"),
        ("a, b", "needs 2"),
        ("a, b, /, c=1", "needs 2"),
        ("a, *, b", "also needs 'b'"),
        ("*, a=1, **b", "takes none"),
    ],
)
def test_verification_that_does_not_take_one_argument(signature, reason):
    text = f"{IMPORT}{TRIAL}@verify(['t'])\ndef v({signature}): ...\n"
    assert check(text, (VerifyArguments, 5, 5)).message.endswith(f"'v' {reason}")


@pytest.mark.parametrize(
    "second",
    ["@trial(2, {})\ndef t(): ...", "@setup()\ndef t(): ...", "@verify([])\ndef t(r): ..."],
)
def test_doubled_function(second):
    found = check(f"{IMPORT}{TRIAL}{second}", (DoubledFunction, 5, 5))
    assert found.message == "'t' is decorated already in line 3"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("t = 1", 1),
        ("def t(): ...", 5),
        ("class t: ...", 7),
        ("import os as t", 8),
        ("import t.x", 8),
        ("from os import path as t", 16),
        ("for t in (): pass", 5),
        ("with open('x') as (a, t): pass", 23),
        ("if (t := 1): pass", 5),
        ("[(t := x) for x in ()]", 3),
        ("t += 1", 1),
        ("del t", 5),
    ],
)
def test_rebound_function(line, column):
    check(f"{IMPORT}{TRIAL}{line}\n", (ReboundFunction, 4, column))


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        ("try: pass\nexcept OSError as t: pass", 1),
        ("match 1:\n  case {'a': t}: pass", 14),
        ("match 1:\n  case [*t]: pass", 9),
        ("match 1:\n  case {**t}: pass", 8),
    ],
)
def test_function_rebound_within_a_statement(lines, column):
    check(f"{IMPORT}{TRIAL}{lines}\n", (ReboundFunction, 5, column))


def test_reserved_function_name():
    check(f"{IMPORT}{TRIAL}@setup()\ndef SETUP(): ...", (ReservedFunctionName, 5, 5))


# Verifications


def check_names(names, *expected):
    """Check the names that a verification gives; columns count from their first sign."""
    text = f"{IMPORT}{TRIAL}@setup()\ndef s(): ...\ndef helper(): ...\nX = 1\n@verify({names})\ndef v(r): ...\n"
    return check(text, *((kind, 8, column + 8) for kind, column in expected))


def test_unknown_trial():
    found = check_names('["tt", "t"]', (UnknownTrial, 2))
    assert found.hint == "did you mean 't'?"
    assert check_names('["zzz"]', (UnknownTrial, 2)).hint == "the trials are: t"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("s", "a setup"),
        ("v", "a verification"),
        ("helper", "an undecorated function"),
        ("X", "a name of this file"),
    ],
)
def test_not_a_trial(name, what):
    found = check_names(f'["{name}"]', (NotATrial, 2))
    assert found.message == f"{name!r} is {what}, not a trial"


@pytest.mark.parametrize(
    ("names", "columns"),
    [("t", [1]), ('{"t"}', [1]), ('[t, "t", 1]', [2, 10]), ("[*X]", [2]), ("None", [1])],
)
def test_bad_trial_names(names, columns):
    check_names(names, *((BadTrialNames, column) for column in columns))


def test_single_trial_name():
    assert check_names('"t"', (SingleTrialName, 1)).hint == 'write ["t"]'


def test_a_trial_with_mistakes_is_still_known():
    text = f"{IMPORT}@trial('x', {{}})\ndef t(): ...\n@verify(['t'])\ndef v(r): ...\n"
    check(text, (BadOrder, 2, 8))


# Warnings


def test_doubled_values():
    check_list("[1, 2, 1, 1]", (DoubledValue, 8), (DoubledValue, 11))
    check_list("[{'a': 1, 'b': [2]}, {'b': [2], 'a': 1}]", (DoubledValue, 22))


def test_values_of_different_types_are_different():
    values = '[1, 1.0, True, "1", [1], (1,), [1.0], [True], {1: 2}, {1.0: 2}, 0.0, -0.0]'
    text = f"{IMPORT}@trial(1, {{'n': {values}}})\ndef t(n): ..."
    assert parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize("written", ["[]", "()"])
def test_empty_list(written):
    check_list(written, (EmptyList, 1))


def test_huge_grid():
    ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    five = ", ".join(f'"{name}": {ten}' for name in "abcde")
    text = f"{IMPORT}@trial(1, {{{five}}})\ndef t(**o): ..."
    assert parse(Source("exp.py", text)).diagnostics == ()
    found = check_values(f'{{{five}, "f": [0, 1]}}', (HugeGrid, 1))
    assert found.message == "the trial has 200,000 combinations"


def test_doubled_trial_name():
    check_names('["t", "t"]', (DoubledTrialName, 7))


def test_shadowed_context():
    check(f"SETUP = {{}}\n{IMPORT}{TRIAL}", (ShadowedContext, 1, 1))
    text = f"if 'SETUP' not in globals():\n    SETUP = {{}}\nSETUP: dict\n{IMPORT}{TRIAL}"
    assert parse(Source("exp.py", text)).diagnostics == ()


# All together


def test_all_mistakes_are_reported_at_once_in_the_order_of_their_places():
    check(
        "from mlx2smk import trial, verify\n"
        "@trial('a', {'n': range(3), 'lr': 1}, threads=0, gpu=1)\n"
        "async def train(m): ...\n"
        "@verify(['trian'])\n"
        "def check(): ...\n",
        (BadOrder, 2, 8),
        (UnknownParameter, 2, 14),
        (NotLiteral, 2, 19),
        (UnknownParameter, 2, 29),
        (ValuesNotList, 2, 35),
        (BadThreads, 2, 47),
        (UnknownArgument, 2, 50),
        (AsyncFunction, 3, 11),
        (MissingValues, 3, 17),
        (UnknownTrial, 4, 10),
        (VerifyArguments, 5, 5),
    )


def test_every_message_about_a_file_that_can_be_read_is_tested_here():
    elsewhere = {"MLX001", "MLX002", "MLX003", "MLX004", "MLX005"}  # files that cannot be read
    folder = {code for code in CATALOGUE if code.startswith("MLX5")}
    here = {kind.code for kind in globals().values() if hasattr(kind, "advice")}
    assert here == set(CATALOGUE) - elsewhere - folder
