"""What correct files mean, and that no file makes the parser raise."""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlx2smk.diagnostics.source import Source, Span
from mlx2smk.language.experiment import Parameter, Setup, Trial, Verify
from mlx2smk.language.parser import parse

SPEC_EXAMPLE = """\
from decorators import setup, trial, verify, VerificationResult
import numpy as np

@setup()
def init():
    return {"seed": 42, "numpy_seed": 42, "torch_seed": 42}

@trial(1, {"n": [3]})
def t(n: int):
    x = np.random.RandomState(SETUP.get("numpy_seed", 0)).randn(n)
    return {"x_mean": float(x.mean())}

@verify(["t"])
def check(results):
    return VerificationResult.SUPPORTS
"""


def experiment(text, path="exp.py"):
    """Parse a text in which nothing, not even a warning, is to be found."""
    parsed = parse(Source(path, text))
    assert parsed.diagnostics == ()
    return parsed.experiment


def trial(line, signature="n"):
    """The one trial of a file with this decorator line."""
    (found,) = experiment(f"from mlx2smk import trial\n{line}\ndef t({signature}): ...\n").trials
    return found


def test_example_of_the_specification():
    found = experiment(SPEC_EXAMPLE)
    assert found.setups == (Setup("init", None, Span(5, 5, 5, 9), 2),)
    assert found.trials == (
        Trial("t", 1, (Parameter("n", (3,)),), None, None, (), (), Span(9, 5, 9, 6), 3),
    )
    assert found.verifications == (Verify("check", ("t",), Span(14, 5, 14, 10), 4),)
    assert found.source == Source("exp.py", SPEC_EXAMPLE)
    assert ast.dump(found.tree) == ast.dump(ast.parse(SPEC_EXAMPLE))


@pytest.mark.parametrize(
    "head",
    [
        "from decorators import trial\n@trial",
        "from mlx2smk import trial as t\n@t",
        "import decorators\n@decorators.trial",
        "import mlx2smk as m\n@m.trial",
        "from decorators import *\n@trial",
        "from mlx2smk import *\n@trial",
        "import mlx2smk\nsweep = mlx2smk.trial\n@sweep",
        "try:\n    from mlx2smk import trial\nexcept ImportError:\n    trial = None\n@trial",
        "if True:\n    import mlx2smk as m\nelse:\n    m = None\n@m.trial",
        "from optuna import trial\nfrom mlx2smk import trial\n@trial",
    ],
)
def test_decorators_are_found_through_imports_and_aliases(head):
    (found,) = experiment(f'{head}(1, {{"n": [1]}})\ndef train(n): ...\n').trials
    assert found.name == "train"


@pytest.mark.parametrize(
    "other",
    [
        "from optuna import trial\n@trial(3)\ndef f(): ...",
        "def trial(): ...\n@trial()\nasync def f(): ...",
        "trial = print\n@trial\ndef f(): ...",
        "def outer(trial):\n    @trial(1)\n    def f(): ...",
        "def outer():\n    from optuna import trial\n    return trial(3)",
        "class C:\n    @staticmethod\n    def setup(): ...",
    ],
)
def test_what_is_not_ours_is_left_alone(other):
    found = experiment(f"from mlx2smk import trial\n@trial(1, {{}})\ndef t(): ...\n{other}\n")
    assert [each.name for each in found.trials] == ["t"]


def test_names_that_lead_elsewhere_at_their_place():
    text = "from mlx2smk import trial\n@trial(1, {})\ndef t(): ...\ndel trial\n"
    assert experiment(text).trials[0].name == "t"


def test_other_decorators_may_stand_around_ours():
    text = "import mlx2smk as m\nimport functools\n@functools.cache\n@m.trial(1, {})\n@functools.wraps\ndef t(): ...\n"
    assert experiment(text).trials[0].statement == 2


def test_arguments_by_name_in_any_order():
    line = '@trial(inputs=("a.csv", "b"), resources={"mem_mb": 100, "x": 0.5, "runtime": "2h"}, threads=4, values={"n": (1,), "__parallel__": 3}, order=-2)'
    found = trial(line)
    assert (found.order, found.parallel, found.threads) == (-2, 3, 4)
    assert found.resources == (("mem_mb", 100), ("x", 0.5), ("runtime", "2h"))
    assert found.inputs == ("a.csv", "b")


def test_defaults_of_arguments_may_be_written_out():
    assert trial("@trial(1, {}, threads=None, resources=None, inputs=())", "") == trial(
        "@trial(1, {})", ""
    )


def test_values_keep_their_exact_types():
    written = '[1, 1.0, True, "1", None, -2, (1, (2,)), [1], {"a": {1: None}}, "a" "b", 1e999]'
    values = trial(f'@trial(1, {{"n": {written}}})').parameters[0].values
    expected = (1, 1.0, True, "1", None, -2, (1, (2,)), [1], {"a": {1: None}}, "ab", float("inf"))
    assert list(map(repr, values)) == list(map(repr, expected))


def test_parameters_keep_the_order_written():
    parameters = trial('@trial(1, {"b": [1], "a": [2]})', "a, b").parameters
    assert [parameter.name for parameter in parameters] == ["b", "a"]


