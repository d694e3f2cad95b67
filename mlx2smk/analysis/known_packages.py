"""What is known about packages for numbers, tables and dates, and of the smaller parts of the standard library: data, no code.

As in `known`: dotted names, and "pure" means that leaving a call out changes nothing for anybody who does not
use its result. ``f()`` stands for what a call of f has returned.
"""

from __future__ import annotations

QUIET_PACKAGES = frozenset(
    {
        *("attr", "attrs", "joblib", "jax", "matplotlib", "numba", "numpy", "pandas", "polars"),
        *("pydantic", "requests", "scipy", "sklearn", "torch", "torchvision", "tqdm", "yaml"),
        *("PIL", "click", "h5py", "lark", "networkx", "psutil", "rich", "simpy", "skimage"),
        *("statsmodels", "sympy", "tabulate", "toolz", "typer"),
    }
)
"""Packages that nobody imports for effects; ``sklearn.experimental`` is there for nothing else."""

WRAPPERS = frozenset(
    {
        *("jax.jit", "jax.grad", "jax.vmap", "jax.pmap", "jax.checkpoint", "jax.remat"),
        *("jax.value_and_grad", "jax.custom_jvp", "jax.custom_vjp", "jax.jacfwd", "jax.jacrev"),
        *("jax.hessian", "equinox.filter_jit", "equinox.filter_grad", "equinox.filter_vmap"),
        *("numba.jit", "numba.njit", "numba.vectorize", "numba.guvectorize", "numba.cfunc"),
        *("numba.stencil", "numba.cuda.jit", "numba.experimental.jitclass", "numpy.vectorize"),
        *("tensorflow.function", "torch.compile", "torch.jit.script", "torch.vmap"),
        *("beartype.beartype", "jaxtyping.jaxtyped", "typeguard.typechecked"),
        *("networkx.utils.not_implemented_for", "networkx.utils.np_random_state"),
        *("networkx.utils.open_file", "networkx.utils.py_random_state"),
        *("networkx.utils.decorators.*", "joblib.delayed", "dask.delayed", "ray.remote"),
        *("line_profiler.profile", "memory_profiler.profile", "wrapt.decorator"),
        *("tenacity.*", "backoff.on_exception", "retrying.retry", "toolz.curry"),
        *("cachetools.cached", "functools.cache", "functools.lru_cache", "functools.wraps"),
    }
)
"""Functions that make another function of one, and do nothing else."""

_PANDAS = (
    *("BooleanDtype", "Categorical", "CategoricalDtype", "DateOffset", "Float64Dtype", "Index"),
    *("IndexSlice", "Int64Dtype", "Interval", "IntervalIndex", "MultiIndex", "NamedAgg", "Period"),
    *("PeriodIndex", "RangeIndex", "StringDtype", "Timedelta", "Timestamp", "api.types.*", "array"),
    *("bdate_range", "date_range", "interval_range", "offsets.*", "period_range"),
    *("timedelta_range", "to_datetime", "to_numeric", "to_timedelta", "tseries.offsets.*"),
)

_NUMPY = (
    *("ceil", "clip", "complex128", "complex64", "cov", "cross", "datetime64", "diff", "einsum"),
    *("finfo", "flip", "float16", "floor", "iinfo", "int16", "int64", "int8", "interp", "isnan"),
    *("kron", "linalg.det", "linalg.eigh", "linalg.eigvalsh", "linalg.solve"),
    *("matmul", "ndindex", "ravel", "reshape", "roll", "searchsorted", "sign"),
    *("split", "squeeze", "timedelta64", "trace", "transpose", "tri", "tril", "triu", "uint16"),
    *("uint32", "uint64", "uint8", "vander"),
)

_FROZEN = (
    *("beta", "binom", "cauchy", "chi2", "expon", "f", "gamma", "geom", "halfnorm", "laplace"),
    *("lognorm", "loguniform", "nbinom", "norm", "pareto", "poisson", "randint", "t", "triang"),
    *("truncnorm", "uniform", "weibull_min"),
)

