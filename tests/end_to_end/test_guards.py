"""Code that defeats the static analysis on purpose: what comes out is right, or the job says what to write.

Each trick is compiled and run, then run again after edits of all that it may get at: a value in the
context, constants of the file and of a local module. Each time the report is the reference's, or the
trial's job has failed. Nothing in between.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests import reference
from tests.support import warm_snakemake
from tests.support.checked_runs import compile_into
from tests.support.without_snakemake import Executor, StepError

EXPERIMENT = """\
import os
import sys

import tools
from decorators import setup, trial, verify

HIDDEN = 1
NAME = "hidden"


def helper():
    return HIDDEN


class Box:
    limit = 1


@setup()
def init():
    return {"hidden": 1, "other": 2}


@trial(1, {})
def t():
    BODY


@trial(2, {})
def later():
    return SETUP.get("new")
"""

TOOLS = """\
import sys

SPARE = 1


def spare():
    return SPARE


def peek(given):
    return given["hidden"]


def by_import():
    import exp

    return exp.SETUP["hidden"]


def by_modules():
    return sys.modules["exp"].SETUP["hidden"]


def by_name(name):
    import importlib

    return importlib.import_module(name).HIDDEN
"""

EDITS = [
    ("exp.py", '"hidden": 1', '"hidden": 5'),
    ("exp.py", "HIDDEN = 1", "HIDDEN = 6"),
    ("exp.py", "limit = 1", "limit = 7"),
    ("tools.py", "SPARE = 1", "SPARE = 8"),
]


@pytest.fixture
def folder():
    """Return a folder that is as good as gone when the test ends: nothing keeps hundreds of them."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def write(folder, body):
    lines = body.replace("\n", "\n    ")
    (folder / "exp.py").write_text(EXPERIMENT.replace("BODY", lines))
    (folder / "tools.py").write_text(TOOLS)
    (folder / "other.py").write_text("from tools import spare\n")


def replace(folder, name, old, new):
    text = (folder / name).read_text()
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new))


def reports(folder, server):
    """Yield the report and the reference's, of the first version and after the edits."""
    executor = Executor(folder, server)
    for edits in [], EDITS:
        for edit in edits:
            replace(folder, *edit)
        compile_into(folder)
        expected, _ = server.ask("reference", str(folder / "exp.py"))
        yield reference.normalise(executor.run()), reference.normalise(expected)


OWN = "os.sys.modules['exp']"
"""The experiment's module, in a way that no analysis sees."""

VARIABLE = "os.environ.get('NOBODY', 'tools')"
"""The name of a local module, which no analysis knows."""

