"""Code that only fills a container does not depend on what others put into it.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.running_slices import check_slice, outcome
from tests.support.sliced_texts import digest, kept, trial

REGISTER = "def register(k):\n def add(c):\n  {fill}\n  return c\n return add\n"
CLASSES = (
    "@register('a')\nclass A:\n def run(self): return 1\n"
    "@register('b')\nclass B:\n def run(self): return 2\n"
)
FILLS = [
    ("{}", "R[k] = c"),
    ("{}", "R.update({k: c})"),
    ("{}", "R.setdefault(k, c)"),
    ("{}", "R.setdefault(k, []).append(c)"),
    ("{}", "R.setdefault(k, {}).update(a=c)"),
    ("[]", "R.append(c)"),
    ("set()", "R.add(c)"),
    ("{}", "if k in R: raise KeyError(k, R[k])\n  R[k] = c"),
    ("{}", "if k and k in R:\n   raise KeyError(k)\n  R[k] = c"),
    ("{}", "assert k not in R, k\n  R[k] = c"),
]


@pytest.mark.parametrize(("new", "fill"), FILLS)
def test_a_class_that_is_used_by_name_needs_no_other_entries(new, fill):
    registry = f"R = {new}\n{REGISTER.format(fill=fill)}"
    lines = kept(registry + CLASSES, "return A().run()")
    assert lines[-3:] == CLASSES.split("\n")[:3]
    assert agrees(registry + CLASSES, "return A().run()") == 1
    # who reads it needs them all
    assert kept(registry + CLASSES, "return len(R), A().run()")[-3:] == CLASSES.split("\n")[3:6]
    assert agrees(registry + CLASSES, "return len(R), A().run()") == (2, 1)
    reading = f"{registry}{CLASSES}def count(): return len(R)\n"
    assert agrees(reading, "return A().run(), count()") == (1, 2)


@pytest.mark.parametrize(("new", "fill"), FILLS)
@pytest.mark.parametrize("imported", ["from reg import register", "from reg import *"])
def test_entries_of_other_modules(new, fill, imported):
    files = {
        "reg.py": f"R = {new}\n{REGISTER.format(fill=fill)}\ndef count(): return len(R)\n",
        "a.py": f"{imported}\n" + CLASSES[: CLASSES.index("@register('b')")],
        "b.py": f"{imported}\n" + CLASSES[CLASSES.index("@register('b')") :],
    }
    before = "from a import A\nfrom b import B\nimport reg"
    found = trial(before, "return A().run()", files)
    assert [each.name for each in found.slice.modules] == ["a", "reg"]
    for body in (
        "return reg.count(), A().run()",
        "return len(reg.R), A().run()",
        "return len(getattr(reg, 'R'))",
    ):
        found = trial(before, body, files)
        assert [each.name for each in found.slice.modules] == ["a", "b", "reg"]


def test_an_edit_of_another_entry_runs_nothing_again():
    registry = "R = {}\n" + REGISTER.format(fill="R[k] = c")
    for old, new, body, same in (
        ("return 2", "return 3", "return A().run()", True),
        ("'b'", "'c'", "return A().run()", True),
        ("return 1", "return 3", "return A().run()", False),
        ("'a'", "'c'", "return A().run()", False),
        ("R[k] = c", "R[k] = 1", "return A().run()", False),
        ("return 2", "return 3", "return R['b']().run()", False),
        ("return 2", "return 3", "return [f().run() for f in R.values()]", False),
    ):
        text = registry + CLASSES
        assert text.count(old) == 1
        assert (digest(text, body) == digest(text.replace(old, new), body)) == same, (old, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        # what is registered depends on what is there
        ("R = {}\ndef register(c):\n R[len(R)] = c\n c.n = len(R)\n return c\n", "return A.n"),
        ("R = {}\ndef register(c):\n c.n = len(R)\n R[c] = c\n return c\n", "return B.n"),
        ("R = []\ndef register(c):\n R.append(c)\n c.n = R.index(c)\n return c\n", "return B.n"),
        ("R = []\ndef register(c):\n R.append(c)\n return R[0]\n", "return B().run()"),
        ("R = []\ndef register(c, r=R):\n r.append(c)\n c.n = len(r)\n return c\n", "return B.n"),
        ("R = []\ndef register(c):\n r = R\n r.append(c)\n c.n = len(r)\n return c\n", "return B.n"),
        ("R = []\ndef register(c):\n R.append(c)\n c.all = R\n return c\n", "return len(B.all)"),
        ("R = {}\ndef register(c):\n c.n = R.setdefault('n', c).__name__\n return c\n", "return B.n"),
        ("R = {}\ndef register(c):\n if R: c.n = 1\n else: c.n = 2\n R[c] = 1\n return c\n", "return B.n"),
        ("R = {}\ndef register(c):\n if c in R: raise KeyError\n else: c.n = len(R)\n R[c] = 1\n return c\n", "return B.n"),
        # under another name
        ("R = []\nS = R\ndef register(c):\n R.append(c)\n return c\n", "return B().run(), len(S)"),
        ("R = []\ndef register(c):\n R.append(c)\n return c\ndef look(): return globals()['R']\n", "return B().run(), len(look())"),
        ("R = []\ndef register(c):\n R.append(c)\n return c\ndef look(n): return eval(n)\n", "return B().run(), len(look('R'))"),
        ("R = []\ndef register(c):\n R.append(c)\n return c\nclass H: all = R\n", "return B().run(), len(H.all)"),
        ("R = []\ndef register(c):\n R.append(c)\n return c\nf = lambda: len(R)\n", "return B().run(), f()"),
    ],
)  # fmt: skip
def test_what_depends_on_other_entries(program, body):
    classes = CLASSES.replace("register('a')", "register").replace("register('b')", "register")
    agrees(program + classes, body)


@pytest.mark.parametrize(
    ("program", "body"),
    [
        # whether a run fails is part of its result
        (
            "R = set()\ndef once(k):\n if k in R: raise ValueError(k)\n R.add(k)\nonce('a')\n",
            "try:\n    once('a')\nexcept ValueError:\n    return 1",
        ),
        (
            "R = set()\ndef once(k):\n assert k not in R\n R.add(k)\nR.add('a')\n",
            "try:\n    once('a')\nexcept AssertionError:\n    return 1",
        ),
        (
            "R = set()\nR.add('a')\ndef known(k):\n if k not in R: raise ValueError(k)\n return k\nX = known('a')\n",
            "return X",
        ),
        (
            "R = set()\nR.add('a')\ndef known(k):\n if k not in R: raise ValueError(k)\n return k\n",
            "return known('a')",
        ),
        ("R = {}\nR['a'] = []\ndef add(k): R[k].append(1)\nadd('a')\n", "add('a')\nreturn 1"),
    ],
)
def test_checks_that_may_fail_in_runs(program, body):
    agrees(program, body)


def test_a_reader_that_is_found_late():
    files = {
        "reg.py": "R = {}\ndef register(c):\n R[c.__name__] = c\n return c\n",
        "a.py": "import reg\n@reg.register\nclass A:\n n = 1\n def run(self): return look()\ndef look(): return more()\n"
        "def more(): return sorted(reg.R)\n",
        "b.py": "from reg import register\n@register\nclass B: pass\n",
    }
    for before, body in (
        ("import a, b", "return a.A().run()"),
        ("import a, b, reg", "return count(reg), a.A().n"),
    ):
        counting = f"{before}\ndef count(m): return len(m.R)"
        found = trial(counting, body, files)
        assert [each.name for each in found.slice.modules] == ["a", "b", "reg"]


INSTANCE = """class Registry:
    def __init__(self, name):
        self._name = name
        self._items = {}
        self.order = []
    def register(self, name=None, force=False):
        def add(c):
            self._add(c, name, force)
            return c
        return add
    def _add(self, c, name, force):
        if not force and (name or c.__name__) in self._items:
            raise KeyError(f"{name} is in {self._name}: {self._items}")
        self._items[name or c.__name__] = c
        self.order.append(name)
    def plain(self, c):
        self._items[c.__name__] = c
        return c
    def numbered(self, c):
        self._items[c.__name__] = c
        c.number = len(self._items)
        return c
    def kept(self, c):
        c.registry = self
        self._items[c.__name__] = c
        return c
    def wrapped(self, c):
        self._items[c.__name__] = c
        return lambda: (c(), len(self._items))
    def first(self, c):
        self.order.append(c)
        return self.order[0]
    def handed(self, c):
        note(self)
        self._items[c.__name__] = c
        return c
    def build(self, name): return self._items[name]()
    def count(self): return len(self._items)
