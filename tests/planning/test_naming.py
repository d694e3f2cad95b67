import hashlib
import keyword
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlx2smk.language.text_digests import digest_of
from mlx2smk.planning.naming import LONGEST_COMBINATION, combination_name, unique

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=4,
)
PARAMETERS = st.from_regex(r"[^\W\d]\w{0,50}", fullmatch=True).filter(
    lambda name: name.isidentifier() and not keyword.iskeyword(name)
)


def name(**values):
    return combination_name(list(values), list(map(repr, values.values())), list(values.values()))


def short(text):
    """Digest a text as `digest_of` should: its length in bytes, a colon, the bytes; 8 hex digits."""
    data = text.encode()
    return hashlib.sha256(b"%d:%s" % (len(data), data)).hexdigest()[:8]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "once"),
        ({"n": 3, "lr": 0.1}, "n~3,lr~0.1"),
        ({"n": -1}, "n~-1"),
        ({"lr": 1e-05}, "lr~1e-05"),
        ({"x": float("inf"), "y": float("-inf"), "z": float("nan")}, "x~inf,y~-inf,z~nan"),
        ({"opt": "adam"}, "opt~adam"),
        ({"net": "resnet-18_v1.5"}, "net~resnet-18_v1.5"),
        ({"flag": True, "other": None}, "flag~True,other~None"),
        ({"a": 1, "b": 1.0, "c": True}, "a~1,b~1.0,c~True"),
    ],
)
def test_plain_values_name_themselves(values, expected):
    assert name(**values) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", "n~1~" + short("'1'")),
        ("1.0", "n~1.0~" + short("'1.0'")),
        ("True", "n~True~" + short("'True'")),
        ("nan", "n~nan~" + short("'nan'")),
        ("", "n~~" + short("''")),
        (" adam", "n~adam~" + short("' adam'")),
        ("a/b", "n~a-b~" + short("'a/b'")),
        ("../../etc/passwd", "n~etc-passwd~" + short("'../../etc/passwd'")),
        (".hidden", "n~hidden~" + short("'.hidden'")),
        ("-rf *", "n~rf~" + short("'-rf *'")),
        ("{combination}", "n~combination~" + short("'{combination}'")),
        ("$(rm x)", "n~rm-x~" + short("'$(rm x)'")),
        ("a,b~c", "n~a-b-c~" + short("'a,b~c'")),
        ("größe", "n~gr-e~" + short("'größe'")),
        ("line\nbreak", "n~line-break~" + short(r"'line\nbreak'")),
        ([3, 4], "n~3-4~" + short("[3, 4]")),
        ((3, 4), "n~3-4~" + short("(3, 4)")),
        ({"lr": 0.1}, "n~lr-0.1~" + short("{'lr': 0.1}")),
    ],
)
def test_other_values_are_marked_with_a_digest(value, expected):
    assert name(n=value) == expected


def test_unicode_parameters_are_marked():
    assert name(größe=1) == f"gr-e~{short('größe')}~1"


def test_long_names_end_in_a_digest_of_the_whole():
    values = {f"parameter_{number:02}": number for number in range(20)}
    whole = ",".join(f"{key}~{value}" for key, value in values.items())
    digest = hashlib.sha256(f"{len(whole)}:{whole}".encode()).hexdigest()[:16]
    assert name(**values) == f"{whole[:103]}~{digest}"


def test_the_longest_name_that_stands_as_it_is():
    values = {"a" * 38: "b" * 40, "c" * 36: 123}
    whole = "a" * 38 + "~" + "b" * 40 + "," + "c" * 36 + "~123"
    assert len(whole) == 120
    assert name(**values) == whole


def test_equal_names_are_numbered():
    assert list(unique(["a", "b", "a", "A", "b"])) == ["a", "b", "a~~2", "A~~3", "b~~2"]


@settings(deadline=None)
@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_digests_tell_the_same_texts_in_other_parts_apart(some, others):
    assert (digest_of(*some) == digest_of(*others)) == (some == others)


@settings(deadline=None)
@given(st.dictionaries(PARAMETERS, JSON_VALUES, max_size=8))
def test_names_are_harmless(values):
    made = name(**values)
    assert len(made) <= LONGEST_COMBINATION == 120
    assert re.fullmatch(r"[A-Za-z0-9_~][A-Za-z0-9_.+,~-]*", made)


@settings(deadline=None)
@given(PARAMETERS, st.lists(JSON_VALUES, min_size=2, max_size=12, unique_by=repr))
def test_different_values_have_different_names(parameter, values):
    names = [name(**{parameter: value}) for value in values]
    assert len(set(names)) == len(values)


PAIRS = st.tuples(JSON_VALUES, JSON_VALUES)


@settings(deadline=None)
@given(PARAMETERS, PARAMETERS, PAIRS, PAIRS)
def test_different_combinations_have_different_names(a, b, some, others):
    one, other = ({a: first, b: second} for first, second in (some, others))
    assert (name(**one) == name(**other)) == (repr(one) == repr(other))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["n~a", "n~A", "n~a~~2", "n~b", "once"]) | st.text(), max_size=12))
def test_made_unique_also_where_case_does_not_count(names):
    plain = [text for text in names if "~~" not in text]
    made = [text.casefold() for text in unique(plain)]
    assert len(set(made)) == len(plain)


@settings(deadline=None)
@given(st.lists(JSON_VALUES, min_size=1, max_size=8, unique_by=repr), JSON_VALUES)
def test_adding_a_value_renames_nothing(values, added):
    before = list(unique(name(n=value) for value in values))
    assert list(unique(name(n=value) for value in [*values, added]))[: len(values)] == before
