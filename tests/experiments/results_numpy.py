# numpy's scalars and arrays in results are converted as .tolist() does.
import numpy as np
from decorators import trial, verify


@trial(1, {"which": ["float64", "float32", "int64", "bool", "array", "matrix", "nested", "nan", "empty"]})
def give(which):
    return {
        "float64": np.float64(0.1),
        "float32": np.float32(0.1),
        "int64": np.int64(7),
        "bool": np.bool_(True),
        "array": np.arange(3),
        "matrix": np.eye(2),
        "nested": {"a": [np.int8(1), (np.float64(2.5),)], "b": {"c": np.array([1.5])}},
        "nan": np.array([np.nan, np.inf]),
        "empty": np.zeros((0, 3)),
    }[which]


@trial(2, {"which": ["key", "complex", "object"]})
def refuse(which):
    if which == "key":
        return {"a": {np.int64(1): 2}}
    if which == "complex":
        return [np.complex128(1j)]
    return {"o": np.array([{1}, 2], dtype=object)}


@verify(["give"])
def check(results):
    return np.allclose(results["give"][4]["result"], [0, 1, 2]) and np.bool_(True)