def note(r): pass
MODELS = Registry("models")
"""


@pytest.mark.parametrize("use", ["@MODELS.register('a')", "@MODELS.register()", "@MODELS.plain"])
def test_a_class_of_a_registry_that_is_an_instance_needs_no_others(use):
    classes = f"{use}\nclass A:\n n = 1\n{use.replace('a', 'b') if 'a' in use else use}\nclass B:\n n = 2\n"
    classes = classes.replace("@MODELS.plbin", "@MODELS.plain")
    lines = kept(INSTANCE + classes, "return A.n")
    assert lines[-3:] == [use, "class A:", " n = 1"]
    assert agrees(INSTANCE + classes, "return A.n, B().n") == (1, 2)
    for body in (
        "return MODELS.count(), A.n",
        "return len(MODELS._items), A.n",
        "r = MODELS\nreturn r.count(), A.n",
    ):
        assert agrees(INSTANCE + classes, body) == (2, 1)
    files = {
        "reg.py": INSTANCE,
        "a.py": "from reg import MODELS\n" + classes[: classes.index("class B")].rsplit("@", 1)[0],
        "b.py": "from reg import MODELS\n@MODELS.plain\nclass B: pass\n",
    }
    found = trial("import a, b, reg", "return a.A.n", files)
    assert [each.name for each in found.slice.modules] == ["a", "reg"]
    found = trial("import a, b, reg", "return a.A.n, reg.MODELS.count()", files)
    assert [each.name for each in found.slice.modules] == ["a", "b", "reg"]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("numbered", "return B.number"),
        ("kept", "return B.registry.count()"),
        ("wrapped", "return B()[1]"),
        ("first", "return B.n"),
        ("handed", "return B.n, len(held)"),
    ],
)
def test_methods_that_look_into_their_registry(method, body):
    held = INSTANCE.replace("def note(r): pass", "held = []\ndef note(r): held.extend(r._items)")
    classes = f"@MODELS.{method}\nclass A:\n n = 1\n@MODELS.{method}\nclass B:\n n = 2\n"
    agrees(held + classes, body)


def test_a_registry_with_methods_of_the_names_of_pythons():
    own = (
        "class Registry:\n def __init__(self): self.items = []\n"
        " def append(self, c):\n  self.items.append(c)\n  c.n = len(self.items)\n"
        " def __setitem__(self, k, c):\n  self.items.append(c)\n  c.n = len(self.items)\n"
        "R = Registry()\ndef register(c):\n R.append(c)\n return c\n"
        "def put(c):\n R['a'] = c\n return c\n"
    )
    for use in ("@register", "@put"):
        classes = f"{use}\nclass A: pass\n{use}\nclass B: pass\n"
        assert agrees(own + classes, "return B.n") == 2


ONCE = """R = {}
def register(name):
    if name in R: raise KeyError(name)
    def put(f):
        R[name] = f
        return f
    return put
