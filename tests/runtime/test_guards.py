"""A job that does what its plan does not foresee fails, with the line to write."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess

import pytest

from tests.support.handmade_bundles import Bundle, one_trial

CONTEXT = {"a": 1, "hidden": 2}


def run(folder, body, context=None, **changes):
    lines = body.replace("\n", "\n    ")
    bundle = one_trial(folder, f"import copy, json, pickle\ndef t():\n    {lines}\n", **changes)
    (found,) = bundle.run_trial("t", context=context or CONTEXT)
    return found


def complaint(folder, body, context=CONTEXT, **changes):
    lines = body.replace("\n", "\n    ")
    bundle = one_trial(folder, f"import copy, json, pickle\ndef t():\n    {lines}\n", **changes)
    done = bundle.run(*bundle.trial_words("t", "0", context), status=1)
    assert not (folder / "runs").exists()
    assert done.stderr.strip() in bundle.log("t")
    return done.stderr


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("return SETUP['a']", 1),
        ("return SETUP.get('a')", 1),
        ("return SETUP.get('b', 9)", 9),
        ("return ['a' in SETUP, 'b' in SETUP]", [True, False]),
        ("return [SETUP.setdefault('b', 3), SETUP['b']]", [3, 3]),
        ("return [SETUP.pop('a'), SETUP.pop('a', 0), SETUP.get('a')]", [1, 0, None]),
        ("SETUP['own'] = 5\nreturn SETUP['own']", 5),
        ("SETUP.update(own=5)\nreturn SETUP['own']", 5),
        ("global SETUP\nSETUP |= {'own': 5}\nreturn SETUP['own']", 5),
        ("return '%(a)s' % SETUP", "1"),
        ("return isinstance(SETUP, dict)", True),
        ("return [3 in SETUP, SETUP.get(None, 4)]", [False, 4]),
        ("del SETUP['a']\nreturn SETUP.get('a')", None),
        ("own = SETUP.copy()\nown['a'] = 5\nreturn [own['a'], SETUP['a']]", [5, 1]),
        ("own = copy.copy(SETUP)\nown['a'] = 5\nreturn [own['a'], SETUP['a']]", [5, 1]),
        (
            "SETUP['b'] = []\nown = copy.deepcopy(SETUP)\nown['b'].append(1)\nreturn [own['b'], SETUP['b']]",
            [[1], []],
        ),
    ],
)
def test_reads_that_were_foreseen(tmp_path, body, result):
    assert run(tmp_path, body, reads=["a", "b"])["result"] == result


def test_attributes_that_no_dictionary_has(tmp_path):
    run_dict = run(tmp_path, "return SETUP.a", reads=["a"])
    assert (run_dict["type"], run_dict["error"]) == (
        "AttributeError",
        "'dict' object has no attribute 'a'",
    )


@pytest.mark.parametrize("body", ["SETUP['b']", "SETUP.pop('b')", "del SETUP['b']", "SETUP[1]"])
def test_a_foreseen_key_that_is_not_there_is_a_key_error(tmp_path, body):
    assert run(tmp_path, body, reads=["a", "b"])["type"] == "KeyError"


@pytest.mark.parametrize(
    "body",
    [
        "SETUP['hidden']",
        "SETUP.copy()['hidden']",
        "copy.copy(SETUP)['hidden']",
        "copy.deepcopy([SETUP])[0]['hidden']",
        "SETUP.get('hidden')",
        "'hidden' in SETUP",
        "SETUP.setdefault('hidden', 1)",
        "SETUP.pop('hidden', None)",
        "del SETUP['hidden']",
        "'%(hidden)s' % SETUP",
    ],
)
def test_reads_of_other_keys(tmp_path, body):
    said = complaint(tmp_path, body, reads=["a"])
    assert "t read SETUP['hidden'], which the analysis did not foresee" in said
    assert 'write SETUP["hidden"]' in said


@pytest.mark.parametrize("context", [CONTEXT, {}])
@pytest.mark.parametrize(
    "body",
    [
        "for key in SETUP: pass",
        "reversed(SETUP)",
        "len(SETUP)",
        "bool(SETUP)",
        "SETUP.keys()",
        "SETUP.values()",
        "SETUP.items()",
        "len(SETUP.copy())",
        "SETUP | {}",
        "{} | SETUP",
        "SETUP == {}",
        "SETUP != {}",
        "repr(SETUP)",
        "print(SETUP)",
        "f'{SETUP}'",
        "json.dumps(SETUP)",
        "json.dumps({'in': SETUP}, indent=1)",
        "dict(SETUP)",
        "{**SETUP}",
        "dict(**SETUP)",
        "list(SETUP)",
        "sorted(SETUP)",
        "{}.update(SETUP)",
        "len(copy.copy(SETUP))",
        "len(copy.deepcopy([SETUP])[0])",
        "pickle.dumps(SETUP)",
        "SETUP.popitem()",
        "SETUP.clear()",
        "return SETUP",
        "return {'context': SETUP}",
    ],
)
def test_uses_of_the_whole(tmp_path, body, context):
    said = complaint(tmp_path, body, context, reads=["a"])
    assert "t depends on all of SETUP by " in said
    assert "write dict(SETUP) in t itself" in said


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    SETUP['hidden']\nexcept Exception:\n    pass\nreturn 1",
        "try:\n    SETUP['hidden']\nexcept BaseException:\n    pass\nreturn 1",
        "import os\ntry:\n    SETUP['hidden']\nfinally:\n    os._exit(0)",
        "import os\nif not os.fork():\n    SETUP['hidden']\nos.wait()\nreturn 1",
    ],
)
def test_no_way_around_a_complaint(tmp_path, body):
    assert "SETUP['hidden']" in complaint(tmp_path, body, reads=["a"])


def test_without_known_reads_setup_is_a_plain_dict(tmp_path):
    found = run(tmp_path, "assert type(SETUP) is dict\nreturn json.dumps(SETUP)")
    assert found["result"] == '{"a": 1, "hidden": 2}'


def test_the_batch_ends_at_the_complaint(tmp_path):
    source = (
        "def t(n):\n    open('ran', 'a').write(str(n))\n    return n == 2 and SETUP['hidden']\n"
    )
    bundle = Bundle(tmp_path, source).trial("t", {"n": [1, 2, 3]}, batch=3, reads=[])
    assert bundle.run_trial("t", context=CONTEXT, status=1) == []
    assert (tmp_path / "ran").read_text() == "12"


def test_foreseen_updates(tmp_path):
    bundle = one_trial(tmp_path, "def t(): return {'context_update': {'x': 1}}", writes=["x", "y"])
    assert bundle.run_trial("t")[0]["success"]


UPDATE = "def t(n): return {'context_update': {'x': n}}\ndef u(): pass\n"


def updating(folder, *, others=None, **changes):
    """Return a bundle with a trial `t` of two jobs that updates SETUP["x"], and a trial `u`."""
    bundle = Bundle(folder, UPDATE)
    bundle.trial("t", {"n": [1, 2]}, batch=1, **{"writes": [], "reads": [], **changes})
    return bundle.trial("u", {}, **{"reads": [], **(others or {})})


@pytest.mark.parametrize(
    ("changes", "others"),
    [
        ({"reads": ["x"]}, {}),
        ({"reads": None}, {}),
        ({"reads": ["x"], "writes": ["y"]}, {}),
        ({}, {"reads": ["x"]}),
        ({}, {"reads": None}),
        ({"parallel": 2}, {"reads": ["x"]}),
    ],
)
def test_an_unforeseen_update_that_another_run_may_miss(tmp_path, changes, others):
    bundle = updating(tmp_path, others=others, **changes)
    done = bundle.run(*bundle.trial_words("t", "0"), status=1)
    assert "t updated SETUP['x'], which the analysis did not foresee" in done.stderr
    assert 'write return {"context_update": {"x": …}}' in done.stderr
    (kept,) = tmp_path.glob(".mlx/unforeseen/*/*.json")
    assert json.loads(kept.read_text())["writes"] == ["x"]


@pytest.mark.parametrize(
    ("changes", "others"),
    [
        ({}, {}),
        ({"reads": ["y"]}, {"reads": ["y"]}),
        ({"reads": ["x"], "parallel": 2}, {}),
        ({}, {"reads": ["x"], "order": 2}),
        ({}, {"reads": ["x"], "after": ["t"]}),
    ],
)
def test_an_unforeseen_update_that_nobody_misses(tmp_path, changes, others):
    bundle = updating(tmp_path, others=others, **changes)
    assert bundle.run_trial("t", "0")[0]["result"] == {"context_update": {"x": 1}}
    assert not [*tmp_path.glob(".mlx/unforeseen/*")]


def verify(folder, body, status, **changes):
    bundle = Bundle(folder, f"def check(results):\n    {body}\n")
    bundle.trial("t", {}).trial("u", {}).verification("check", **changes)
    (folder / "trials").mkdir()
    for name in "tu":
        (folder / "trials" / f"{name}.json").write_text("[]")
    words = ["--context", bundle.context({}), "--trials", "trials"]
    words += ["--output", "v.json", "--log", "v.log"]
    done = bundle.run("verify", "check", *words, status=status)
    return done.stderr if status else bundle.read("v.json")["verdict"]


@pytest.mark.parametrize(
    "body",
    [
        "return results['t'] == []",
        "return results.get('t') == [] and 't' in results",
        "return results.get('nobody') is None",
    ],
)
def test_results_that_were_foreseen(tmp_path, body):
    assert verify(tmp_path, body, 0, all_trials=False, depends=["t"]) == "supports"


def test_all_results_are_a_plain_dict(tmp_path):
    body = "return type(results) is dict and list(results) == ['t', 'u']"
    assert verify(tmp_path, body, 0) == "supports"


def test_results_of_another_trial(tmp_path):
    said = verify(tmp_path, "results.get('u')", 1, all_trials=False, depends=["t"])
    assert "check read the results of 'u', which the analysis did not foresee" in said
    assert '@verify([…, "u"])' in said


@pytest.mark.parametrize("body", ["len(results)", "list(results)", "results.items()"])
def test_all_results(tmp_path, body):
    said = verify(tmp_path, body, 1, all_trials=False, depends=["t"])
    assert "check depends on the results of all trials by " in said


LEFT_OUT = "t: mention hidden by name in t"


def recorded(folder):
    """Return what the runs recorded for the next compile."""
    return [
        {key: value for key, value in json.loads(path.read_text()).items() if key in NAMED}
        for path in sorted((folder / ".mlx/unforeseen/exp").glob("*.json"))
    ]


NAMED = {"function", "names", "code", "files"}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_of(folder):
    """Return the files that the result of the first job rests on."""
    record = json.loads((folder / "runs/t/0.json").read_text().splitlines()[0].rstrip(",") + "}")
    return record["observed"][0][0]["files"]


@pytest.mark.parametrize(
    "body",
    [
        "return hidden()",
        "try:\n    return hidden()\nexcept NameError as error:\n    raise ValueError from error",
        "return eval('hid' + 'den')()",
        "import exp\nreturn exp.hidden()",
        "import exp\nreturn hasattr(exp, 'hidden') and 5",
        "from exp import hidden\nreturn hidden()",
    ],
)
def test_name_that_the_slice_left_out(tmp_path, body):
    lines = body.replace("\n", "\n    ")
    sliced = f"def t():\n    {lines}\n"
    bundle = Bundle(tmp_path, f"{sliced}\ndef hidden(): return 5\n")
    bundle.trial("t", {}, text=sliced, removed=["hidden"])
    (found,) = bundle.run_trial("t")
    assert found["result"] == 5
    content = digest(tmp_path / "exp.py")
    names = {"names": [[None, "hidden"]], "files": {"exp.py": content}}
    assert recorded(tmp_path) == [{"function": "t", "code": "trial t", **names}]
    assert files_of(tmp_path) == {"exp.py": content}
    assert f"the analysis left it out of {LEFT_OUT}; it runs once more" in bundle.log("t")


def test_the_experiment_changed_before_a_name_was_missed(tmp_path):
    bundle = Bundle(tmp_path, "def t(): return hidden\nhidden = 1\n")
    bundle.plan["file_digest"] = digest(tmp_path / "exp.py")
    bundle.trial("t", {}, text="def t(): return hidden\n", removed=["hidden"])
    (tmp_path / "exp.py").write_text("def t(): return hidden\nhidden = 2\n")
    done = bundle.run(*bundle.trial_words("t", "0"), status=1)
    assert "exp.py changed since compile: run mlx compile again" in done.stderr


def test_a_hash_seed_and_a_name_that_was_left_out(tmp_path):
    bundle = Bundle(tmp_path, "def t(): return [hash('a'), hidden]\nhidden = 1\n")
    bundle.trial("t", {}, text="def t(): return [hash('a'), hidden]\n", removed=["hidden"])
    (found,) = bundle.run_trial("t", context={"pythonhashseed": 7})
    command = [bundle.python, "-c", "print(hash('a'))"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found["result"] == [int(done.stdout), 1]


def test_one_combination_widens_all_after_it(tmp_path):
    sliced = "def t(n):\n    open('ran', 'a').write(str(n))\n    return n > 1 and hidden\n"
    bundle = Bundle(tmp_path, f"{sliced}hidden = 4\n")
    bundle.trial("t", {"n": [1, 2, 3]}, batch=3, text=sliced, removed=["hidden"])
    assert [run["result"] for run in bundle.run_trial("t")] == [False, 4, 4]
    assert (tmp_path / "ran").read_text() == "1223"
    paths = (tmp_path / ".mlx/unforeseen/exp").glob("*.json")
    records = [json.loads(path.read_text()) for path in paths]
    # As it is not known which values decide, each says what it was given.
    assert sorted(record["values"]["n"] for record in records) == ["2", "3"]
    assert [record["names"] for record in records] == [[[None, "hidden"]]] * 2


def test_more_values_than_can_be_told_apart_are_not_recorded(tmp_path):
    sliced = "def t(n, m): return hidden\n"
    bundle = Bundle(tmp_path, f"{sliced}hidden = 4\n")
    values = {"n": list(range(40)), "m": [1, 2]}
    bundle.trial("t", values, text=sliced, removed=["hidden"])
    bundle.run_trial("t", "0")
    (path,) = (tmp_path / ".mlx/unforeseen/exp").glob("*.json")
    assert json.loads(path.read_text())["values"] == {"m": "1"}


@pytest.mark.parametrize(
    "body", ["nowhere", "hidden = hidden", "{}['hidden']", "raise NameError('hidden')"]
)
def test_other_errors_stay_results(tmp_path, body):
    assert run(tmp_path, body, removed=["hidden"])["success"] is False


@pytest.mark.parametrize(
    "source",
    [
        "import helper\ndef t(): return helper.hidden\n",
        "import helper\ndef t(): return helper.use()\n",
        "import helper\ndef t(): return [getattr(helper, 'hidden', 0)][0]\n",
        "from helper import *\ndef t(): return use()\n",
    ],
)
def test_name_that_the_slice_of_a_module_left_out(tmp_path, source):
    bundle = Bundle(tmp_path, source)
    text = "def use(): return hidden\nhidden = 1\n"
    module = bundle.module("helper", text, sliced=text.splitlines()[0], removed=["hidden"])
    (found,) = bundle.trial("t", {}, modules=[module]).run_trial("t")
    assert found["result"] == 1
    files = {"helper.py": module["file_digest"]}
    expected = {"function": "t", "code": "trial t", "names": [["helper", "hidden"]], "files": files}
    assert recorded(tmp_path) == [expected]
    assert files_of(tmp_path) == files


@pytest.mark.parametrize("sliced", ["__import__('pkg.part')", "", "x = 1"])
@pytest.mark.parametrize(
    "use",
    [
        "from pkg import part",
        "from pkg import *",
        "import pkg.part\nfrom pkg import part",
        "import pkg.part as part",
        "import pkg, pkg.part\npart = pkg.part",
        "import pkg, pkg.part\nassert isinstance(pkg, type(json))\npart = getattr(pkg, 'part', 0)",
    ],
)
def test_a_left_out_name_of_a_package_that_is_also_a_submodule_s(tmp_path, sliced, use):
    bundle = Bundle(tmp_path, "def t():\n    import plug\n    return plug.part()\n")
    (tmp_path / "plug.py").write_text(f"import json\n{use}\n")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/part.py").write_text("def part(): return 5\n")
    module = bundle.module(
        "pkg", "from .part import part\n", sliced=sliced, removed=["part"], package=True
    )
    bundle.trial("t", {}, modules=[module])
    assert bundle.run_trial("t")[0]["result"] == 5


@pytest.mark.parametrize(
    "use", ["from pkg import hidden", "import pkg\nhidden = pkg.hidden", "from pkg import *"]
)
def test_a_left_out_name_that_a_plug_in_asks_for_while_its_package_is_loaded(tmp_path, use):
    bundle = Bundle(tmp_path, "import pkg\ndef t(): return pkg.found\n")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/plug.py").write_text(f"{use}\nplugged = hidden\n")
    last = "found = getattr(__import__('importlib').import_module('pkg.plug'), 'plugged')\n"
    module = bundle.module(
        "pkg", f"hidden = 5\n{last}", sliced=last, removed=["hidden"], package=True
    )
    bundle.trial("t", {}, modules=[module])
    assert bundle.run_trial("t")[0]["result"] == 5


def test_a_submodule_that_no_name_of_its_package_hides(tmp_path):
    bundle = Bundle(tmp_path, "import pkg.part\ndef t(): return pkg.part.x\n")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/part.py").write_text("x = 5\n")
    module = bundle.module("pkg", "hidden = 1\n", sliced="", removed=["hidden"], package=True)
    bundle.trial("t", {}, modules=[module])
    assert bundle.run_trial("t")[0]["result"] == 5


def test_a_guarded_package_may_be_sent_to_other_processes(tmp_path):
    source = """
    import pickle
    try:
        import cloudpickle
    except ImportError:  # joblib before 1.6 has its own
        from joblib.externals import cloudpickle
    import pkg
    def t():
        return pickle.loads(cloudpickle.dumps(lambda: pkg.kept))() + 1
    """
    bundle = Bundle(tmp_path, source)
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/part.py").write_text("x = 5\n")
    text = "kept = 1\n"
    module = bundle.module("pkg", f"part = 1\n{text}", sliced=text, removed=["part"], package=True)
    bundle.trial("t", {}, modules=[module])
    (run,) = bundle.run_trial("t")
    assert run["success"], run
    assert run["result"] == 2


@pytest.mark.parametrize("name", ["part", "hidden"])
def test_the_folder_of_a_package_does_not_count_as_listed(tmp_path, name):
    body = "try:\n        pkg.gone\n    except AttributeError:\n        return 5\n"
    bundle = Bundle(tmp_path, f"import pkg\ndef t():\n    {body}")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/part.py").write_text("x = 5\n")
    module = bundle.module("pkg", f"{name} = 1\n", sliced="", removed=[name], package=True)
    (run,) = bundle.trial("t", {}, modules=[module]).run_trial("t")
    assert run["result"] == 5
    assert all("folders" not in each for each, *_ in bundle.read("runs/t/0.json")["observed"])


def test_a_module_s_other_attributes(tmp_path):
    bundle = Bundle(tmp_path, "import helper\ndef t(): return [helper.x, hasattr(helper, 'y')]")
    module = bundle.module("helper", "x = 1\nhidden = 2\n", sliced="x = 1\n", removed=["hidden"])
    (found,) = bundle.trial("t", {}, modules=[module]).run_trial("t")
    assert found["result"] == [1, False]


def test_a_module_s_own_getattr(tmp_path):
    bundle = Bundle(tmp_path, "import helper\ndef t(n): return getattr(helper, n)")
    text = "def __getattr__(name): return name * 2\nhidden = 1\n"
    module = bundle.module("helper", text, sliced=text.splitlines()[0], removed=["hidden"])
    bundle.trial("t", {"n": ["x", "hidden"]}, modules=[module])
    assert bundle.run_trial("t", "0")[0]["result"] == "xx"
    assert bundle.run_trial("t", "1")[0]["result"] == 1


@pytest.mark.parametrize("path", ["helper.py", "lib/helper.py", "helper/__init__.py"])
def test_local_module_that_was_not_followed(tmp_path, path):
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("x = 1\n")
    body = f"import sys\nsys.path.append({str(tmp_path / 'lib')!r})\nreturn __import__('helper').x"
    assert run(tmp_path, body)["result"] == 1
    files = {path: digest(tmp_path / path)}
    names = {"names": [["helper", None]], "files": files}
    assert recorded(tmp_path) == [{"function": "t", "code": "trial t", **names}]
    assert files_of(tmp_path) == files


@pytest.mark.parametrize("where", [".hidden", "env/lib", "lib/site-packages"])
def test_installed_modules_below_the_folder(tmp_path, where):
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / where).mkdir(parents=True)
    (tmp_path / where / "helper.py").write_text("x = 1\n")
    body = f"import sys\nsys.path.append({str(tmp_path / where)!r})\nimport helper\nreturn helper.x"
    assert run(tmp_path, body)["result"] == 1


def test_a_name_that_was_left_out_of_a_combination_that_runs_alone(tmp_path):
    sliced = "def t(): return [hidden, __import__('helper').x]\n"
    (tmp_path / "helper.py").write_text("x = 2\n")
    bundle = Bundle(tmp_path, f"{sliced}hidden = 1\n")
    bundle.trial("t", {}, text=sliced, removed=["hidden"])
    given = ("--combination", "0", "--context", bundle.context({}), "--outcome", "outcome.json")
    bundle.run("alone", "t", *given)
    assert bundle.read("outcome.json")["value"] == [1, 2]
    assert recorded(tmp_path) == []
