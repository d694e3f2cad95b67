"""What is known about the standard library and common packages: data, no code.

Dotted names; a trailing ``.*`` stands for everything below. "Pure" means: leaving the call out changes
nothing for anybody who does not use its result.
"""

from __future__ import annotations

from mlx2smk.analysis.known_packages import PURE_OF_PACKAGES, WRAPPERS

PURE_BUILTINS = frozenset(
    {
        *("abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "callable", "chr"),
        *("classmethod", "complex", "dict", "dir", "divmod", "enumerate", "filter", "float"),
        *("format", "frozenset", "getattr", "hasattr", "hash", "hex", "id", "int", "isinstance"),
        *("issubclass", "iter", "len", "list", "map", "max", "memoryview", "min", "object", "oct"),
        *("ord", "pow", "property", "range", "repr", "reversed", "round", "set", "slice"),
        *("sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "zip"),
    }
)

HIGHER_ORDER = {
    **dict.fromkeys(("sorted", "min", "max", "map", "filter"), frozenset({"key"})),
    "collections.defaultdict": frozenset({"default_factory"}),
    "dataclasses.asdict": frozenset({"dict_factory"}),
    "dataclasses.astuple": frozenset({"tuple_factory"}),
    "json.dumps": frozenset({"cls", "default"}),
    "json.loads": frozenset(
        {
            *("cls", "object_hook", "object_pairs_hook", "parse_float", "parse_int"),
            "parse_constant",
        }
    ),
}
"""Calls of functions that they are given by one of these names."""

HIGHER_ORDER_FIRST = frozenset({"map", "filter", "collections.defaultdict"})
"""Those that are given one as the first argument."""

ITERATORS = frozenset(
    {
        *("iter", "map", "filter", "zip", "enumerate", "reversed", "itertools.*"),
        *("open", "csv.reader", "csv.DictReader", "os.scandir", "os.walk", "re.finditer"),
        *("glob.iglob", "io.StringIO", "io.BytesIO", "json.scanner.*", "heapq.merge"),
        *("numpy.nditer", "numpy.ndenumerate", "numpy.ndindex", "os.fwalk"),
        *("tqdm.tqdm", "tqdm.trange", "tqdm.auto.tqdm", "tqdm.auto.trange", "rich.progress.track"),
    }
)
"""What they return changes when it is read."""

FRESH = frozenset(
    {
        *("list", "dict", "set", "bytearray"),
        *("collections.defaultdict", "collections.deque", "collections.OrderedDict"),
        "collections.Counter",
    }
)
"""Calls that make a new container that nothing else can reach."""

WRAPPING_METHODS = frozenset({"joblib.Memory().cache", "joblib.memory.Memory().cache"})
"""Such functions that are methods of what the library makes: ``f()`` stands for what f has returned."""

PURE_LIBRARY = PURE_OF_PACKAGES | frozenset(
    {
        *("dict.fromkeys", "str.maketrans", "int.from_bytes", "float.fromhex", "bytes.fromhex"),
        *("collections.ChainMap", "collections.Counter", "collections.OrderedDict"),
        *("collections.defaultdict", "collections.deque", "collections.namedtuple"),
        *("attr.Factory", "attr.ib", "attrs.Factory", "attrs.field", "pydantic.Field"),
        *("joblib.Memory", "joblib.memory.Memory", "joblib.expires_after"),
        *("contextvars.ContextVar", "copy.copy", "copy.deepcopy", "dataclasses.asdict"),
        "importlib.metadata.version",
        *("dataclasses.astuple", "dataclasses.field", "dataclasses.fields"),
        *("dataclasses.dataclass", "dataclasses.is_dataclass", "dataclasses.InitVar"),
        *("datetime.date", "datetime.date.today", "datetime.datetime", "datetime.datetime.now"),
        "datetime.datetime.today",
        *("datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal", "enum.*"),
        *("fractions.Fraction", "functools.cmp_to_key", "functools.partial"),
        *("itertools.chain", "itertools.chain.from_iterable", "itertools.combinations"),
        *("itertools.count", "itertools.cycle", "itertools.islice", "itertools.pairwise"),
        *("itertools.permutations", "itertools.product", "itertools.repeat"),
        *("itertools.zip_longest", "json.dumps", "json.loads", "logging.getLogger", "math.*"),
        *("orjson.loads", "ujson.loads"),
        *("operator.attrgetter", "operator.itemgetter", "operator.methodcaller"),
        *("os.cpu_count", "os.environ.get", "os.fspath", "os.getcwd", "os.getenv", "os.path.*"),
        *("pathlib.Path", "pathlib.Path.cwd", "pathlib.Path.home", "pathlib.PurePath"),
        *("pathlib.PosixPath", "pathlib.PurePosixPath", "platform.machine", "platform.system"),
        *("re.compile", "re.escape", "statistics.*", "string.Template", "struct.Struct"),
        *("struct.calcsize", "textwrap.*", "threading.Lock", "threading.RLock", "threading.local"),
        *("time.monotonic", "time.perf_counter", "time.time"),
        *("types.MappingProxyType", "types.SimpleNamespace", "typing.*", "typing_extensions.*"),
        *("uuid.UUID", "weakref.WeakKeyDictionary", "weakref.WeakValueDictionary"),
        *("base64.*", "binascii.*", "bisect.bisect", "bisect.bisect_left", "bisect.bisect_right"),
        *("cmath.*", "html.escape", "shlex.split", "struct.pack"),
        *("struct.unpack", "urllib.parse.*", "zlib.adler32", "zlib.compress", "zlib.crc32"),
        *(
            "zlib.decompress",
            "numpy.abs",
            "numpy.argsort",
            "numpy.column_stack",
            "numpy.concatenate",
        ),
        *(
            "numpy.cos",
            "numpy.cumsum",
            "numpy.deg2rad",
            "numpy.diag",
            "numpy.dot",
            "numpy.full_like",
        ),
        *("numpy.hstack", "numpy.identity", "numpy.linalg.inv", "numpy.linalg.norm", "numpy.log10"),
        *("numpy.log2", "numpy.max", "numpy.mean", "numpy.median", "numpy.meshgrid", "numpy.min"),
        *("numpy.ones_like", "numpy.outer", "numpy.power", "numpy.prod", "numpy.repeat"),
        *("numpy.round", "numpy.sin", "numpy.sort", "numpy.stack", "numpy.std", "numpy.sum"),
        *("numpy.tan", "numpy.tile", "numpy.unique", "numpy.var", "numpy.vstack", "numpy.where"),
        *("numpy.zeros_like",),
        *("numpy.arange", "numpy.array", "numpy.asarray", "numpy.dtype", "numpy.empty"),
        *("numpy.exp", "numpy.eye", "numpy.float32", "numpy.float64", "numpy.full"),
        *("numpy.geomspace", "numpy.int32", "numpy.int64", "numpy.linspace", "numpy.log"),
        *("numpy.logspace", "numpy.ones", "numpy.sqrt", "numpy.zeros"),
        *("torch.arange", "torch.cuda.is_available", "torch.device", "torch.linspace"),
        *("torch.ones", "torch.tensor", "torch.zeros"),
    }
)

FILLING_ARRAYS = {
    **dict.fromkeys(("abs", "ceil", "cos", "deg2rad", "exp", "floor", "isnan", "log"), 1),
    **dict.fromkeys(("log10", "log2", "sign", "sin", "sqrt", "tan"), 1),
    **dict.fromkeys(("concatenate", "dot", "matmul", "max", "median", "min", "outer"), 2),
    **dict.fromkeys(("power", "round", "stack"), 2),
    **dict.fromkeys(("clip", "cumsum", "mean", "prod", "std", "sum", "var"), 3),
    "trace": 5,
}
"""Functions of numpy, with the number of arguments behind which they are given the array that they fill."""

PURE_DECORATORS = WRAPPERS | frozenset(
    {
        *("property", "staticmethod", "classmethod"),
        *("abc.*", "attr.*", "attrs.*", "contextlib.asynccontextmanager"),
        *("contextlib.contextmanager", "dataclasses.dataclass", "enum.unique"),
        *("enum.verify", "enum.member", "enum.nonmember"),
        *("functools.cached_property", "functools.partialmethod"),
        *("functools.singledispatch", "functools.singledispatchmethod"),
        *("functools.total_ordering", "types.coroutine", "typing.*"),
        *("typing_extensions.*", "warnings.deprecated"),
        *("decorators.*", "mlx2smk.*"),
        *("torch.enable_grad", "torch.inference_mode", "torch.no_grad", "torch.autocast"),
        *(
            "torch.jit.ignore",
            "torch.jit.export",
            "flax.linen.*",
            "flax.struct.*",
            "chex.dataclass",
        ),
        *("click.command", "click.group", "click.option", "click.argument", "hydra.main"),
        *("pytest.fixture", "pytest.mark.*", "overrides.*", "deprecated.*"),
        *("pydantic.validator", "pydantic.field_validator", "pydantic.model_validator"),
        *("pydantic.root_validator", "pydantic.computed_field", "pydantic.dataclasses.dataclass"),
        *("pydantic.field_serializer", "pydantic.validate_call"),
    }
)

PURE_BASES = frozenset(
    {"abc.ABC", "collections.*", "enum.*", "typing.*", "typing_extensions.*", "torch.nn.Module"}
)
"""Classes of libraries whose subclasses can be instantiated without effects, if their own code has none."""

DISPATCHERS = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})
"""Decorators after which a call may run another function."""

