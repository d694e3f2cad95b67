import pytest

from mlx2smk.language.keys import ANY, NO_KEYS, Keys
from tests.support.sliced_texts import HEAD, analysed, trial

SEEDS = {"seed", "numpy_seed", "torch_seed", "pythonhashseed"}


def reads(before, body, files=None):
    """Return the keys that the trial reads besides the seeds'; None for any."""
    access = trial(before, body, files).access
    return None if access.reads.is_any else access.reads.names - SEEDS


def writes(body, before="", files=None):
    """Return the keys that the trial may update; None for any."""
    keys = trial(before, body, files).access.writes
    return None if keys.is_any else keys.names


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1", set()),
        ("return SETUP['a']", {"a"}),
        ("return SETUP['a']['b']", {"a"}),
        ("return SETUP.get('a')", {"a"}),
        ("return SETUP.get('a', SETUP['b'])", {"a", "b"}),
        ("return 'a' in SETUP", {"a"}),
        ("return 'a' not in SETUP", {"a"}),
        ("SETUP['a'] = 1", set()),
        ("SETUP['a'] += 1", {"a"}),
        ("del SETUP['a']", {"a"}),
        ("return SETUP.pop('a')", {"a"}),
        ("return SETUP.setdefault('a', 1)", {"a"}),
        ("return [SETUP['a'] for _ in range(3)]", {"a"}),
        ("return lambda: SETUP['a']", {"a"}),
        ("def f():\n    return SETUP['a']\nreturn f()", {"a"}),
        ("class C:\n    x = SETUP['a']\n    def f(self): return SETUP['b']\nreturn C", {"a", "b"}),
        ("def f(SETUP): return SETUP['a']\nreturn f({})", set()),
        ("SETUP = {}\nreturn SETUP['a']", set()),
        ("return SETUP[KEY]", {"k"}),
        ("return SETUP.get(KEY)", {"k"}),
        ("return KEY in SETUP", {"k"}),
        ("return SETUP[f'a']", {"a"}),
        ("try: SETUP\nexcept NameError: pass", set()),
        ("global SETUP\nreturn SETUP['a']", {"a"}),
    ],
)
def test_keys_that_are_read(body, expected):
    assert reads("KEY = 'k'", body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "return SETUP",
        "return dict(SETUP)",
        "return {**SETUP}",
        "return f(**SETUP)",
        "return SETUP[key]",
        "return SETUP[f'{x}']",
        "return SETUP[1]",
        "return SETUP.get(key)",
        "return SETUP.get",
        "return SETUP.items()",
        "return SETUP.get(*keys)",
        "return SETUP.get()",
        "return SETUP.__eq__('a')",
        "return [1 for k, v in ('ab',) if SETUP[k] for k in ('c',)]",
        "return 'a' in SETUP in [SETUP]",
        "return [key for key in SETUP]",
        "return len(SETUP)",
        "return globals()['SETUP']['a']",
        "return eval('SETUP')",
        "SETUP.update(a=1)",
        "x[SETUP] = 1",
        "global SETUP\ndel SETUP",
        "def f(KEY): return SETUP[KEY]\nreturn f('a')",
        "class C:\n    KEY = 'a'\n    x = SETUP[KEY]\nreturn C",
        "return SETUP[TWICE]",
        "return SETUP[LATER]",
        "from __main__ import SETUP as S\nreturn S['a']",
        "import exp\nreturn exp.SETUP['a']",
    ],
)
def test_what_may_read_any_key(body):
    before = "KEY = 'k'\nTWICE = 'a'\nTWICE = 'b'\nif KEY:\n    LATER = 'c'"
    assert reads(before, body) is None


def test_only_the_slice_counts():
    before = "def f(): return SETUP['a']\ndef g(): return SETUP['b']\nclass C:\n    def m(self): return SETUP['c']"
    assert reads(before, "return f(), C") == {"a", "c"}
    assert reads(before, "return g()") == {"b"}


def test_code_of_the_module_counts_where_it_runs():
    assert reads("A = SETUP['a']\nB = SETUP['b']", "return A") == {"a"}
    assert reads("input(SETUP['a'])", "return 1") == {"a"}


