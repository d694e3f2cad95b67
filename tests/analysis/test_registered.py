"""Of classes that their base keeps in a registry, a slice has those that it names, and those that it looks up.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import analysed, kept, trial

BASE = "class Base:\n known = {{}}\n def __init_subclass__(cls{more}):\n  {fill}\n"
CLASSES = (
    "class A(Base{a}):\n label = 'a'\n def run(self, x): return [x, 1]\n"
    "class B(Base{b}):\n label = 'b'\n def run(self, x): return [x, 2]\n"
    "class C(A{c}):\n label = 'c'\n def run(self, x): return [x, 3]\n"
)
NO_KEYWORDS = {"a": "", "b": "", "c": ""}
KEYWORDS = {each: f", key='{each}'" for each in "abc"}
HOOKS = [
    (("", "Base.known[cls.__name__] = cls"), NO_KEYWORDS, "ABC"),
    (("", "cls.known[cls.__name__] = cls"), NO_KEYWORDS, "ABC"),
    (("", "cls.known[cls.__name__.lower()] = cls"), NO_KEYWORDS, "abc"),
    (("", "cls.known[cls.__qualname__[0]] = cls"), NO_KEYWORDS, "ABC"),
    (("", "cls.known[cls.label] = cls"), NO_KEYWORDS, "abc"),
    ((", key", "cls.known[key] = cls"), KEYWORDS, "abc"),
    ((", *, key=None", "Base.known[key] = cls"), KEYWORDS, "abc"),
    ((", key=None, **more", "super().__init_subclass__(**more); Base.known[key] = cls"), KEYWORDS, "abc"),
    ((", key=None", "cls.key = key; Base.known[key] = cls"), KEYWORDS, "abc"),
    ((", key=None", "if key: Base.known[key] = cls"), KEYWORDS, "abc"),
]  # fmt: skip


def program(hook, keywords):
    more, fill = hook
    return BASE.format(more=more, fill=fill) + CLASSES.format(**keywords)


def modules(hook, keywords):
    more, fill = hook
    return {
        "base.py": BASE.format(more=more, fill=fill) + "def count(): return len(Base.known)\n",
        "a.py": f"from base import Base\n{CLASSES.format(**keywords).partition('class B')[0]}",
        "b.py": "from base import Base\nclass B"
        + CLASSES.format(**keywords).split("class ")[2][1:],
        "c.py": "from a import A\nclass C" + CLASSES.format(**keywords).split("class ")[3][1:],
    }


def classes(lines):
    return [
        line.split("(")[0].removeprefix("class ")
        for line in lines
        if line.startswith("class ") and "(" in line
    ]


@pytest.mark.parametrize(("hook", "keywords", "keys"), HOOKS)
def test_what_is_looked_up(hook, keywords, keys):
    text, (a, b, c) = program(hook, keywords), keys
    for body, needed in [
        ("return A().run(1)", ["A"]),
        ("return C().run(1)", ["A", "C"]),
        (f"return Base.known['{b}']().run(1)", ["B"]),
        (f"return Base.known.get('{c}', A)().run(1)", ["A", "C"]),
        (f"return '{b}' in Base.known, 'Z' not in Base.known", ["B"]),
        (f"return [Base.known[k]().run(1) for k in ('{a}', '{b}')]", ["A", "B"]),
        (f"return A.known['{b}']().run(1)", ["A", "B"]),
        ("return isinstance(1, Base)", []),
        ("return len(Base.known)", ["A", "B", "C"]),
    ]:
        assert classes(kept(text, body)) == needed
        assert agrees(text, body) is not None


@pytest.mark.parametrize(("hook", "keywords", "keys"), HOOKS)
def test_what_is_looked_up_in_other_modules(hook, keywords, keys):
    files, (_, b, c) = modules(hook, keywords), keys
    before = "from a import A\nfrom b import B\nfrom c import C\nfrom base import Base\nimport base"
    for body, needed in [
        ("return A().run(1)", "a"),
        ("return C().run(1)", "ac"),
        (f"return Base.known['{b}']().run(1)", "b"),
        (f"return '{c}' in base.Base.known", "ac"),
        ("return base.count()", "abc"),
        ("return [name for name in base.Base.known]", "abc"),
    ]:
        found = trial(before, body, files)
        assert [each.name for each in found.slice.modules if each.name != "base"] == [*needed]
        assert agrees(before, body, files) is not None


def test_a_parameter_that_decides():
    text = program(*HOOKS[0][:2])
    head = "from decorators import trial\n"
    found = analysed(
        f"{head}{text}\n@trial(1, {{'k': ['A', 'B']}})\ndef t(k): return Base.known[k]().run(1)\n"
    )["t"]
    assert found.variants.deciding == ("k",)
    assert [classes(each.slice.text.split("\n")) for each in found.variants.found] == [["A"], ["B"]]
    assert classes(found.slice.text.split("\n")) == ["A", "B"]


SIMPLE = program(*HOOKS[0][:2])


@pytest.mark.parametrize(
    "body",
    [
        "return sorted(Base.known)",
        "return [k for k in Base.known]",
        "known = Base.known\nreturn sorted(known)",
        "return (lambda t: sorted(t))(Base.known)",
        "return sorted(A().known)",
        "return sorted(type(A()).known)",
        "return sorted(getattr(Base, 'known'))",
        "return sorted(getattr(A, 'known'))",
        "return sorted(vars(Base)['known'])",
        "return [sorted(v) for v in vars(Base).values() if type(v) is dict]",
        "return [sorted(v) for v in Base.__dict__.values() if type(v) is dict]",
        "return [sorted(getattr(Base, n)) for n in dir(Base) if type(getattr(Base, n)) is dict]",
        "import inspect\nreturn [sorted(v) for n, v in inspect.getmembers(Base) if n[0] != '_' and type(v) is dict]",
        "import operator\nreturn sorted(operator.attrgetter('known')(Base))",
        "return Base.known.pop('A').__name__, len(Base.known)",
        "return sorted(Base.known | {})",
        "return sorted({**Base.known})",
        "return bool(Base.known)",
        "return Base.known != {}",
        "return [f() for f in [Base.known.keys]][0] and len(Base.known)",
        "try:\n    return Base.known[chr(90)]\nexcept KeyError:\n    return sorted(Base.known)",
        "k = chr(66)\nreturn Base.known[k]().run(1)",
        "return eval('sorted(Base.known)')",
        "return sorted(c.__name__ for c in Base.__subclasses__())",
        "match A():\n    case Base(known=k):\n        return sorted(k)",
    ],
)  # fmt: skip
def test_other_uses_find_all(body):
    assert agrees(SIMPLE, body)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        # hooks that do more
        (f"{BASE.format(more='', fill='Base.known[cls.__name__] = cls; Base.order.append(cls.__name__)')} order = []\n", "Base.order"),
        (f"{BASE.format(more='', fill='Base.known[cls.__name__] = cls; Base.last = cls.__name__')} last = 0\n", "Base.last"),
        (f"{BASE.format(more='', fill='Base.known[cls.__name__] = cls; Base.n += 1')} n = 0\n", "Base.n"),
        (f"{BASE.format(more='', fill='Base.known[cls.__name__] = cls; cls.all += [cls.__name__]')} all = []\n", "Base.all"),
        (f"{BASE.format(more='', fill='Base.known[cls.__name__] = Base.known[0] = cls')}", "Base.known[0].__name__"),
        (f"{BASE.format(more='', fill='Base.known[0], Base.known[1] = cls, cls.__name__')}", "Base.known[1]"),
        (f"{BASE.format(more='', fill='for key in [cls.__name__, 0]: Base.known[key] = cls')}", "Base.known[0].__name__"),
        (f"{BASE.format(more='', fill='key = 0; Base.known[key] = cls')}", "Base.known[0].__name__"),
        (f"{BASE.format(more=', key=1', fill='key = 0; Base.known[key] = cls')}", "Base.known[0].__name__"),
        (f"{BASE.format(more='', fill='Base.known[len(Base.known)] = cls')}", "Base.known[1].__name__"),
        (f"{BASE.format(more='', fill='Base.known.setdefault(0, cls)')}", "Base.known[0].__name__"),
        (f"{BASE.format(more='', fill='Base.known[0] = cls')}", "Base.known[0].__name__"),
        (f"{BASE.format(more='', fill='Base.known[cls.label] = cls')} label = 0\n", "Base.known['a'].__name__"),
        (f"R = []\n{BASE.format(more='', fill='Base.known[cls.__name__] = cls; R.append(cls)')}", "len(R)"),
        (f"def note(c): Base.n.append(1)\n{BASE.format(more='', fill='Base.known[cls.__name__] = cls; note(cls)')} n = []\n", "len(Base.n)"),
        ("class Top:\n n = []\n def __init_subclass__(cls): Top.n.append(cls.__name__)\n" + BASE.format(more="", fill="super().__init_subclass__(); Base.known[cls.__name__] = cls").replace("class Base", "class Base(Top)"), "Top.n"),
        # classes that hide the registry, or have hooks of their own
        (f"{SIMPLE}class D(Base):\n known = {{}}\nclass E(D): pass\n", "sorted(D.known), sorted(Base.known)"),
        (f"{SIMPLE}class D(Base):\n def __init_subclass__(cls): Base.known['D2'] = cls\nclass E(D): pass\n", "Base.known['D2'].__name__"),
        (f"{SIMPLE}class D(Base): known = 'A'\n", "D.known"),
        # what puts other things into it
        (f"{SIMPLE}Base.known['X'] = A\n", "Base.known['X'].__name__"),
        (f"{SIMPLE}Base.known['A'] = B\n", "Base.known['A'].__name__"),
        (f"{SIMPLE}Base.known.update(A=B)\n", "Base.known['A'].__name__"),
        (f"{SIMPLE}del Base.known['A']\n", "Base.known.get('A')"),
        (f"{SIMPLE}Base.known = {{'A': B}}\n", "Base.known['A'].__name__"),
        (f"{SIMPLE}setattr(Base, 'known', {{'A': B}})\n", "Base.known['A'].__name__"),
        (f"{SIMPLE}def put(t): t['A'] = B\nput(Base.known)\n", "Base.known['A'].__name__"),
        # definitions that replace each other, or are made in other ways
        (f"{SIMPLE}class A(Base):\n def run(self, x): return 7\n", "Base.known['A']().run(1)"),
        (f"{SIMPLE}class D(Base):\n def run(self, x): return 7\nD.__name__ = 'E'\n", "Base.known['D'].__name__"),
        (f"{SIMPLE}if 1:\n class D(Base): pass\n", "Base.known['D'].__name__"),
        (f"{SIMPLE}D = type('E', (Base,), {{}})\n", "Base.known['E'].__name__"),
        (f"{SIMPLE}def make(n):\n class D(Base): x = n\nmake(3)\n", "Base.known['D'].x"),
        (f"{SIMPLE}def w(c): Base.known['W'] = c; return c\n@w\nclass D(Base): pass\n", "Base.known['W'].__name__"),
        (f"{SIMPLE}class Mixin: pass\nclass D(Mixin, Base): pass\n", "Base.known['D'].__name__"),
        (f"{BASE.format(more=', key=0', fill='Base.known[key] = cls')}class D(Base, key=True): pass\nclass E(Base, key=1): pass\n", "Base.known[1].__name__"),
        (f"{BASE.format(more=', key=0', fill='Base.known[key] = cls')}O = {{'key': 1}}\nclass D(Base, **O): pass\n", "Base.known[1].__name__"),
        (f"{BASE.format(more=', key=0', fill='Base.known[key] = cls')}K = 1\nclass D(Base, key=K): pass\n", "Base.known[1].__name__"),
    ],
)  # fmt: skip
def test_what_looks_alike_but_is_not(text, body):
    classes = "" if "class A(" in text else CLASSES.format(**NO_KEYWORDS)
    assert agrees(text + classes, f"return {body}") is not ...
    assert agrees(text + classes, f"return A().run(1), {body}") is not ...


def test_a_registry_that_code_found_at_run_time_may_read():
    files = modules(*HOOKS[0][:2])
    before = "import pickle\nfrom a import A\nfrom b import B\nimport base"
    found = trial(before, "return A, pickle.loads(b'')", files)
    assert [each.name for each in found.slice.modules] == ["a", "b", "base"]
    found = trial(before, "return A", files)
    assert [each.name for each in found.slice.modules] == ["a", "base"]
    assert found.slice.filled == {"base"}