ENTRY_POINTS = frozenset({"click.*", "hydra.main"})
"""Decorators after which a call reads the command line."""

ENUMERATIONS = frozenset({"enum.*"})
"""Classes whose subclasses make their instances when they are defined."""

QUIET_METACLASSES = frozenset({"type", "abc.ABCMeta", "enum.*", "typing.*"})

REGISTERING_BASES = frozenset(
    {
        *("django.db.models.*", "factory.*", "luigi.*", "marshmallow.*", "mongoengine.*"),
        *("peewee.*", "pony.orm.*", "sqlalchemy.*", "sqlmodel.*", "tortoise.*", "yaml.*"),
        *("beanie.*", "odmantic.*", "celery.*", "dagster.*", "kopf.*", "traitlets.*"),
    }
)
"""Classes of libraries that keep a list of their subclasses."""

PLAIN_VALUES = frozenset(
    {
        *("math.*", "os.environ", "os.curdir", "os.linesep", "os.name", "os.pathsep", "os.sep"),
        *("string.*", "sys.argv", "sys.byteorder", "sys.executable", "sys.maxsize"),
        *("sys.platform", "sys.version", "sys.version_info", "sys.float_info"),
        *("decorators.SETUP", "mlx2smk.SETUP"),
    }
)

ALWAYS_PLAIN = frozenset(
    {
        *(
            "ascii",
            "bool",
            "callable",
            "chr",
            "dir",
            "float",
            "format",
            "hasattr",
            "hash",
            "hex",
            "id",
        ),
        *("int", "isinstance", "issubclass", "len", "oct", "ord", "repr", "str"),
    }
)
"""Functions whose results are plain, whatever they are given."""

