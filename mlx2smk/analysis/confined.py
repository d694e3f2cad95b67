"""Effects that only some programs can notice: data about libraries, and how to look them up.

A call such as ``np.random.seed(0)`` changes something that can be reached through certain modules only.
A function that uses none of those cannot tell whether the call was made. So, where it stands in a local
module that the function does not need otherwise, it does not count for that function.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from mlx2smk.analysis.known_models import DRAWING_DATA, DRAWING_LAYERS
from mlx2smk.analysis.modules import STANDARD_LIBRARY
from mlx2smk.language.origins import MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERYWHERE: Final = "everywhere"
"""Stands among domains for an effect that anybody may notice."""

OWN_MODULE: Final = "own"
"""Changes objects that only the module's own names lead to; nobody knows which names these are."""

FAILING: Final = "failing"
"""Changes nothing but whether it fails."""

MODULE: Final = "module:"
"""Starts the domain of what a local module holds: those notice it who load that module.

After a colon follows a name of the module, if only those notice it who need that name.
"""

_COMPUTING: Final = frozenset(
    {
        *("__future__", "abc", "array", "base64", "binascii", "bisect", "cmath", "collections"),
        *("colorsys", "contextlib", "contextvars", "copy", "dataclasses", "decimal", "difflib"),
        *("enum", "errno", "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac"),
        *("html", "itertools", "json", "keyword", "math", "numbers", "operator", "re", "reprlib"),
        *("string", "struct", "textwrap", "types", "typing", "typing_extensions", "unicodedata"),
        *("weakref", "zlib", *(dotted.partition(".")[0] for dotted in MODULES)),
    }
)
"""Modules of Python that know nothing of files, variables, random numbers, clocks and libraries."""

_CODE_RUNNERS: Final = frozenset(
    {
        *("builtins", "bdb", "code", "codeop", "ctypes", "doctest", "gc", "imp", "importlib"),
        *("inspect", "marshal", "pdb", "pickle", "pkgutil", "profile", "cProfile", "runpy"),
        *("shelve", "site", "trace", "unittest", "zipimport", "_pickle", "test", "idlelib"),
    }
)
"""Modules of Python through which one comes to any other module."""

_PYTHON: Final = STANDARD_LIBRARY - _CODE_RUNNERS | _COMPUTING
_PLAIN_PACKAGES: Final = frozenset({"attr", "attrs", "click", "requests", "tqdm", "yaml"})
_NO_LOGS: Final = _PYTHON - {"asyncio", "concurrent", "logging", "multiprocessing", "warnings"}

BLIND: Final[Mapping[str, frozenset[str]]] = {
    "random": _COMPUTING
    | {"argparse", "csv", "datetime", "glob", "io", "logging", "os", "pathlib", "platform"}
    | {"shutil", "sys", "time", "warnings"},
    "numpy": _PYTHON | _PLAIN_PACKAGES,
    "torch": _PYTHON
    | _PLAIN_PACKAGES
    | {"matplotlib", "networkx", "numpy", "pandas", "polars", "scipy", "seaborn"},
    "plots": _PYTHON | _PLAIN_PACKAGES | {"joblib", "numba", "numpy", "torch"},
    "pandas": _PYTHON | _PLAIN_PACKAGES - {"tqdm"} | {"joblib", "numba", "numpy", "scipy", "torch"},
    "processes": _PYTHON - {"asyncio", "concurrent", "multiprocessing"}
    | _PLAIN_PACKAGES
    | {"matplotlib", "numpy", "pandas", "seaborn"},
    "loguru": _PYTHON
    | _PLAIN_PACKAGES
    | {"dotenv", "joblib", "lightgbm", "matplotlib", "networkx", "numba", "numpy", "pandas"}
    | {"polars", "scipy", "seaborn", "sklearn", "statsmodels", "torch", "typer", "xgboost"},
    "libraries": _PYTHON | _PLAIN_PACKAGES - {"tqdm"},
    "logs": _NO_LOGS,
    "variables": _COMPUTING | {"random", "statistics"},
    "folders": _COMPUTING
    | {"argparse", "datetime", "random", "statistics", "sys", "time", "warnings"},
}
"""For each domain of effects, the modules through which nobody notices them; all others may show them."""

