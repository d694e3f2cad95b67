from mlx2smk.forecast.knowledge import Doubt, Knowledge
from mlx2smk.language.keys import ANY, NO_KEYS, Keys

A = Keys.of("a")
B = Keys.of("b")
AB = Keys.of("a", "b")


def test_known_values_settle_doubts():
    doubted = Knowledge({"a": 1, "c": 3}).doubted("s", AB)
    assert doubted == Knowledge({"c": 3}, (Doubt("s", AB),))
    assert doubted.updated({"a": 2}) == Knowledge({"c": 3, "a": 2}, (Doubt("s", B),))
    assert doubted.updated({"a": 2, "b": 1}).certain


def test_any_key():
    doubted = Knowledge({"a": 1}).doubted("s", ANY).updated({"b": 2})
    assert doubted == Knowledge({"b": 2}, (Doubt("s", ANY),))
    assert doubted.projected(AB) == Knowledge({"b": 2}, (Doubt("s", A),))
    assert doubted.projected(B).certain
    assert doubted.projected(ANY) == doubted


def test_no_key():
    assert Knowledge({"a": 1}).doubted("s", NO_KEYS).certain


def test_projection_of_certain_keys():
    assert Knowledge({"a": 1, "b": 2}).projected(Keys.of("b", "c")) == Knowledge({"b": 2})


def test_doubts_about_one_function_are_one():
    twice = Knowledge().doubted("s", A).doubted("t", A).doubted("s", B)
    assert twice.doubts == (Doubt("t", A), Doubt("s", AB))
    assert twice.doubted("s", ANY).doubts == (Doubt("t", A), Doubt("s", ANY))


def test_merging_what_comes_later():
    later = Knowledge({"a": 2}, (Doubt("t", B),))
    assert Knowledge({"a": 1, "b": 1, "c": 1}).merged(later) == Knowledge(
        {"a": 2, "c": 1}, (Doubt("t", B),)
    )