PLAIN_CALLS = frozenset(
    {
        *("abs", "bool", "bytes", "chr", "complex", "dict", "divmod", "enumerate", "float"),
        *("format", "frozenset", "hash", "hex", "int", "len", "list", "max", "min", "oct", "ord"),
        *("pow", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple"),
        *("zip", "collections.Counter", "collections.OrderedDict", "collections.deque"),
        *("datetime.*", "decimal.Decimal", "fractions.Fraction", "itertools.*", "math.*"),
        *("os.cpu_count", "os.environ.get", "os.fspath", "os.getcwd", "os.getenv", "os.path.*"),
        *(
            "dict.fromkeys",
            "pathlib.*",
            "re.compile",
            "re.escape",
            "statistics.*",
            "string.Template",
        ),
        *("textwrap.*", "json.loads", "json.dumps"),
    }
)
"""Calls that give data of Python's own types, whose methods are known, when given such data."""

READING_METHODS = frozenset(
    {
        *("absolute", "as_integer_ratio", "as_posix", "bit_length", "capitalize", "casefold"),
        *("center", "copy", "count", "decode", "difference", "encode", "endswith", "exists"),
        *("expanduser", "expandtabs", "find", "findall", "format", "fullmatch", "get", "hex"),
        *("index", "intersection", "is_absolute", "is_dir", "is_file", "is_integer", "isalnum"),
        *("isalpha", "isdigit", "isdisjoint", "isidentifier", "islower", "isoformat", "isspace"),
        *("issubset", "issuperset", "istitle", "isupper", "items", "join", "joinpath", "keys"),
        *("ljust", "lower", "lstrip", "maketrans", "match", "most_common", "partition"),
        *("relative_to", "removeprefix", "removesuffix", "replace", "resolve", "rfind", "rindex"),
        *("rjust", "rpartition", "rsplit", "rstrip", "search", "split", "splitlines"),
        *("startswith", "strftime", "strip", "sub", "substitute", "swapcase"),
        *("symmetric_difference", "title", "total_seconds", "translate", "union", "upper"),
        *("values", "with_name", "with_suffix", "zfill"),
    }
)
"""Methods of Python's own types that change nothing."""

CHANGING_METHODS = frozenset(
    {
        *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend"),
        *("extendleft", "insert", "intersection_update", "move_to_end", "pop", "popitem"),
        *("popleft", "remove", "reverse", "rotate", "setdefault", "sort", "update"),
    }
)
"""Methods of Python's own containers that change only the container."""


DOCSTRING_READERS = frozenset(
    {
        *("docopt.*", "doctest.*", "inspect.getdoc", "pydoc.*", "typing.get_overloads"),
        *("ply.*", "spark_parser.*", "spark.*", "sphinx.*", "numpydoc.*", "griffe.*"),
        *("docstring_parser.*", "pdoc.*", "cloudpickle.*", "dill.*", "marshal.*", "unittest.*"),
        # command lines made of functions
        *("argh.*", "baker.*", "begin.*", "cleo.*", "cliff.*", "clize.*", "click.*", "cyclopts.*"),
        *("defopt.*", "fire.*", "invoke.*", "jsonargparse.*", "plac.*", "simple_parsing.*"),
        *("rich_click.*", "typer.*", "tyro.*"),
        # services described by their functions
        *("fastapi.*", "flask_restx.*", "graphene.*", "strawberry.*", "mcp.*", "fastmcp.*"),
        # language models told what a function or a class is for
        *("agents.*", "autogen.*", "autogen_core.*", "crewai.*", "dspy.*", "ell.*"),
        *("google.generativeai.*", "google.genai.*", "guidance.*", "haystack.*", "instructor.*"),
        *("langchain.*", "langchain_core.*", "langgraph.*", "llama_index.*", "magentic.*"),
        *("marvin.*", "mirascope.*", "ollama.*", "outlines.*", "pydantic_ai.*", "smolagents.*"),
        *("transformers.utils.get_json_schema", "semantic_kernel.*"),
    }
)
"""What reads the docstrings of functions, classes and modules that it is given, or that call it."""

DOCSTRING_ATTRIBUTES = frozenset(
    {
        *("__doc__", "co_consts", "getdoc", "apply_chat_template", "json_schema"),
        *("model_json_schema", "schema_json"),
    }
)
"""Attributes that hold docstrings, and methods of whatever objects that read them."""

LINE_READERS = frozenset(
    {
        *("traceback.*", "trace.*", "tracemalloc.*", "cProfile.*", "profile.*", "pstats.*"),
        *("bdb.*", "dis.*", "doctest.*", "faulthandler.*", "sys.settrace", "sys.setprofile"),
        *("sys.monitoring.*", "threading.settrace", "threading.setprofile", "inspect.getframeinfo"),
        *("inspect.stack", "inspect.trace", "inspect.getouterframes", "inspect.getinnerframes"),
        *("logging.LogRecord", "warnings.catch_warnings", "warnings.showwarning"),
        *("warnings.formatwarning", "warnings.warn_explicit", "marshal.*", "cloudpickle.*"),
        *("dill.*", "coverage.*", "line_profiler.*", "memory_profiler.*", "pyinstrument.*"),
        *("executing.*", "stack_data.*", "varname.*", "icecream.*"),
    }
)
"""What tells on which line something is."""

LINE_READERS_WITH = {
    "traceback.print_exc": ("file", 1),
    "traceback.print_exception": ("file", 4),
    "traceback.print_last": ("file", 1),
    "traceback.print_list": ("file", 1),
    "traceback.print_stack": ("file", 2),
    "traceback.print_tb": ("file", 2),
    "warnings.catch_warnings": ("record", 0),
}
"""Line readers that do so only with a certain argument, of this name or at this place.

Without it, those of ``traceback`` print to the log of the job.
"""

FRAME_FIELDS: dict[str, frozenset[str | int]] = {
    **dict.fromkeys(
        (
            *("inspect.stack", "inspect.trace"),
            *("inspect.getouterframes", "inspect.getinnerframes"),
        ),
        frozenset({"frame", "filename", "function", 0, 1, 3}),
    ),
    "inspect.getframeinfo": frozenset({"filename", "function", 0, 2}),
}
"""Line readers whose result has these fields, by name and by index, that tell no line."""

LINE_ATTRIBUTES = frozenset(
    {
        *("co_firstlineno", "co_lines", "co_linetable", "co_lnotab", "co_positions", "f_lineno"),
        *("tb_lineno", "findCaller", "__warningregistry__"),
    }
)

LINE_FORMATS = ("%(lineno)", "{lineno", "$lineno", "${lineno")
"""What stands in a format of ``logging`` for the line of the call."""

QUIET_CODE_ATTRIBUTES = frozenset(
    {
        *("co_argcount", "co_cellvars", "co_flags", "co_freevars", "co_kwonlyargcount", "co_name"),
        *("co_names", "co_nlocals", "co_posonlyargcount", "co_qualname", "co_varnames"),
        *("co_code", "co_filename", "co_stacksize"),
    }
)
"""Attributes of code objects that hold neither docstrings nor lines."""

CALLER_READERS = frozenset({"ply.lex.lex", "ply.yacc.yacc", "fire.Fire", "docopt.magic"})
"""Functions that read all names of the module that calls them, unless they are given an object."""


def listed(name: str, table: frozenset[str]) -> bool:
    """Whether a dotted name is in a table, itself or through one of its ``.*`` entries."""
    if name in table:
        return True
    parts = name.split(".")
    return any(".".join((*parts[:depth], "*")) in table for depth in range(1, len(parts)))
