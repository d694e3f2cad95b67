"""Keys behave like plain sets, where "any key" is the set of all keys that there are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx2smk.language.keys import ANY, NO_KEYS, Keys

UNIVERSE = frozenset("abcdef")
"""All keys that the plain sets may have: any key stands for all of them."""

SOME = st.frozensets(st.sampled_from("abc"))
"""None of them has all keys of the universe, so that a plain set says whether it is any key."""

KEYS = st.builds(Keys, SOME) | st.just(ANY)
MAPPINGS = st.dictionaries(st.sampled_from(sorted(UNIVERSE)), st.integers())


def plain(keys):
    return frozenset(key for key in UNIVERSE if key in keys)


@given(SOME)
def test_listed_keys_are_those_that_were_given(names):
    assert plain(Keys.of(*names)) == plain(Keys(names)) == names


def test_any_key_is_every_key():
    assert plain(ANY) == UNIVERSE
    assert plain(NO_KEYS) == frozenset()


@given(KEYS, KEYS)
def test_union(one, other):
    assert plain(one | other) == plain(one) | plain(other)


@given(st.lists(KEYS))
def test_union_of_many(parts):
    assert plain(Keys.union(parts)) == frozenset().union(*map(plain, parts))


@given(KEYS, KEYS)
def test_intersection(one, other):
    assert plain(one & other) == plain(one) & plain(other)


@given(KEYS, KEYS)
def test_keys_meet_if_they_have_one_in_common(one, other):
    assert one.meets(other) is not plain(one).isdisjoint(plain(other))


@given(KEYS)
def test_truth(keys):
    assert bool(keys) is bool(plain(keys))


@given(SOME, MAPPINGS)
def test_listed_keys_without_others(names, others):
    assert plain(Keys(names).without(others)) == names - others.keys()


@given(MAPPINGS)
def test_any_key_without_some_keys_is_any_key(others):
    assert ANY.without(others) == ANY


@given(KEYS, MAPPINGS)
def test_the_selected_part_of_a_mapping(keys, mapping):
    assert keys.project(mapping) == {key: mapping[key] for key in plain(keys) & mapping.keys()}


@given(KEYS, KEYS)
def test_keys_are_equal_if_they_have_the_same_names(one, other):
    assert (one == other) is (plain(one) == plain(other))
    assert one != other or hash(one) == hash(other)


@given(KEYS)
def test_a_single_key(keys):
    names = plain(keys)
    assert keys.single == (next(iter(names)) if len(names) == 1 else None)


@pytest.mark.parametrize(
    ("keys", "text"), [(ANY, "null"), (NO_KEYS, "[]"), (Keys.of("b", "a"), '["a", "b"]')]
)
def test_the_form_in_json(keys, text):
    assert json.dumps(keys.listed()) == text
    assert Keys.from_list(json.loads(text)) == keys