class Table:
    def __init__(self): self.items = {}
    def put(self, name, f):
        if name in self.items: raise KeyError(name)
        self.items[name] = f
T = Table()
"""


@pytest.mark.parametrize(
    "use",
    [
        "register('a')(1)\ntry:\n    register('a')(2)\n    A = 1\nexcept KeyError: pass",
        "register('a')(1)\ntry:\n    @register('a')\n    def A(): pass\nexcept Exception: pass",
        "register('a')(1)\nimport contextlib\nwith contextlib.suppress(KeyError):\n    register('a')(2)\n    A = 1",
        "register('a')(1)\nfor i in [1]:\n    try:\n        register('a')(2)\n        A = 1\n    finally:\n        break",
        "T.put('a', 1)\ntry:\n    T.put('a', 2)\n    A = 1\nexcept: pass",
        "register('a')(1)\ntry:\n    from plug import A\nexcept KeyError: pass",
        "register('a')(1)\ntry:\n    import importlib\n    A = importlib.import_module('plug').A\nexcept KeyError: pass",
    ],
)
def test_a_second_entry_may_be_found_where_the_program_goes_on(tmp_path, use):
    plug = "from reg import register\n@register('a')\ndef A(): pass\n"
    files = {"reg.py": ONCE, "plug.py": plug}
    check_slice(tmp_path, f"from reg import register, T\nA = 0\n{use}", "return A", files)
    assert outcome(tmp_path / "whole", {}) == "0\n"


def test_a_second_entry_ends_the_program_where_only_modules_may_be_missing():
    use = "try:\n    import other\nexcept ImportError:\n    other = None\n@register('a')\ndef a(): return 1\n"
    files = {
        "reg.py": ONCE,
        "other.py": "from reg import register\n@register('b')\ndef b(): pass\n",
    }
    found = trial(f"from reg import register\n{use}", "return a()", files)
    assert [each.name for each in found.slice.modules] == ["reg"]