def test_seeds_are_read_by_trials_and_verifications_only():
    text = HEAD + (
        "@setup()\ndef s(): return SETUP.get('a')\n"
        "@trial(1, {})\ndef t(): return 1\n"
        "@verify(['t'])\ndef v(results): return SETUP['b']\n"
    )
    found = analysed(text)
    assert found["s"].access.reads.names == {"a"}
    assert found["t"].access.reads.names == SEEDS
    assert found["v"].access.reads.names == SEEDS | {"b"}


@pytest.mark.parametrize(
    "helper",
    [
        "from exp import SETUP\ndef f(): return SETUP['a']\n",
        "import exp\ndef f(): return exp.SETUP['a']\n",
        "from __main__ import SETUP\ndef f(): return SETUP['a']\n",
        "def f(): return SETUP['a']\n",
        "def f():\n    import exp as e\n    return e.SETUP['a']\n",
    ],
)
def test_setup_in_a_local_module_is_any_key(helper):
    assert reads("import helper", "return helper.f()", {"helper.py": helper}) is None


def test_a_local_module_may_have_a_setup_of_its_own():
    files = {"helper.py": "SETUP = {}\ndef f(): return SETUP['a']\n"}
    assert reads("import helper", "return helper.f()", files) == set()
    # Which SETUP the experiment then means is not decided: what may be read is read.
    assert reads("from helper import SETUP", "return SETUP['a']", files) == {"a"}


def test_read_sites_say_where_and_why():
    sites = trial("", "return SETUP['a'], SETUP").access.read_sites
    assert [(site.keys, site.span.line, site.span.column, site.why) for site in sites] == [
        (Keys.of("a"), 5, 12, "reads 'a'"),
        (ANY, 5, 24, "SETUP is used as a whole"),
    ]