RIGHT = {
    "globals": "return globals()['SETUP']['hidden'] + globals()['HIDDEN']",
    "getattr of its own module": "return getattr(sys.modules[__name__], 'SETUP')['hidden']",
    "computed getattr of sys": "return getattr(sys, 'mod' + 'ules')['exp'].SETUP['hidden']",
    "frame": "return sys._getframe().f_globals['SETUP']['hidden']",
    "frame of an error": "try:\n    1 / 0\nexcept Exception as error:\n    return error.__traceback__.tb_frame.f_globals['HIDDEN']",
    "globals of a function": "return t.__globals__['HIDDEN']",
    "globals by attrgetter": "import operator\nreturn operator.attrgetter('__globals__')(t)['HIDDEN']",
    "eval": "return eval('SETUP')['hidden'] + eval('helper()')",
    "exec": "found = {}\nexec('value = SETUP[\"hidden\"]', globals(), found)\nreturn found['value']",
    "computed key": "return SETUP['hid' + 'den']",
    "key from elsewhere": "return SETUP[os.environ.get('NOBODY', 'hidden')]",
    "own module by computed name": "import importlib\nreturn importlib.import_module(__name__).HIDDEN",
    "own module by its name": "import importlib\nreturn vars(importlib.import_module('exp'))['HIDDEN']",
    "own module by __import__": "return __import__('exp').SETUP['hidden']",
    "local module by computed name": "import importlib\nreturn importlib.import_module('to' + 'ols').spare()",
    "sys by __import__": "return vars(__import__('sys').modules['exp'])['HIDDEN']",
    "context by __import__": "return dict.get(__import__('sys').modules['exp'].SETUP, 'hidden')",
    "import of itself": "import exp as me\nreturn me.SETUP['hidden'] + getattr(me, 'HID' + 'DEN')",
    "lambda": "return (lambda given: given['hidden'])(SETUP)",
    "bound method": "get = SETUP.get\nreturn get('hidden')",
    "dict's method": "return dict.__getitem__(SETUP, 'hidden')",
    "helper of a module": "return tools.peek(SETUP)",
    "module that imports the experiment": "return tools.by_import()",
    "module that looks among the modules": "return tools.by_modules()",
    "attribute of a module by name": "return getattr(tools, 'spa' + 're')()",
    "name from a local module": "return tools.by_name('e' + 'xp')",
    "names of a module": "return vars(tools)['SPARE']",
    "class attribute by name": "return getattr(Box, 'lim' + 'it')",
    "subclasses": "return [one.limit for one in object.__subclasses__() if one.__name__ == 'Box']",
    "pickled name": "import pickle\nreturn pickle.loads(b'cexp\\nhelper\\n)R.')",
    "pickled context": "import pickle\nreturn pickle.loads(pickle.dumps(SETUP))['hidden']",
    "copied context": "import copy\nreturn copy.deepcopy(SETUP)['hidden']",
    "context in a container": "import collections\nreturn collections.ChainMap({}, SETUP)['hidden']",
    "context in a class": "class Mine:\n    context = SETUP\nreturn Mine.context['hidden']",
    "context as a default": "def inner(given=SETUP):\n    return given['hidden']\nreturn inner()",
    "context in builtins": "import builtins\nbuiltins.shared = SETUP\nreturn shared['hidden']",
    "pattern": "match SETUP:\n    case {'hidden': value}:\n        return value",
    "format": "return '{0[hidden]}'.format(SETUP) + f'{SETUP}'",
    "unpacking": "return {**SETUP}['hidden'] + [*SETUP.values()][0]",
    "collector": "import gc\nreturn sum(1 for one in gc.get_objects() if type(one) is dict and one.get('hidden') == 5) > 0",
    "thread": "import threading\nfound = []\none = threading.Thread(target=lambda: found.append(SETUP['hid' + 'den']))\none.start()\none.join()\nreturn found",
    "monkeypatch of the module": "setattr(sys.modules[__name__], 'HIDDEN', 9)\nreturn helper()",
    "monkeypatch of a local module": "setattr(tools, 'SPARE', 4)\nreturn tools.spare()",
    "monkeypatch by assignment": "global HIDDEN\nHIDDEN += 1\nreturn helper()",
    "resolved name": "import pkgutil\nreturn pkgutil.resolve_name('exp:helper')()",
    "own source": "import inspect\nreturn inspect.getsource(sys.modules[__name__]).count('5')",
    "update under a computed name": "return {'context_' + 'update': {'new': HIDDEN}}",
    "update parsed from a text": "import json\nreturn json.loads('{\"context_up' + 'date\": {\"new\": 1}}')",
    "update changed afterwards": "found = {'context_update': {}}\nfor one in found.values():\n    one['new'] = HIDDEN\nreturn found",
    "update with a computed key": "key = 'n' + 'ew'\nreturn {'context_update': {key: HIDDEN}}",
    "update of zipped keys": "return {'context_update': dict(zip(['new'], [HIDDEN]))}",
    "update from a library": 'import json\nreturn json.loads(\'{"context_update": {"new": 1}}\')',
    "update through an alias": "update = {}\nalias = [update]\nalias[0]['new'] = HIDDEN\nreturn {'context_update': update}",
    "update kept in a class": "Box.kept = {'new': HIDDEN}\nreturn {'context_update': vars(Box)['kept']}",
    "name left out": f"return {OWN}.HIDDEN",
    "name left out, by getattr": f"return getattr({OWN}, 'HID' + 'DEN', 0)",
    "name left out, swallowed": f"try:\n    return {OWN}.HIDDEN\nexcept BaseException:\n    return 0",
    "name that is patched": "from unittest import mock\nwith mock.patch('exp.HIDDEN', 7) as new:\n    return [new, helper()]",
    "name in a text that runs": "import timeit\nfound = []\ntimeit.timeit('found.append(helper())', 'from exp import helper', number=1, globals={'found': found})\nreturn found",
    "name in a text with names of its own": "found = {}\nexec('from exp import helper\\nfrom tools import spare\\nvalue = helper(), spare()', found)\nreturn found['value']",
    "pickled name of a module": "import pickle\nreturn pickle.loads(b'ctools\\nspare\\n)R.')",
    "pickled name of a module that is not there": "import pickle\nreturn pickle.loads(b'cother\\nspare\\n)R.')",
    "module that a variable names": f"import importlib\nreturn importlib.import_module({VARIABLE}).spare()",
    "module that a variable names, handed on": f"import importlib\ndef find(name):\n    return importlib.import_module(name)\nreturn vars(find({VARIABLE}))['SPARE']",
    "names of a module that a variable names": f"import importlib\nmodule = importlib.import_module({VARIABLE})\nreturn [tools.spare(), 'by_name' in dir(module)]",
    "names of the module itself": "import importlib\nmodule = importlib.import_module(str(__name__))\nreturn 'HIDDEN' in dir(module)",
    "module that a search finds": f"import importlib.util as u\nspec = u.find_spec({VARIABLE})\nmodule = u.module_from_spec(spec)\nspec.loader.exec_module(module)\nreturn module.SPARE",
    "module that a search sees": f"import importlib.util\nreturn [importlib.util.find_spec({VARIABLE}) is None, tools.spare()]",
    "update with dict and |": "return {'context_update': {'other': 1} | {'new': HIDDEN}}",
}
"""Tricks that the analysis sees through, is careful enough about, or that start a run again with whole files."""


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT)
def test_right(folder, server, body):
    write(folder, body)
    for report, expected in reports(folder, server):
        assert report == expected