CONFINED_CALLS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("random.seed", "random.random", "random.randint", "random.randrange"),
            *("random.uniform", "random.gauss", "random.choice", "random.choices", "random.sample"),
        ),
        "random",
    ),
    **dict.fromkeys(
        (
            *("numpy.random.seed", "numpy.seterr", "numpy.set_printoptions", "numpy.random.rand"),
            *("numpy.random.randn", "numpy.random.randint", "numpy.random.random"),
            *("numpy.random.normal", "numpy.random.uniform", "numpy.random.choice"),
            *("numpy.random.permutation", "numpy.random.standard_normal"),
            *DRAWING_DATA,
        ),
        "numpy",
    ),
    **dict.fromkeys(
        (
            *("torch.rand", "torch.randn", "torch.randint", "torch.randperm", "torch.normal"),
            *("torch.manual_seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all"),
            *("torch.set_num_threads", "torch.set_num_interop_threads", "torch.set_printoptions"),
            *("torch.set_default_dtype", "torch.set_default_device", "torch.set_grad_enabled"),
            *("torch.set_float32_matmul_precision", "torch.use_deterministic_algorithms"),
            *DRAWING_LAYERS,
        ),
        "torch",
    ),
    **dict.fromkeys(
        (
            *("matplotlib.use", "matplotlib.rc", "matplotlib.rcParams.update"),
            *("matplotlib.rcdefaults", "matplotlib.style.use", "matplotlib.pyplot.style.use"),
            *("matplotlib.pyplot.rc", "matplotlib.pyplot.rcParams.update"),
            *("matplotlib.pyplot.rcdefaults", "matplotlib.pyplot.switch_backend"),
            *("matplotlib.pyplot.ion", "matplotlib.pyplot.ioff", "matplotlib.pyplot.set_cmap"),
            *("seaborn.set", "seaborn.set_theme", "seaborn.set_style", "seaborn.set_context"),
            *("seaborn.set_palette",),
        ),
        "plots",
    ),
    **dict.fromkeys(
        (
            *("multiprocessing.freeze_support", "multiprocessing.set_forkserver_preload"),
            *("multiprocessing.set_start_method", "torch.multiprocessing.set_sharing_strategy"),
            "torch.multiprocessing.set_start_method",
        ),
        "processes",
    ),
    **dict.fromkeys(("pandas.set_option", "pandas.options.*"), "pandas"),
    **dict.fromkeys(
        (
            *("sklearn.set_config", "tensorflow.random.set_seed", "jax.config.update"),
            *("numba.set_num_threads", "cv2.setNumThreads", "xarray.set_options"),
        ),
        "libraries",
    ),
    **dict.fromkeys(
        (
            *("logging.debug", "logging.info", "logging.warning", "logging.error"),
            *("logging.getLogger().debug", "logging.getLogger().info", "logging.disable"),
            *("logging.getLogger().warning", "logging.getLogger().error"),
            *("logging.getLogger().setLevel", "logging.Formatter", "logging.NullHandler"),
            *("logging.StreamHandler", "warnings.warn"),
        ),
        "logs",
    ),
    **dict.fromkeys(
        (
            *("os.environ.setdefault", "os.environ.update", "os.environ.pop", "os.putenv"),
            "dotenv.load_dotenv",
        ),
        "variables",
    ),
    **dict.fromkeys(("os.makedirs", "os.mkdir", "pathlib.Path().mkdir"), "folders"),
}
"""Calls by the domain that they change. ``f().m`` is the method m of what f has returned."""

CHANGES: Final[Mapping[str, str]] = {
    "os.environ": "variables",
    **dict.fromkeys(("matplotlib.rcParams", "matplotlib.pyplot.rcParams"), "plots"),
    **dict.fromkeys(("pandas.options", "pandas.options.*"), "pandas"),
    **dict.fromkeys(("torch.backends", "torch.backends.*"), "torch"),
}
"""What is changed by assigning to its items and attributes."""

READS: Final = frozenset(
    {
        *("json.load", "tomllib.load", "tomli.load", "toml.load", "yaml.safe_load", "csv.reader"),
        *("csv.DictReader", "numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "pandas.read_csv"),
        *("pandas.read_json", "pandas.read_parquet", "pandas.read_excel", "pandas.read_pickle"),
        *("pathlib.Path().read_text", "pathlib.Path().read_bytes", "open().read"),
        *("glob.glob", "os.listdir", "pathlib.Path().glob", "pathlib.Path().iterdir"),
        *("pathlib.Path().rglob", "open().readlines", "open().readline", "open().close"),
        *("tomllib.loads", "tomli.loads"),
    }
)
"""Calls that read files or folders and change nothing but how far they are read."""

MAKERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("argparse.ArgumentParser", "configparser.ConfigParser", "random.Random"),
            *("collections.namedtuple", "typing.NamedTuple"),
            *("numpy.random.default_rng", "numpy.random.RandomState", "types.SimpleNamespace"),
            *("networkx.Graph", "networkx.DiGraph", "networkx.MultiGraph", "networkx.MultiDiGraph"),
            *("numpy.zeros", "numpy.ones", "numpy.arange", "numpy.empty", "numpy.full"),
            *("numpy.array", "numpy.eye", "numpy.linspace", "numpy.logspace", "hashlib.*"),
            *("pandas.DataFrame", "pandas.Series", "pandas.read_csv"),
            *("pandas.DataFrame.from_dict", "pandas.DataFrame.from_records"),
            *("addict.Dict", "argparse.Namespace", "box.Box", "copy.deepcopy", "easydict.EasyDict"),
            *("fvcore.common.config.CfgNode", "ml_collections.ConfigDict", "yacs.config.CfgNode"),
            *("omegaconf.OmegaConf.create", "omegaconf.OmegaConf.load"),
            *("omegaconf.OmegaConf.merge", "omegaconf.OmegaConf.structured"),
        ),
        OWN_MODULE,
    ),
    # They draw from numpy's own generator unless they are told otherwise.
    **dict.fromkeys(
        (
            *("sklearn.cluster.*", "sklearn.decomposition.*", "sklearn.ensemble.*"),
            *("sklearn.linear_model.*", "sklearn.naive_bayes.*", "sklearn.neighbors.*"),
            *("sklearn.preprocessing.*", "sklearn.svm.*", "sklearn.tree.*"),
            *("sklearn.compose.*", "sklearn.covariance.*", "sklearn.discriminant_analysis.*"),
            *("sklearn.dummy.*", "sklearn.feature_extraction.*", "sklearn.feature_selection.*"),
            *("sklearn.gaussian_process.*", "sklearn.impute.*", "sklearn.kernel_ridge.*"),
            *("sklearn.manifold.*", "sklearn.metrics.*", "sklearn.mixture.*"),
            *("sklearn.model_selection.*", "sklearn.multiclass.*", "sklearn.neural_network.*"),
            *("sklearn.pipeline.*", "sklearn.datasets.load_breast_cancer"),
            *("sklearn.datasets.load_diabetes", "sklearn.datasets.load_digits"),
            *("sklearn.datasets.load_iris", "sklearn.datasets.load_wine"),
            *("sklearn.datasets.make_blobs", "sklearn.datasets.make_classification"),
            *("sklearn.datasets.make_moons", "sklearn.datasets.make_regression"),
        ),
        "numpy",
    ),
    **dict.fromkeys(
        ("matplotlib.pyplot.close", "matplotlib.pyplot.figure", "matplotlib.pyplot.subplots"),
        "plots",
    ),
}
"""Calls that make a new object to which only names of the module lead; what using it changes besides."""