MAKERS = """
def make(cfg, n=0): return cfg["lr"] * n
def named(*, cfg): return cfg.get("lr", 1)
def asked(n, cfg): return "lr" in cfg and cfg.pop("n")
def onwards(cfg): return make(cfg), asked(1, cfg)
def again(cfg, n): return again(cfg, n - 1) if n else cfg["lr"]
def nothing(cfg): return 1
def stores(cfg): cfg["x"] = 1
def maybe(cfg=None): return 0 if cfg is None else cfg["lr"]
def default(cfg=SETUP): return cfg["lr"]
def inner(cfg):
    def f(): return [cfg["lr"] for _ in "ab"]
    return f
def loops(cfg):
    for key in ("a", "b"): print(cfg[key])
    return {k: cfg[k] for k in ["c", "d"]}
class Model:
    def __init__(self, cfg, n=1): self.lr = cfg["lr"]
    def keep(self): return self.lr
class Old(object):
    def __init__(self, cfg): self.lr = cfg["lr"]
class Plain: pass
def returned(cfg): return cfg
def kept(cfg): LIST.append(cfg)
def rebound(cfg):
    cfg = cfg["a"]
    return cfg["b"]
def whole(cfg): return dict(cfg)
def several(*cfgs): return cfgs[0]["lr"]
def more(**cfg): return cfg["cfg"]["lr"]
def unpacked(lr): return lr
def passed(cfg): return other(cfg)
def looked(cfg): return cfg["lr"], locals()
def changed(cfg):
    def f():
        nonlocal cfg
        cfg = {}
    return cfg["lr"]
def late(cfg, keys):
    for key in keys: print(cfg[key])
def loose(cfg):
    for key, value in ("ab", "cd"): print(cfg[key])
def given(cfg, key="lr"): return cfg[key]
def shown(cfg): return f"{cfg}"
def empty(cfg): return cfg or {}
def yielded(cfg): yield cfg
def wrapped(cfg): return (lambda c: c["lr"])(cfg)
@decorate
def decorated(cfg): return cfg["lr"]
class Keeps:
    def __init__(self, cfg): self.cfg = cfg
class Derived(Model): pass
class Made(Model):
    def __init__(self, cfg): self.lr = cfg["lr"]
class New:
    def __new__(cls, cfg): return cfg
    def __init__(self, cfg): self.lr = cfg["lr"]
LIST = []
def decorate(f): return f
def other(cfg): return LIST or cfg.items()
if LIST:
    def twice(cfg): return cfg["a"]
else:
    def twice(cfg): return cfg["b"]
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return make(SETUP, 2)", {"lr"}),
        ("return make(n=2, cfg=SETUP)", {"lr"}),
        ("return make(cfg=SETUP if named else SETUP)", {"lr"}),
        ("return named(cfg=SETUP)", {"lr"}),
        ("return asked(1, SETUP)", {"lr", "n"}),
        ("return onwards(SETUP)", {"lr", "n"}),
        ("return again(SETUP, 3)", {"lr"}),
        ("return nothing(SETUP)", set()),
        ("return stores(SETUP)", set()),
        ("return maybe(SETUP)", {"lr"}),
        ("return default()", {"lr"}),
        ("return default({})", {"lr"}),
        ("return inner(SETUP)()", {"lr"}),
        ("return loops(SETUP)", {"a", "b", "c", "d"}),
        ("return Model(SETUP).keep()", {"lr"}),
        ("return Model(n=2, cfg=SETUP).lr", {"lr"}),
        ("cfg = SETUP\nreturn cfg['lr']", {"lr"}),
        ("cfg: dict = SETUP\nreturn make(cfg), cfg.get('n')", {"lr", "n"}),
        ("cfg = SETUP.copy()\ncfg['x'] = 1\nreturn cfg['lr']", {"lr"}),
        ("cfg = SETUP\nother = cfg\nreturn other['lr']", {"lr"}),
        ("def own(c): return c['lr']\nreturn own(SETUP)", {"lr"}),
        ("def own(c=SETUP): return c['lr']\nreturn own()", {"lr"}),
        ("cfg = SETUP\nreturn [make(cfg) for _ in 'ab']", {"lr"}),
        ("return isinstance(SETUP, dict) and SETUP is not None and SETUP['a']", {"a"}),
        ("return callable(SETUP), SETUP['a']", {"a"}),
        ("return Old(SETUP).lr", {"lr"}),
        ("return [SETUP[key] for key in ('a', 'b')]", {"a", "b"}),
        ("return {key: SETUP.get(key) for key in ['a', KEY]}", {"a", "k"}),
        ("for key in ('a', 'b'):\n    print(SETUP[key])", {"a", "b"}),
        ("key = 'a'\nreturn SETUP[key]", {"a"}),
        ("key = 'a' if KEY else 'b'\nreturn SETUP['c']", {"c"}),
        ("return Keeps(SETUP)", set()),
        ("return Derived(SETUP)", {"lr"}),
        ("return Made(SETUP)", {"lr"}),
        ("global kept_here\nkept_here = SETUP\nreturn kept_here['a']", {"a"}),
        ("from copy import deepcopy\ncfg = deepcopy(SETUP)\nreturn cfg['lr']", {"lr"}),
        ("return SETUP.lr", set()),  # dictionaries have no such attribute
    ],
)
def test_setup_is_followed(body, expected):
    assert reads(f"KEY = 'k'\n{MAKERS}", body) == expected


NOT_FOLLOWED = (
    "returned kept rebound whole several passed looked changed loose given shown empty yielded "
    "wrapped decorated New twice Plain unknown len print"
)


@pytest.mark.parametrize(
    "body",
    [
        *(f"return {name}(SETUP)" for name in NOT_FOLLOWED.split()),
        "return more(cfg=SETUP)",
        "return unpacked(**SETUP)",
        "return late(SETUP, ['a'])",
        "return make(*[1], SETUP)",
        "return make(*SETUP)",
        "cfg = SETUP\ncfg = {}\nreturn cfg['a']",
        "cfg, n = SETUP, 1\nreturn cfg['a']",
        "cfg = other = SETUP\nreturn cfg['a']",
        "cfg = SETUP\nreturn cfg",
        "(cfg := SETUP)\nreturn cfg['a']",
        "class C:\n    cfg = SETUP\nreturn C.cfg['a']",
        "return (lambda: SETUP)()['a']",
        "return LIST[0].make(SETUP)",
        "return {'cfg': SETUP}",
        "return [SETUP]",
        "return map(make, [SETUP])",
        "key = 'a'\nfor key in LIST: pass\nreturn SETUP[key]",
        "return [SETUP[key] for key in LIST]",
        "return [SETUP[a] for a, b in ('ab', 'cd')]",
        "for key in ('a', 'b'):\n    key = key * 2\n    print(SETUP[key])",
        "def make(c): return c.items()\nreturn make(SETUP)",
        "from somewhere import make\nreturn make(SETUP)",
    ],
)
def test_setup_is_not_followed_where_it_is_not_certain(body):
    assert reads(f"KEY = 'k'\n{MAKERS}", body) is None


def test_setup_is_followed_into_local_modules():
    files = {
        "helper.py": "from tools.deep import make as inner\nKEY = 'k'\n"
        "def make(cfg): return inner(cfg, cfg[KEY])\n"
        "class Net:\n    'A net.'\n    depth: int = 2\n"
        "    def __init__(self, cfg): self.n = cfg.get('n')\n"
        "def keeps(cfg):\n    global CFG\n    CFG = cfg\n",
        "tools/__init__.py": "",
        "tools/deep.py": "def make(cfg, k): return cfg['lr']\n",
    }
    assert reads("import helper", "return helper.make(SETUP)", files) == {"k", "lr"}
    assert reads("from helper import Net", "return Net(SETUP)", files) == {"n"}
    both = "cfg = SETUP\nreturn h.Net(cfg), h.make(cfg)"
    assert reads("import helper as h", both, files) == {"k", "lr", "n"}
    assert reads("import helper", "return helper.keeps(SETUP)", files) == set()
    assert reads("import helper", "helper.keeps(SETUP)\nreturn helper.CFG['a']", files) == {"a"}
    assert reads("import helper\nhelper.make = print", "return helper.make(SETUP)", files) is None


def test_the_place_of_a_read_is_in_the_helper():
    files = {"helper.py": "def make(cfg):\n    return cfg['lr']\n"}
    (site,) = trial("import helper", "return helper.make(SETUP)", files).access.read_sites
    place = site.module, site.span.line, site.span.column
    assert (place, site.why) == (("helper", 2, 12), "reads 'lr'")


KEPT = """
import abc, copy, torch
from torch import nn
CFG = SETUP
EARLY = LATE = None
def init(cfg):
    global LATE
    LATE = cfg