READ = "t read SETUP['hidden'], which the analysis did not foresee: write SETUP[\"hidden\"]"
WHOLE = (
    "t depends on all of SETUP by {}, which the analysis did not foresee: write dict(SETUP) in t"
)
LOUD = {
    "subscript": (f"return {OWN}.SETUP['hidden']", READ),
    "get": (f"return {OWN}.SETUP.get('hidden', 0)", READ),
    "in": (f"return 'hidden' in {OWN}.SETUP", READ),
    "format_map": (f"return '{{hidden}}'.format_map({OWN}.SETUP)", READ),
    "itemgetter": (f"import operator\nreturn operator.itemgetter('hidden')({OWN}.SETUP)", READ),
    "text with names of its own": (
        'return eval(\'__import__("exp").SETUP["hid" + "den"]\', {})',
        READ,
    ),
    "computed globals": ("return getattr(helper, '__glo' + 'bals__')['SETUP']['hidden']", READ),
    "except Exception": (
        f"try:\n    return {OWN}.SETUP['hidden']\nexcept Exception:\n    return 0",
        READ,
    ),
    "except BaseException": (
        f"try:\n    return {OWN}.SETUP['hidden']\nexcept BaseException:\n    return 0",
        READ,
    ),
    "bare except and exit": (
        f"try:\n    return {OWN}.SETUP['hidden']\nexcept:\n    os._exit(0)",
        READ,
    ),
    "finally": (f"try:\n    {OWN}.SETUP['hidden']\nfinally:\n    return 0", READ),
    "suppress": (
        f"import contextlib\nwith contextlib.suppress(BaseException):\n    {OWN}.SETUP['hidden']\nreturn 0",
        READ,
    ),
    "thread": (
        f"import threading\none = threading.Thread(target=lambda: {OWN}.SETUP['hidden'])\none.start()\none.join()\nreturn 0",
        READ,
    ),
    "pool": (
        f"import concurrent.futures as c\nwith c.ThreadPoolExecutor() as pool:\n    pool.submit(tools.peek, {OWN}.SETUP)\nreturn 0",
        READ,
    ),
    "task": (
        f"import asyncio\nasync def main():\n    return {OWN}.SETUP['hidden']\ntry:\n    return asyncio.run(main())\nexcept BaseException:\n    return 0",
        READ,
    ),
    "fork": (f"if not os.fork():\n    {OWN}.SETUP['hidden']\nos.wait()\nreturn 0", READ),
    "multiprocessing": (
        f"import multiprocessing\none = multiprocessing.get_context('fork').Process(target=lambda: {OWN}.SETUP['hidden'])\none.start()\none.join()\nreturn 0",
        READ,
    ),
    "iteration": (f"return [*{OWN}.SETUP]", WHOLE.format("iterating over SETUP")),
    "dict": (f"return dict({OWN}.SETUP)", WHOLE.format("SETUP.keys()")),
    "unpacking": (f"return {{**{OWN}.SETUP}}", WHOLE.format("SETUP.keys()")),
    "len": (f"return len({OWN}.SETUP)", WHOLE.format("len(SETUP)")),
    "json": (f"import json\nreturn json.dumps({OWN}.SETUP)", WHOLE.format("SETUP.items()")),
    "pickle": (
        f"import pickle\nreturn len(pickle.dumps({OWN}.SETUP))",
        WHOLE.format("copying or pickling SETUP"),
    ),
    "deepcopy": (
        f"import copy\nreturn copy.deepcopy({OWN}.SETUP)",
        WHOLE.format("SETUP.items()"),  # of the copy, which is as guarded
    ),
    "text": (f"return '{{}}'.format({OWN}.SETUP)", WHOLE.format("printing SETUP")),
    "comparison": (f"return {OWN}.SETUP == {{}}", WHOLE.format("comparing SETUP")),
    "returned": (f"return {OWN}.SETUP", WHOLE.format("SETUP.items()")),
}
"""Tricks that it cannot see, with what the job says."""