LOUD_METHODS: Final = frozenset(
    {
        *("agg", "aggregate", "apply", "applymap", "boxplot", "dump", "hist", "map", "pipe"),
        *("plot", "sample", "tofile", "transform", "write", "to_clipboard", "to_csv", "to_excel"),
        *("to_feather", "to_gbq", "to_hdf", "to_html", "to_json", "to_latex", "to_markdown"),
        *("to_orc", "to_parquet", "to_pickle", "to_sql", "to_stata", "to_string", "to_xml"),
    }
)
"""Methods of such objects that write files, draw, or call what they are given."""


BY_ALL: Final = frozenset({EVERYWHERE, OWN_MODULE, FAILING})
"""Domains of effects that count for all who load the module that has them."""


def domain(name: str, table: Mapping[str, str]) -> str | None:
    """Return the domain of a dotted name, which may be that of a ``.*`` entry."""
    parts = name.split(".")
    entries = (name, *(".".join((*parts[:depth], "*")) for depth in range(1, len(parts))))
    return next((table[entry] for entry in entries if entry in table), None)


def call_domain(name: str, node: ast.Call) -> str | None:
    """Return the domain of a call of this name, None if anybody may notice it."""
    if name == "logging.basicConfig":
        return "logs" if _has_only(node, _STYLES) else None
    if name in {"warnings.filterwarnings", "warnings.simplefilter"}:
        action = node.args[0] if node.args else None
        mild = isinstance(action, ast.Constant) and action.value in _MILD
        return "logs" if mild else None
    if name.startswith("loguru.logger."):
        return None if name == "loguru.logger.add" and not _is_stream(node) else "loguru"
    if name == "open":
        return OWN_MODULE if _is_for_reading(node) else None
    if name in DRAWING_DATA and _is_seeded(node):
        return OWN_MODULE
    return domain(name, CONFINED_CALLS)


_MILD: Final = frozenset({"ignore", "default", "always", "module", "once"})
_STYLES: Final = frozenset({"level", "format", "datefmt", "style", "force"})


def _is_seeded(node: ast.Call) -> bool:
    states = [item.value for item in node.keywords if item.arg == "random_state"]
    return any(isinstance(item, ast.Constant) and item.value is not None for item in states)


def _has_only(node: ast.Call, names: frozenset[str]) -> bool:
    return not node.args and all(item.arg in names for item in node.keywords)


def _is_stream(node: ast.Call) -> bool:
    """Whether what messages are handed to is no file."""
    sink = node.args[0] if node.args else None
    return isinstance(sink, ast.Lambda) or (
        isinstance(sink, ast.Attribute) and ast.unparse(sink) in {"sys.stderr", "sys.stdout"}
    )


def _is_for_reading(node: ast.Call) -> bool:
    modes = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "mode")]
    known = all(isinstance(item, ast.Constant) for item in modes)
    plain = all(item.arg in {"mode", "encoding", "newline", "errors"} for item in node.keywords)
    texts = [str(item.value) for item in modes if isinstance(item, ast.Constant)]
    return known and plain and not any(set(text) & set("wax+") for text in texts)


def sees(module: str, name: str) -> bool:
    """Whether what uses a module outside, of this first name, may notice the effects in a domain."""
    return module not in BLIND[name]