def config(): return SETUP
def chosen(name): return CFG if name else SETUP
class Trainer:
    cfg = None
    depth = 2
    def __init__(self, cfg, n=1):
        self.cfg = cfg
        self.n = n
    def fit(self): return self.cfg["lr"] * self._step(self.cfg)
    def _step(self, config): return config.get("steps", 1) if "wd" in self.cfg else 0
class Deep(Trainer):
    def __init__(self, cfg):
        super().__init__(cfg, 2)
        self.deep = cfg["depth"]
    def _step(self, config): return config["deep"]
class Net(nn.Module):
    def __init__(self, config=None):
        super().__init__()
        self.config = CFG if config is None else config
    def forward(self, x): return x * self.config["width"]
class Whole(Trainer):
    def show(self): print(self.cfg)
class Viewed(Trainer):
    @property
    def cfg(self): return {}
class Dumped(Trainer):
    def dump(self): return vars(self)
class Looked(Trainer):
    def look(self, name): return getattr(self, name)
class Optimizing(Trainer):
    def optimizer(self, name): return getattr(torch.optim, name)(self.cfg["lr"])
class Foreign(Base):
    def __init__(self, cfg): self.cfg = cfg
@mark
class Marked:
    def __init__(self, cfg): self.cfg = cfg
class Listed:
    def __init__(self, cfg): self.cfgs = [cfg]
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return CFG['a']", {"a"}),
        ("return CFG.get('a'), 'b' in CFG", {"a", "b"}),
        ("cfg = CFG\nreturn cfg['a']", {"a"}),
        ("cfg = copy.deepcopy(CFG)\nreturn cfg['a']", {"a"}),
        ("return dict(CFG)", None),
        ("return [CFG]", None),
        ("return globals()['CFG']['a']", None),
        ("init(SETUP)\nreturn LATE['a']", {"a"}),
        ("return config()['a']", {"a"}),
        ("cfg = config()\nreturn cfg['a']", {"a"}),
        ("return chosen(1)['a']", {"a"}),
        ("return config", None),
        ("return list(map(config, [1]))", None),
        ("return Trainer(SETUP).fit()", {"lr", "steps", "wd"}),
        ("return Trainer(SETUP).cfg['a']", {"a", "lr", "steps", "wd"}),
        ("trainer = Trainer(SETUP)\nreturn trainer.cfg.get('a')", {"a", "lr", "steps", "wd"}),
        ("return Trainer(SETUP).cfg", None),
        ("return Trainer(CFG).fit()", {"lr", "steps", "wd"}),
        ("return Trainer({}).fit()", set()),
        ("return Deep(SETUP).fit()", {"lr", "steps", "wd", "depth", "deep"}),
        ("return Net()(2)", {"width"}),
        ("return Net(SETUP)(2)", {"width"}),
        ("return Net(SETUP)(2).config", None),
        ("return Whole(SETUP)", None),
        ("return Viewed(SETUP)", None),
        ("return Dumped(SETUP)", None),
        ("return Looked(SETUP)", None),
        ("return Optimizing(SETUP)", {"lr", "steps", "wd"}),
        ("return Foreign(SETUP)", None),
        ("return Marked(SETUP)", None),
        ("return Listed(SETUP)", None),
        ("return Trainer(SETUP).__dict__", None),
        ("return getattr(Trainer(SETUP), 'cfg')", None),
        ("import pickle\nreturn pickle.dumps(Trainer(SETUP))", None),
        ("return torch.save(Trainer(SETUP), 'file')", None),
        ("match Trainer(SETUP):\n    case Trainer(cfg=c): return c", None),
    ],
)
def test_setup_is_followed_where_it_is_kept(body, expected):
    assert reads(KEPT, body) == expected