@pytest.mark.parametrize(("body", "said"), LOUD.values(), ids=LOUD)
def test_loud(folder, server, body, said):
    write(folder, body)
    with pytest.raises(StepError) as caught:
        next(reports(folder, server))
    assert said in str(caught.value)
    assert not (folder / "results/exp/trials/t.json").exists()


def test_module_changed_since_compile(folder, server):
    write(folder, "return tools.spare()")
    compile_into(folder)
    replace(folder, *EDITS[-1])
    with pytest.raises(StepError, match=r"tools\.py changed since compile: run mlx compile again"):
        Executor(folder, server).run()


def test_experiment_changed_since_compile_runs_as_compiled(folder, server):
    write(folder, "return [helper(), Box.limit]")
    compile_into(folder)
    for edit in EDITS[1:3]:
        replace(folder, *edit)
    report = Executor(folder, server).run()
    assert report["trials"]["t"][0]["result"] == [1, 1]


@pytest.mark.slow
def test_snakemake_fails_with_the_line_to_write(folder):
    write(folder, LOUD["except BaseException"][0])
    compile_into(folder)
    done = warm_snakemake.run(
        [sys.executable, "-m", "snakemake", "-j2"],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"mlx: {READ}" in done.stdout + done.stderr
    assert not (folder / "results/exp/report.json").exists()