PURE_OF_PACKAGES = WRAPPERS | frozenset(
    {
        *(f"pandas.{_name}" for _name in _PANDAS),
        *(f"numpy.{_name}" for _name in _NUMPY),
        *(f"scipy.stats.{_name}" for _name in _FROZEN),
        *(
            f"scipy.stats.{_name}.{_method}"
            for _name in _FROZEN
            for _method in (
                "cdf",
                "interval",
                "isf",
                "logpdf",
                "mean",
                "pdf",
                "ppf",
                "sf",
                "std",
                "var",
            )
        ),
        *("click.Choice", "click.Group", "click.IntRange", "click.Path", "typer.Argument"),
        *("typer.Option", "typer.Typer"),
        *("sympy.Function", "sympy.Integer", "sympy.Rational", "sympy.Symbol", "sympy.symbols"),
        *(
            "contextlib.nullcontext",
            "contextlib.suppress",
            "decimal.localcontext",
            "getpass.getuser",
        ),
        *("hashlib.*", "multiprocessing.cpu_count", "os.cpu_count", "os.getpid", "os.getlogin"),
        *("os.sched_getaffinity", "os.uname", "os.urandom", "platform.*", "re.findall"),
        *("random.getstate", "numpy.random.get_state", "torch.get_rng_state", "torch.initial_seed"),
        *("torch.random.get_rng_state", "torch.random.initial_seed"),
        *("re.fullmatch", "re.match", "re.search", "re.split", "secrets.token_hex"),
        *("shutil.which", "socket.gethostname", "time.ctime", "time.gmtime", "time.localtime"),
        *("time.mktime", "time.monotonic_ns", "time.perf_counter_ns", "time.process_time"),
        *("time.strftime", "time.time_ns", "uuid.uuid3", "uuid.uuid4", "uuid.uuid5"),
        *("warnings.catch_warnings", "zoneinfo.ZoneInfo"),
        *("numpy.errstate", "numpy.printoptions", "pandas.option_context"),
        *("torch.enable_grad", "torch.inference_mode", "torch.no_grad"),
    }
)

QUIET_CONTEXTS = frozenset(
    {
        *("contextlib.nullcontext()", "contextlib.suppress()", "decimal.localcontext()"),
        *("numpy.errstate()", "numpy.printoptions()", "pandas.option_context()"),
        *("threading.Lock()", "threading.RLock()", "torch.enable_grad()"),
        *("torch.inference_mode()", "torch.no_grad()", "warnings.catch_warnings()"),
    }
)
"""What ``with`` may enter: afterwards all is as before, but for what the statements inside did."""

UNCHANGEABLE = (
    *("datetime.", "fractions.Fraction", "decimal.Decimal", "uuid.", "time.", "platform."),
    *("os.uname()", "re.match()", "re.search()", "re.fullmatch()", "zoneinfo.", "os.urandom()"),
    *("pandas.Timestamp", "pandas.Timedelta", "pandas.to_datetime()", "pandas.to_timedelta()"),
    *("pathlib.Path().read_text()", "pathlib.Path().read_bytes()", "open().read()"),
)
"""What makes objects that nothing can change, so that their methods only compute."""

DATA_READ = frozenset(
    {"json.load()", "json.loads()", "yaml.safe_load()", "tomllib.load()", "tomllib.loads()"}
)
"""What is read from a file and consists of Python's own types, whose methods are known."""

CHANGING_FIRST = frozenset(
    {"bisect.insort", "bisect.insort_left", "bisect.insort_right"}
    | {"heapq.heapify", "heapq.heappop", "heapq.heappush", "heapq.heappushpop"}
)
"""Functions that change the container that they are given first, and nothing else."""

COMMAND_GROUPS = frozenset({"click.Group()", "typer.Typer()"})
COMMAND_METHODS = frozenset(
    {"add_command", "add_typer", "callback", "command", "group", "result_callback"}
)
"""What holds the commands of a program, and what adds to it and does nothing else."""