@pytest.mark.parametrize(
    ("settings", "use", "expected"),
    [
        ("from mlx2smk import SETUP\nCFG = SETUP\n", "settings.CFG['a']", {"a"}),
        ("from mlx2smk import SETUP\nCFG = SETUP\n", "settings.dump()", None),
        ("import mlx2smk\nCFG = mlx2smk.SETUP\n", "named['a'], settings.CFG['b']", {"a", "b"}),
        ("import mlx2smk\nCFG = mlx2smk.SETUP\n", "settings.own()", {"own"}),
        ("import mlx2smk\nCFG = mlx2smk.SETUP\n", "vars(settings)", None),
        ("import mlx2smk\nCFG = mlx2smk.SETUP\n", "settings.Holder().get()", {"held"}),
    ],
)
def test_setup_is_followed_where_a_local_module_keeps_it(settings, use, expected):
    rest = (
        "def own(): return CFG['own']\ndef dump(): return dict(CFG)\n"
        "class Holder:\n    def __init__(self): self.kept = CFG\n"
        "    def get(self): return self.kept['held']\n"
    )
    files = {"settings.py": settings + rest}
    before = "import settings\nfrom settings import CFG as named"
    assert reads(before, f"return {use}", files) == expected


# ------------------------------------------------------------------ writes

