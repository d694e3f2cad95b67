"""``inspect.getsource(f)`` needs the text of ``f``, comments included, and that of nothing else."""

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import digest, kept, trial

OWN = "A = 1  # of A\nimport helper\ndef f():\n    # of f\n    return 2\nclass C: x = 3  # of C\n"
HELPER = "B = 1  # of B\ndef g(): return 4  # of g\ndef h(): return 5\n"
READ = "import inspect\nreturn inspect.getsource({})"


@pytest.mark.parametrize("name", ["f", "C", "helper.g"])
def test_the_source_of_a_definition(tmp_path, name):
    body = READ.format(name)
    found = check_slice(tmp_path, OWN, body, {"helper.py": HELPER})
    assert not found.slice.widened
    assert "A = 1  # of A" not in kept(OWN, body, {"helper.py": HELPER})

    def changes(text):
        there = {"helper.py": HELPER.replace(f"# of {text}", "# else")}
        here = OWN.replace(f"# of {text}", "# else")
        return digest(OWN, body, {"helper.py": HELPER}) != digest(here, body, there)

    for text in ("A", "B", "f", "C", "g"):
        assert changes(text) == (text == name.rpartition(".")[2]), text
    assert digest(f"\n\n{OWN}", body, {"helper.py": HELPER}) == digest(
        OWN, body, {"helper.py": HELPER}
    )


def test_the_source_of_the_trial_itself():
    body = "import inspect\n# {}\nreturn inspect.getsource(t)"
    assert digest(OWN, body.format("one"), {"helper.py": HELPER}) != digest(
        OWN, body.format("two"), {"helper.py": HELPER}
    )


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("import functools\ndef w(g): return g\n@w\ndef d(): return 1", "d"),
        ("def d(): return 1\ndef d(): return 2", "d"),
        ("if A:\n    def d(): return 1", "d"),
        ("d = f", "d"),
        ("def d(): return 1\nd.__code__ = f.__code__", "d"),
        ("import functools\ndef d(): return 1\nfunctools.update_wrapper(d, f)", "[d][0]"),
        ("d = 1", "(lambda: 1)"),
        ("d = 1", "helper"),
        ("d = 1", "C.x"),
        ("import helper\nhelper.g = f", "helper.g"),
    ],
)
def test_sources_of_which_nobody_knows_where_they_are(before, name):
    files = {"helper.py": HELPER}
    found = trial(f"{OWN}{before}", READ.format(name), files)
    assert found.slice.widened
    assert "A = 1  # of A" in kept(f"{OWN}{before}", READ.format(name), files)


def test_lines_of_a_source():
    body = "import inspect\nreturn inspect.getsourcelines(f)"
    assert digest(f"\n\n{OWN}", body, {"helper.py": HELPER}) != digest(
        OWN, body, {"helper.py": HELPER}
    )
