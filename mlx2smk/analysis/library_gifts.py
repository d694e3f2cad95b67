"""What calls of libraries give, as far as reading that may change it."""

from __future__ import annotations

from typing import Final

from mlx2smk.analysis.confined import CONFINED_CALLS, MAKERS, READS, domain
from mlx2smk.analysis.known import (
    ALWAYS_PLAIN,
    PLAIN_CALLS,
    PURE_BUILTINS,
    PURE_LIBRARY,
    listed,
)
from mlx2smk.analysis.known_models import keeps_what_it_is_given
from mlx2smk.analysis.known_packages import DATA_READ, UNCHANGEABLE

ITERATING_ATTRIBUTES: Final = frozenset(
    {
        *("__iter__", "__next__", "elements", "finditer", "flat", "glob", "iglob", "imap"),
        *("imap_unordered", "iter", "iter_content", "iter_lines", "iter_rows", "iter_unpack"),
        *(
            "iterdir",
            "iterfind",
            "iterparse",
            "iterrows",
            "itertext",
            "itertuples",
            "named_modules",
        ),
        *("named_parameters", "nbunch_iter", "parameters", "readlines_iter", "rglob", "scandir"),
        *("walk",),
    }
)
"""Attributes that are iterators, and methods that return them, most likely."""

_ITERATING_OF_KNOWN: Final = frozenset(
    {"adjacency", "items", "neighbors", "predecessors", "split", "successors"}
)
_LIBRARIES: Final = ("networkx.", "pandas.", "sklearn.")
"""Libraries of whose objects these methods return iterators."""

_CONSUMING: Final = frozenset(
    {
        *("all", "any", "bytearray", "bytes", "dict", "frozenset", "list", "max", "min", "set"),
        *("sorted", "sum", "tuple", "collections.Counter", "collections.OrderedDict"),
        *("collections.deque", "math.*", "numpy.*", "pandas.DataFrame", "pandas.Series"),
        *("statistics.*", "torch.tensor"),
    }
)
"""Calls whose results have the elements of what they are given, or are made of them."""

_OVER_DATA: Final = frozenset(
    {
        *("open", "csv.*", "glob.*", "io.*", "numpy.ndenumerate", "numpy.ndindex", "numpy.nditer"),
        *("os.*", "re.*"),
    }
)
"""Modules of functions whose iterators give texts and numbers."""

_HOLDING: Final = frozenset(
    {
        *("addict.Dict", "argparse.Namespace", "box.Box", "copy.deepcopy", "easydict.EasyDict"),
        "types.SimpleNamespace",
    }
)
"""Calls that make objects of what they are given."""

_WHOLE_PACKAGES: Final = frozenset(
    {*("jax.*", "matplotlib.*", "numpy.*", "pandas.*", "scipy.*", "sklearn.*", "torch.*")}
)
"""Packages whose functions return no iterators, but for those that are listed."""


def gives_data(name: str) -> bool:
    """Whether a call gives something that holds nothing of what it is given."""
    plain = name in ALWAYS_PLAIN or name in READS or f"{name}()" in DATA_READ
    return plain or domain(name, CONFINED_CALLS) is not None


def gives_data_one_by_one(name: str) -> bool:
    """Whether a call makes an iterator over what holds nothing of what it is given."""
    return listed(name, _OVER_DATA)


def gives_elements(name: str) -> bool:
    """Whether a call goes through what it is given."""
    return listed(name, _CONSUMING)


def gives_parts(name: str) -> bool:
    """Whether a call gives at most something that holds what it is given."""
    return (
        name in PURE_BUILTINS
        or listed(name, PURE_LIBRARY | PLAIN_CALLS | _WHOLE_PACKAGES)
        or domain(name, MAKERS) is not None
        or keeps_what_it_is_given(name)
    )


def is_iterating_method(name: str) -> bool:
    """Whether a method of an object that a library has made returns an iterator."""
    return name.startswith(_LIBRARIES) and name.rpartition(".")[2] in _ITERATING_OF_KNOWN


def is_known_object(name: str) -> bool:
    """Whether methods of what a library has made are known to give no iterators, nor what it holds."""
    maker, called, _ = name.partition("()")
    if not called or maker in _HOLDING:
        return False
    known = name in READS or name.startswith(UNCHANGEABLE) or listed(maker, _WHOLE_PACKAGES)
    return known or domain(maker, MAKERS) is not None or f"{maker}()" in DATA_READ