UPDATERS = """
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypedDict
LIST = []
UPDATE = {"a": 1}
def made():
    if LIST: return {"m": 1}
    found = dict(n=1)
    if KEY: return found or None
    return found
def looped(): return looped() if LIST else LIST
def yielded(): yield {"a": 1}
@lru_cache
def cached(): return {"a": 1}
def kept_by_itself():
    u = {"a": 1}
    LIST.append(u)
    return u
def fill(u): u["f"] = 1
def passed_back(u): return u
def result(x, update=None): return {"x": x, "context_update": update}
def keywords(x, **update): return {"x": x, "context_update": update}
def loose(update):
    LIST.append(update)
    return {"context_update": update}
@dataclass
class Result:
    score: int
    context_update: dict = field(default_factory=dict)
@dataclass
class Checked:
    context_update: dict
    def __post_init__(self): self.fill()
@dataclass
class Described:
    "Its fields."
    for score in range(2): pass
    context_update: dict
class Row(NamedTuple):
    score: int
    context_update: dict
class Typed(TypedDict):
    context_update: dict
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return {'x': 1}", set()),
        ("return json.load(file)", set()),
        ("return {'context': 1, 'up': 2, 'date': 3}", set()),
        ("return {'update': 1, 'con': 2}", set()),
        ("return {'context_update': {'a': 1, 'b': 2}}", {"a", "b"}),
        ("return {'context_update': {}}", set()),
        ("return {'context_update': None}", set()),
        ("return dict(x=1, context_update={'a': 1})", {"a"}),
        ("return {'context_update': dict(a=1, b=2)}", {"a", "b"}),
        ("return {'context_update': {KEY: 1}}", {"k"}),
        ("return {'context_update': {'a': 1} if x else {'b': 1}}", {"a", "b"}),
        ("r = {}\nr['context_update'] = {'a': 1}\nreturn r", {"a"}),
        ("u = {'a': 1}\nu['b'] = 2\nreturn {'context_update': u}", {"a", "b"}),
        ("u: dict = {'a': 1}\nreturn {'context_update': u}", {"a"}),
        ("return {**other, 'context_update': {'a': 1}}", {"a"}),
        (
            "if x: return {'context_update': {'a': 1}}\nreturn {'context_update': {'b': 1}}",
            {"a", "b"},
        ),
        ("'''Makes a context_update.'''\nreturn 1", set()),
        ("def f(): return {'context_update': {'a': 1}}\nreturn f()", {"a"}),
        ("return helper()", {"h"}),
        ("context_update = {'a': 1}\nreturn {'context_update': context_update}", {"a"}),
        ("u = {'a': 1}\nif x: u = {'b': 1}\nreturn {'context_update': u}", {"a", "b"}),
        ("u = {}\nu['best'] = 1\nreturn {'context_update': u}", {"best"}),
        ("u = dict(a=1)\nu.update(b=2, **{'c': 3})\nreturn {'context_update': u}", {"a", "b", "c"}),
        (
            "u = {}\nu.update({'a': 1})\nu.setdefault('b', u.get('z'))\nreturn {'context_update': u}",
            {"a", "b"},
        ),
        ("u = {}\nu |= {'a': 1}\nreturn {'context_update': u or None}", {"a"}),
        ("u = {}\nfor k in ('a', 'b'): u[k] = 1\nreturn {'context_update': u}", {"a", "b"}),
        ("return {'context_update': {k: 1 for k in ('a', KEY)}}", {"a", "k"}),
        ("return {'context_update': {'a': 1} | {'b': 2}}", {"a", "b"}),
        ("more = {'b': 2}\nreturn {'context_update': {'a': 1, **more}}", {"a", "b"}),
        (
            "u = {'a': 1}\nprint(len(u), u['a'], 'a' in u)\nif u: return {'x': 1, 'context_update': u}",
            {"a"},
        ),
        ("u = {'a': 1}\nreturn {**{'score': 1}, 'context_update': u}", {"a"}),
        ("return dict(score=1, context_update={'a': 1})", {"a"}),
        ("r = dict(score=1)\nr['context_update'] = made()\nreturn r", {"m", "n"}),
        ("return {'context_update': made()}", {"m", "n"}),
        ("u = made()\nu['b'] = 1\nreturn {'context_update': u}", {"b", "m", "n"}),
        ("def own(): return {'a': 1}\nreturn {'context_update': own()}", {"a"}),
        ("return result(1, {'a': 1})", {"a"}),
        ("return result(update={'a': 1}, x=2) if y else result(1)", {"a"}),
        ("u = {}\nu['a'] = 1\nreturn result(1, u)", {"a"}),
        ("return keywords(1, best=2, last=3)", {"best", "last"}),
        ("return keywords(1, **{'a': 1})", {"a"}),
        ("u = {}\nfill(u)\nreturn {'context_update': u}", {"f"}),
        ("return asdict(Described({'a': 1}))", {"a"}),
        ("return {'context\\x5fupdate': {'a': 1}}", {"a"}),
        ("return asdict(Result(1, {'a': 1}))", {"a"}),
        ("return asdict(Result(score=1, context_update=dict(a=1)))", {"a"}),
        ("return {'context_update': {f'a': 1}}", {"a"}),
        ("return asdict(Result(1))", set()),
        ("return Row(1, {'a': 1})._asdict()", {"a"}),
        ("return Typed(context_update={'a': 1})", {"a"}),
    ],
)
def test_keys_that_are_written(body, expected):
    before = (
        UPDATERS
        + "\nKEY = 'k'\ndef helper(): return {'context_update': {'h': 1}}\ndef unused(): return {'context_update': {'u': 1}}"
    )
    assert writes(body, before) == expected


@pytest.mark.parametrize(
    "body",
    [
        "return {'context_update': update}",
        "return {'context_update': f()}",
        "return {'context_update': {key: 1}}",
        "return {'context_update': {f'{x}': 1}}",
        "return {'context_update': {'a' + 'b': 1}}",
        "return {'context_update': {'a': 1, **more}}",
        "return {'context_update': dict(pairs)}",
        "return {'context_update': dict(**more)}",
        "return {'context_update': {k: 1 for k in 'ab'}}",
        "return {'context_update': {1: 1}}",
        "key = 'context_update'\nreturn {key: {'a': 1}}",
        "return make(context_update={'a': 1})",
        "r = {'context_update': {'a': 1}}\nr['context_update']['b'] = 2\nreturn r",
        "r.context_update = {}\nreturn r",
        'return json.loads(\'{"context_update": {"a": 1}}\')',
        "u = {'a': 1}\nf(u)\nreturn {'context_update': u}",
        "u = {'a': 1}\nu[key] = 2\nreturn {'context_update': u}",
        "u = {'a': 1}\nu |= more\nreturn {'context_update': u}",
        "u = {}\ndef f():\n    nonlocal u\n    u = more\nf()\nreturn {'context_update': u}",
        "u = v = {'a': 1}\nv['b'] = 1\nreturn {'context_update': u}",
        "return {'context_update': UPDATE}",
        "return {'context_' + 'update': {'a': 1}}",
        "name = 'context'\nreturn {f'{name}_update': {'a': 1}}",
        "return {'_'.join(['context', 'update']): {'a': 1}}",
        "return {'context{}update'.format('_'): {'a': 1}, 'update': 'context_'}",
        "return {'context_update': looped()}",
        "return {'context_update': yielded()}",
        "return {'context_update': cached()}",
        "return {'context_update': kept_by_itself()}",
        "u = {}\nLIST.append(u)\nreturn {'context_update': u}",
        "u = {}\nv = u\nv['a'] = 1\nreturn {'context_update': u}",
        "u = {}\ndef f(): u[LIST] = 1\nf()\nreturn {'context_update': u}",
        "u = {'a': 1}\nu.update(LIST)\nreturn {'context_update': u}",
        "u = {}\nfor k in LIST: u[k] = 1\nreturn {'context_update': u}",
        "return result(1, LIST)",
        "f = result\nreturn f(1, {'a': 1})",
        "return result(*LIST)",
        "return result(1, **LIST)",
        "return list(map(result, LIST))",
        "return keywords(1, **LIST)",
        "return loose({'a': 1})",
        "return asdict(Result(1, LIST))",
        "return asdict(Result(*LIST))",
        "return asdict(Result(**LIST))",
        "return asdict(Checked(context_update={'a': 1}))",
        "return Unknown(context_update={'a': 1})",
        "u = {}\ndef f(): return u\nf()['b'] = 1\nreturn {'context_update': u}",
        "u = {}\nf = lambda: u\nf()['b'] = 1\nreturn {'context_update': u}",
        "u = {}\npassed_back(u)['b'] = 1\nreturn {'context_update': u}",
        "u = {}\nv = u or {}\nv['b'] = 1\nreturn {'context_update': u}",
        "u = {}\nfor v in [u]: v['b'] = 1\nreturn {'context_update': u}",
    ],
)
def test_what_may_write_any_key(body):
    assert writes(body, UPDATERS) is None


def test_only_trials_write():
    text = (
        HEAD
        + "@trial(1, {})\ndef t(): return 1\n@verify(['t'])\ndef v(r): return r['t'][0]['context_update']\n"
    )
    assert analysed(text)["v"].access.writes == NO_KEYS


def test_updates_made_in_a_local_module():
    files = {
        "helper.py": "def f(): return {'context_update': {'a': 1}}\ndef g(): return {'context_update': x}\n"
    }
    assert writes("return helper.f()", "import helper", files) == {"a"}
    assert writes("return helper.g()", "import helper", files) is None


def test_write_sites_say_where_and_why():
    sites = trial("", "return {'context_update': {'a': 1, **b}}").access.write_sites
    assert [(site.keys, site.span.line, site.span.column, site.why) for site in sites] == [
        (Keys.of("a"), 5, 32, "writes 'a'"),
        (ANY, 5, 31, "the keys come from a **"),
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return asdict(Result(*LIST))", "the fields come from a *"),
        ("return asdict(Result(**LIST))", "the fields come from a **"),
        ("return make(context_update={})", "context_update is handed to make"),
        ("r.context_update = {}", "context_update is an attribute"),
        ("k = 'context_update'", "context_update is named outside a dict display"),
        ("k = b'context_update'", "context_update is named outside a dict display"),
        ("return {f'context{x}_update': 1}", "context_update may be put together"),
    ],
)
def test_why_any_key_may_be_written(body, why):
    (site,) = (site for site in trial(UPDATERS, body).access.write_sites if site.keys == ANY)
    line = (HEAD + UPDATERS).count("\n") + len(["", "@trial", "def", body])
    assert (site.span.line, site.why) == (line, why)


# ------------------------------------------------------------------ trials that verifications read


def trials_read(body, signature="results"):
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    text = HEAD + (
        "KEY = 't'\n"
        "@trial(1, {})\ndef t(): return 1\n@trial(2, {})\ndef u(): return 1\n"
        f"@verify(['t'])\ndef v({signature}):\n{lines}"
    )
    return analysed(text)["v"].trials_read.names


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return True", set()),
        ("return results['t'][0]", {"t"}),
        ("return results.get('t', [])", {"t"}),
        ("return 't' in results", {"t"}),
        ("return [r for r in results['t']]", {"t"}),
        ("return (lambda: results['u'])()", {"u"}),
        ("def f(): return results['t']\nreturn f(), results['u']", {"t", "u"}),
        ("def f(results): return results['u']\nreturn f({}), results['t']", {"t"}),
        ("return results[KEY]", {"t"}),
        ("return results['other']", set()),
    ],
)
def test_trials_that_a_verification_reads(body, expected):
    assert trials_read(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "return results",
        "return results.items()",
        "return results[x]",
        "return [r for r in results]",
        "return f(results)",
        "results = {}\nreturn results['t']",
        "results['t'] = 1",
        "return locals()",
        "return eval('results')",
        "return sys._getframe().f_locals['results']['u']",
        "return getattr(inspect.currentframe(), 'f_locals')['results']['u']",
        "return inspect.getargvalues(inspect.currentframe())",
    ],
)
def test_verifications_that_may_read_all_trials(body):
    assert trials_read(body) == {"t", "u"}


def test_the_first_parameter_is_what_counts():
    assert trials_read("return a['t'], b", "a, b=1") == {"t"}
    assert trials_read("return a['t']", "*a") == {"t", "u"}
    assert trials_read("return a['t']", "a, /") == {"t"}


def test_only_verifications_have_trials_that_they_read():
    assert trial("", "return 1").trials_read == NO_KEYS


RECORD = """
from typing import TypedDict, NamedTuple
class Result(NamedTuple):
    score: int
    context_update: dict
"""


def test_an_update_that_only_another_module_names():
    before = "from helper import Result"
    body = "return Result(1, {'a': 1})._asdict()"
    assert writes(body, before, files={"helper.py": RECORD}) == {"a"}
    assert writes("return Result(1, x)._asdict()", before, files={"helper.py": RECORD}) is None


def test_pieces_of_the_name_in_several_modules():
    files = {"helper.py": "START = 'context'"}
    body = "return {f'{helper.START}_' + 'update': {'a': 1}}"
    assert writes(body, "import helper", files=files) is None
    assert writes("return {helper.START: 'date'}", "import helper", files=files) == set()
