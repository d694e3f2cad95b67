"""Metaclasses that register classes, and decorators that change only what they decorate.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import digest, kept, module, trial

CLASSES = "class Base(metaclass=Meta): pass\nclass A(Base):\n n = 1\nclass B(Base):\n n = 2\n"
NEW = "def __new__(mcs, name, bases, ns):\n  cls = super().__new__(mcs, name, bases, ns)\n  {}\n  return cls\n"
INIT = "def __init__(cls, name, bases, ns):\n  super().__init__(name, bases, ns)\n  {}\n"
OWN = "class Meta(type):\n known = {{}}\n "
ELSEWHERE = "R = {{}}\nclass Meta(type):\n "

REGISTRIES = [
    (OWN + NEW, "Meta.known[name] = cls", "sorted(Meta.known)"),
    (OWN + NEW, "mcs.known[name] = cls", "sorted(A.known)"),
    (OWN + NEW, "if bases: mcs.known[name] = cls", "sorted(Base.known)"),
    (OWN + NEW, "cls.label = name\n  mcs.known[name] = cls", "sorted(type(A).known), A.label"),
    (OWN + INIT, "Meta.known[name] = cls", "sorted(Meta.known)"),
    (OWN + INIT, "cls.label = name\n  Meta.known.update({name: cls})", "len(Meta.known), B.label"),
    (ELSEWHERE + NEW, "R[name] = cls", "sorted(R)"),
    (ELSEWHERE + INIT, "R[name] = cls", "sorted(R)"),
    (ELSEWHERE + INIT, "R.setdefault(name, cls)", "[R[k].__name__ for k in R]"),
    ("class Meta(type):\n " + NEW, "cls.label = name", "A.label"),
    ("import abc\nR = {{}}\nclass Meta(abc.ABCMeta):\n " + INIT, "R[name] = cls", "sorted(R)"),
]


def program(metaclass, does):
    return metaclass.format(does) + CLASSES


@pytest.mark.parametrize(("metaclass", "does", "use"), REGISTRIES)
def test_classes_that_a_metaclass_registers_count_for_who_reads_that(metaclass, does, use):
    text = program(metaclass, does)
    assert kept(text + "def g(x): return x\n", "return g(1)") == ["def g(x): return x"]
    assert agrees(text, f"return {use}")
    assert agrees(text, "return A.n, A().n") == (1, 1)
    files = {"m.py": text + "def g(x): return x\n"}
    assert module("m", trial("import m", "return m.g(1)", files)) == ["def g(x): return x"]
    apart = {"m.py": metaclass.format(does) + CLASSES.split("class A", maxsplit=1)[0]}
    rest = "from m import *\nclass A" + CLASSES.split("class A")[1]
    assert kept(rest, files=apart) == []
    assert agrees(rest, f"return {use}", apart)


def test_a_class_needs_no_others_if_nobody_reads_where_they_are_registered():
    text = program(ELSEWHERE + INIT, "R[name] = cls")
    assert kept(text, "return A.n")[-2:] == ["class A(Base):", " n = 1"]
    for body, same in (("return A.n", True), ("return A.n, len(R)", False)):
        edited = text.replace("n = 2", "n = 3")
        assert (digest(text, body) == digest(edited, body)) == same


SEEN = "seen = []\ndef note(x): seen.append(x); return x\nclass Other: items = []\n"


@pytest.mark.parametrize(
    ("metaclass", "use"),
    [
        ("class Meta(type):\n " + INIT.format("note(name)"), "seen"),
        ("class Meta(type):\n " + NEW.format("note(name)"), "seen"),
        ("class Meta(type):\n " + NEW.format("Other.items.append(name)"), "Other.items"),
        ("class Meta(type):\n " + NEW.format("mcs.n = name"), "Meta.n"),
        ("class Meta(type):\n " + INIT.format("Meta.n = name"), "Meta.n"),
        ("class Meta(type):\n known = seen\n " + INIT.format("Meta.known.append(name)"), "seen"),
        ("class Meta(type):\n known = []\n " + INIT.format("cls.known.append(name)"), "Meta.known"),
        ("class Meta(type):\n def __prepare__(*a): return {'n': note(1)}", "seen"),
        ("class Meta(type):\n def mro(cls): return note(super().mro())", "len(seen)"),
        ("class Up(type):\n " + INIT.format("note(name)") + "class Meta(Up): pass", "seen"),
        ("class Meta(type):\n pass\ndef put(cls, *a): note(1)\nMeta.__init__ = put", "seen"),
        ("class Meta(type):\n def __setattr__(cls, k, v): note(k)\n " + INIT.format("cls.n = 1"), "seen"),
        ("class Meta(type):\n " + INIT.format("[b for b in bases][:1] and setattr(bases[0], 'n', name)"), "Base.n"),
    ],
)  # fmt: skip
def test_metaclasses_that_do_more(metaclass, use):
    assert agrees(f"{SEEN}{metaclass}\n{CLASSES}", f"return {use}")


LOUD = "seen = []\nclass M(type):\n def __setattr__(c, k, v): seen.append(k)\nclass S(metaclass=M): pass\n"
MARK = "def mark(**given):\n def add(cls):\n  cls.given = given\n  return cls\n return add\n"


@pytest.mark.parametrize(
    ("decorator", "use"),
    [
        (MARK, "@mark(a=1)"),
        ("def mark(cls):\n cls.given = 1\n return cls\n", "@mark"),
        ("def mark(cls):\n setattr(cls, 'given', 1)\n return cls\n", "@mark"),
        ("def mark(n):\n def add(f):\n  f.given = n\n  f.other = 1\n  return f\n return add\n", "@mark(3)"),
        ("def mark(cls):\n old = cls.run\n def new(self): return old(self) + 1\n cls.run = new\n return cls\n", "@mark"),
    ],
)  # fmt: skip
def test_decorators_that_change_what_they_decorate(decorator, use):
    text = f"{decorator}{use}\nclass A:\n def run(self): return 1\n{use}\nclass B:\n def run(self): return 2\n"
    assert kept(text) == []
    lines = kept(text, "return A().run(), A.given")
    assert lines[-3:] == [use, "class A:", " def run(self): return 1"]
    if "old" not in decorator:
        assert agrees(text, "return A().run(), A.given")
    assert agrees(text, "return A().run()")


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("class S: pass\ndef mark(c):\n S.n = c\n return c\n@mark\nclass A: pass", "S.n.__name__"),
        ("class S: pass\ndef find(c): return S\ndef mark(c):\n c.n = 1\n return c\n@mark\n@find\nclass A: pass", "S.n"),
        ("class S: pass\ndef mark(c):\n c = S\n c.n = 1\n return c\n@mark\nclass A: pass", "S.n"),
        ("class S:\n all = []\ndef mark(c):\n c.all.append(1)\n return c\n@mark\nclass A(S): pass", "S.all"),
        ("class S:\n all = {}\ndef mark(c):\n c.all['a'] = 1\n return c\n@mark\nclass A(S): pass", "S.all"),
        ("class S: pass\ndef mark(c):\n c.__mro__[1].n = 1\n return c\n@mark\nclass A(S): pass", "S.n"),
        ("class S: pass\ndef mark(c, d=S):\n d.n = 1\n return c\n@mark\nclass A: pass", "S.n"),
        ("class S: pass\ndef mark(s):\n def add(c):\n  s.n = 1\n  return c\n return add\n@mark(S)\nclass A: pass", "S.n"),
        ("class S: pass\ndef mark(c):\n c.n = 1\n return c\nX = mark(S)", "S.n"),
        ("class S: pass\ndef mark(c):\n c.n = 1\n return c\ndef f(): pass\nf = S\nf = mark(f)", "S.n"),
        (LOUD + "def mark(c):\n c.n = 1\n return c\n@mark\nclass A(S): pass", "seen"),
    ],
)  # fmt: skip
def test_decorators_that_change_more(text, use):
    assert agrees(text, f"return {use}")


SIX = "import abc, six\nSEEN = []\nclass Meta(type):\n    def __init__(cls, *rest): SEEN.append(cls)\n"


@pytest.mark.parametrize(
    "base",
    [
        "class A(six.with_metaclass(Meta)): pass",
        "class A(six.with_metaclass(Meta, object)): pass",
        "@six.add_metaclass(Meta)\nclass A: pass",
    ],
)
def test_a_metaclass_that_six_gives_notices_subclasses(base):
    assert "class B(A): pass" in kept(f"{SIX}{base}\nclass B(A): pass", "return SEEN")
    files = {"helper.py": f"{SIX}{base}\n"}
    text = "import helper\nclass B(helper.A): pass"
    assert "class B(helper.A): pass" in kept(text, "return helper.SEEN", files)


def test_a_metaclass_that_six_gives_may_be_harmless():
    text = "import abc, six\nclass A(six.with_metaclass(abc.ABCMeta, dict)): pass\nclass B(A): pass"
    assert kept(text) == []


@pytest.mark.parametrize(
    "decorator",
    [
        "def w(c):\n class D(c):\n  def __init_subclass__(cls): seen.append(1)\n return D",
        "class M(type):\n def __init__(cls, *rest): seen.append(1)\ndef w(c): return M('A', (), {})",
    ],
)
def test_a_decorator_that_gives_another_class_to_inherit_from(decorator):
    before = f"seen = []\n{decorator}\n@w\nclass A: pass\nseen.clear()\nclass B(A): pass"
    assert agrees(before) == [1]


def test_a_decorator_that_gives_the_class_back():
    deco = (
        "import dataclasses\ndef w(name):\n def e(c): return dataclasses.dataclass(c)\n return e\n"
    )
    assert kept(f"{deco}@w('a')\nclass A: pass\nclass B(A): pass") == []