@pytest.mark.parametrize(
    "signature", ["n", "*, n", "n=1, m=2", "**options", "*args, n", "a=1, /, *, n=2"]
)
def test_signatures_that_take_n_by_name(signature):
    assert trial('@trial(1, {"n": [1]})', signature).name == "t"


def test_an_empty_grid_is_one_combination_without_parameters():
    assert trial("@trial(1, {})", "n=1").parameters == ()


def test_setups_run_by_order_first_then_as_written():
    lines = ["()", "(2)", "(order=-1)", "(None)", "(2)", "(order=None)"]
    setups = "".join(f"@setup{line}\ndef s{i}(a=1): ...\n" for i, line in enumerate(lines))
    text = f"from mlx2smk import setup, trial\n{setups}@trial(1, {{}})\ndef t(): ...\n"
    assert [each.name for each in experiment(text).setups] == ["s2", "s1", "s4", "s0", "s3", "s5"]


def test_trials_run_by_order_then_as_written():
    trials = "".join(f"@trial({n}, {{}})\ndef t{i}(): ...\n" for i, n in enumerate([3, 1, -1, 1]))
    found = experiment(f"from mlx2smk import trial\n{trials}").trials
    assert [each.name for each in found] == ["t2", "t1", "t3", "t0"]


@pytest.mark.parametrize("signature", ["r", "r, /", "*r", "r=None", "r, tol=0.1, *, x=1"])
def test_verifications_that_take_one_argument(signature):
    text = f'from mlx2smk import trial, verify\n@trial(1, {{}})\ndef t(): ...\n@verify(trial_names=("t",))\ndef v({signature}): ...\n'
    assert experiment(text).verifications[0].trial_names == ("t",)


def test_a_verification_may_stand_above_its_trial():
    text = 'from mlx2smk import trial, verify\n@verify(["t"])\ndef v(r): ...\n@trial(1, {})\ndef t(): ...\n'
    assert experiment(text).verifications[0].trial_names == ("t",)


def test_names_bound_in_other_scopes_or_before_are_no_rebinding():
    text = (
        "from mlx2smk import trial\nt = None\n@trial(1, {})\ndef t(): ...\n"
        "def f(t):\n    t = 1\nx = [t for t in (1, 2)]\nt.note = 3\nt: object\nclass C:\n    t = 1\n"
    )
    assert experiment(text).trials[0].statement == 2


def test_a_yield_in_a_function_of_its_own_makes_no_generator():
    text = "from mlx2smk import trial\n@trial(1, {})\ndef t():\n    def g():\n        yield 1\n    return list(g()), (lambda: (yield))\n"
    assert experiment(text).trials[0].name == "t"


@pytest.mark.parametrize("path", ["my-exp.py", "a.b.py", "größe.py", "1.py", "x+y", "_x.py"])
def test_safe_file_names(path):
    text = "from mlx2smk import trial\n@trial(1, {})\ndef t(): ...\n"
    assert experiment(text, f"some where/{path}").trials


def test_own_decorators_may_have_other_names():
    text = "from decorators import trial, log\n@trial(1, {})\n@log\ndef t(): ...\n"
    assert parse(Source("exp.py", text, own_decorators=True)).diagnostics == ()


def test_warnings_stop_nothing():
    parsed = parse(
        Source(
            "exp.py", 'from mlx2smk import trial\n@trial(1, {"n": [1, 1]})\ndef t(n): ...\n"\\d"\n'
        )
    )
    assert [each.severity for each in parsed.diagnostics] == ["warning"]
    assert parsed.experiment.trials[0].parameters == (Parameter("n", (1, 1)),)


SCRAPS = [
    "@trial", "@setup()", "(1, ", "{", "}", "[", "]", '"n": ', "**x", "*y", "\0", "\t", "\\\n",
    "def ", "class C:", "async ", "lambda: ", "yield", "é", "日本", "\ud800", "\r", "\x0c", ":=",
    "import mlx2smk as m\n", "...", "b''", "1j", "-", "not ", "f'{x}'", "\n", "    ", "None", "del ",
]  # fmt: skip


@st.composite
def mutations(draw):
    """A correct file with stretches of it cut out, repeated or replaced by scraps."""
    text = SPEC_EXAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 20)))
        between = draw(st.sampled_from([*SCRAPS, "", text[start:end] * 2]))
        text = text[:start] + between + text[end:]
    return text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(mutations(), st.text()))
def test_no_text_makes_the_parser_raise(text):
    parsed = parse(Source("exp.py", text))
    errors = [each for each in parsed.diagnostics if each.severity == "error"]
    assert (parsed.experiment is None) == bool(errors)
    lines = len(Source("exp.py", text).lines)
    for each in parsed.diagnostics:
        assert each.span is None or 1 <= each.span.line <= lines
        assert each.span is None or each.span.column >= 1


def test_real_files_make_no_trouble():
    paths = sorted(Path(ast.__file__).parent.glob("a*.py"))
    assert Path(ast.__file__) in paths
    for path in paths:
        parsed = parse(Source("exp.py", path.read_text(encoding="utf-8")))
        assert {each.code for each in parsed.diagnostics} == {"MLX011"}, path
