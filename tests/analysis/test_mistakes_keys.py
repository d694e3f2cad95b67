"""Keys of the context, of results and of runs that cannot be there; verdicts that are none."""

import pytest

from mlx2smk.diagnostics.about_suspicions import (
    ListOfRuns,
    MisspelledUpdate,
    NoVerdict,
    UnknownContextKey,
    UnknownMember,
    UnknownResult,
    UnknownRunKey,
    UnknownTrialKey,
    UnknownVerdict,
)
from tests.support.expected_messages import mistakes, places

HEAD = "from mlx2smk import VerificationResult, setup, trial, verify\n"


def indented(lines):
    return "".join(f"    {line}\n" for line in lines.split("\n"))


# Keys of the context


def context(lines, returned="{'rate': 1, 'size': 2}", more=""):
    """The mistakes of a trial that reads the context of one setup; its first line is line 7."""
    text = (
        f"{HEAD}@setup()\ndef init():\n    return {returned}\n@trial(1, {{'n': [1]}})\ndef t(n):\n"
    )
    return mistakes(text + indented(lines) + more)


def test_a_key_that_no_setup_returns():
    [found] = context("return SETUP['rat']")
    assert places([found]) == [(UnknownContextKey, 7, "SETUP['rat']")]
    assert found.message == "no setup returns the key 'rat', and no trial updates it"
    assert found.hint == "did you mean 'rate'?"


def test_without_a_near_key_the_hint_lists_those_there_are():
    [found] = context("return SETUP['zzz']")
    assert found.hint == "its keys are: rate, size"
    [found] = context("return SETUP['zzz']", "{}")
    assert found.hint == "return it from a setup"


@pytest.mark.parametrize(
    "lines",
    [
        "if n:\n    return SETUP['rat']",
        "return SETUP.get('rat', 1)",
        "return 'rat' in SETUP and SETUP['rat']",
        "return SETUP['Rate']",
        "return [SETUP['rat'] for _ in range(n)]",
        "return {'a': 1, **SETUP, 'b': SETUP['rat']}",
        "print(SETUP, len(SETUP))\nreturn SETUP['rat']",
        "return f(**SETUP) + SETUP['rat']",
        "try:\n    return SETUP['rat']\nexcept ValueError:\n    return 1",
        "for key in SETUP:\n    print(SETUP[key])\nreturn SETUP['rat']",
    ],
)
def test_it_is_seen_wherever_it_is_asked_for(lines):
    more = "def f(**x): return 1\n"
    assert {kind for kind, _, _ in places(context(lines, more=more))} == {UnknownContextKey}


@pytest.mark.parametrize(
    "lines",
    [
        "return SETUP['rate'], SETUP.get('size'), 'rate' in SETUP",
        "return SETUP['seed'], SETUP.get('torch_seed', 0)",  # seeds may be left to the default
        "return SETUP.get('debug', False)",
        "return SETUP['debug'] if 'debug' in SETUP else 1",
        "if SETUP.get('debug'):\n    return SETUP['debug']",
        "try:\n    return SETUP['rat']\nexcept KeyError:\n    return 1",
        "try:\n    return SETUP['rat']\nexcept LookupError:\n    return 1",
        "if False:\n    return SETUP['rat']",
        "SETUP['rat'] = 1\nreturn SETUP['rat']",
        "SETUP.update(rat=1)\nreturn SETUP['rat']",
        "SETUP.setdefault('rat', 1)\nreturn SETUP['rat']",
        "fill(x=SETUP)\nreturn SETUP['rat']",
        "x = {'x': SETUP}\nreturn SETUP['rat']",
        "return fill([SETUP]) + SETUP['rat']",
        "fill(SETUP)\nreturn SETUP['rat']",
        "context = SETUP\ncontext['rat'] = 1\nreturn SETUP['rat']",
        "globals()['SETUP'] = {'rat': 1}\nreturn SETUP['rat']",
        "SETUP = {'rat': 1}\nreturn SETUP['rat']",
        "return SETUP.get('rate2', 1), SETUP.get('sizes2', 1)",
    ],
)
def test_what_may_be_there_is_no_mistake(lines):
    found = context(lines, "{'rate': 1, 'rate1': 1, 'size': 2, 'sizes1': 2}", "def fill(x): ...\n")
    assert found == ()


@pytest.mark.parametrize(
    "returned",
    [
        "make()",
        "{**make(), 'a': 1}",
        "dict(make())",
        "{make(): 1}",
        "{'a': 1} | make()",
        "make() or {'a': 1}",
        "{'a': 1} if make() else make()",
        "json.load(open('x'))",
    ],
)
def test_nothing_is_said_where_a_setup_may_return_any_key(returned):
    more = "import json\ndef make(): return {'rat': 1}\n"
    assert context("return SETUP['rat']", returned, more) == ()


@pytest.mark.parametrize(
    "returned",
    ["dict(rate=1)", "{'rate': 1} if __name__ else {}", "{NAME: 1}"],
)
def test_keys_are_known_from_every_way_of_writing_them_out(returned):
    more = "NAME = 'rate'\n"
    assert context("return SETUP['rate']", returned, more) == ()
    assert len(context("return SETUP['rat']", returned, more)) == 1


def test_setups_that_build_a_dict_or_are_wrapped():
    start = f"{HEAD}import functools\n"
    trial = "@trial(1, {})\ndef t(): return SETUP['rat'], SETUP['rate']\n"
    built = "@setup()\ndef init():\n    c = {'a': 1}\n    c['rate'] = 2\n    return c\n"
    assert len(mistakes(start + built + trial)) == 1
    handed = built.replace("return c", "fill(c)\n    return c") + "def fill(c): c['rat'] = 1\n"
    assert mistakes(start + handed + trial) == ()
    wrapped = "def more(f): return lambda: {**f(), 'rat': 1}\n@setup()\n@more\ndef init():\n    return {'rate': 1}\n"
    assert mistakes(start + wrapped + trial) == ()


def test_updates_of_trials_count_and_hide_what_cannot_be_foreseen():
    more = "@trial(0, {})\ndef u():\n    return {'context_update': {'rat': 1}}\n"
    assert context("return SETUP['rat']", more=more) == ()
    assert len(context("return SETUP['ratt']", more=more)) == 1
    any_key = more.replace("{'rat': 1}", "make()") + "def make(): return [{}][0]\n"
    assert context("return SETUP['ratt']", more=any_key) == ()


def test_helpers_setups_and_verifications_are_looked_at():
    text = (
        f"{HEAD}def helper():\n    return SETUP['rat']\n"
        "@setup()\ndef first():\n    return {'rate': 1}\n"
        "@setup()\ndef second():\n    return {'size': SETUP['rare']}\n"
        "@trial(1, {})\ndef t():\n    return helper()\n"
        "@verify(['t'])\ndef v(results):\n    return SETUP['sise'] > 1\n"
    )
    assert [line for _, line, _ in places(mistakes(text))] == [3, 9, 15]


def test_a_file_with_a_setup_of_its_own():
    text = f"{HEAD}@trial(1, {{}})\ndef t(): return SETUP['a']\n"
    assert len(mistakes(text + "SETUP: dict[str, object]\n")) == 1
    assert mistakes(text + "import SETUP\n") == ()


# Results


def verification(lines, returned="{'acc': n, 'loss': n}", more=""):
    """The mistakes of a verification of two trials; its first line is line 10."""
    text = (
        f"{HEAD}@trial(1, {{'n': [1]}})\ndef train(n):\n    return {returned}\n"
        "@trial(1, {'n': [1]})\ndef other(n):\n    return n\n"
        "@verify(['train'])\ndef check(results):\n"
    )
    found = mistakes(text + indented(lines) + more)
    return tuple(each for each in found if not isinstance(each, NoVerdict))


def test_a_trial_that_is_not_there():
    [found] = verification("return len(results['tran']) > 1")
    assert places([found]) == [(UnknownResult, 10, "results['tran']")]
    assert found.message == "there is no trial 'tran' with results"
    assert found.hint == "did you mean 'train'?"
    [found] = verification("return len(results['zzz']) > 1")
    assert found.hint == "the trials are: train, other"


def test_a_key_that_no_run_has():
    [found] = verification("return results['train'][0]['acc'] > 1")
    assert places([found]) == [(UnknownRunKey, 10, "results['train'][0]['acc']")]
    assert found.message == "a run has no key 'acc'"
    assert found.hint == 'what the trial returned is below "result": write ["result"]["acc"]'
    [found] = verification("return results['train'][0]['sucess']")
    assert found.hint == "did you mean 'success'?"
    [found] = verification("return results['train'][0]['zzz']")
    assert found.hint.startswith("its keys are: success, result, return_code, error, type, params")


def test_a_list_that_is_taken_for_a_run():
    [found] = verification("return results['train']['result']['acc'] > 1")
    assert places([found]) == [(ListOfRuns, 10, "results['train']['result']")]
    assert found.hint == 'write [0]["result"], or look at each run in a loop'


def test_a_key_that_the_trial_does_not_return():
    [found] = verification("return results['train'][0]['result']['ac'] > 1")
    assert places([found]) == [(UnknownTrialKey, 10, "results['train'][0]['result']['ac']")]
    assert found.message == "the trial 'train' returns no 'ac'"
    assert found.hint == "did you mean 'acc'?"
    [found] = verification("return results['train'][0]['result']['zzz'] > 1")
    assert found.hint == "it returns: acc, loss"


@pytest.mark.parametrize(
    "lines",
    [
        "return all(r['acc'] for r in results['train'])",
        "return all(r['acc'] for r in results.get('train', []))",
        "return all(r['acc'] for r in results.get('train') or [])",
        "runs = results['train']\nreturn runs[0]['acc']",
        "runs = results['train']\nfor run in runs:\n    if run['acc']: return True",
        "for run in results['train']:\n    print(run.get('acc'))",
        "good = [r for r in results['train'] if r['success']]\nreturn good[-1]['acc']",
        "runs = results['train']\nruns = [r for r in runs if r['success']]\nreturn runs[0]['acc']",
        "runs = sorted(results['train'], key=lambda r: r['acc'])",
        "best = max(results['train'], key=lambda r: r['result']['acc'])\nreturn best['acc']",
        "best = next(iter(results['train']))\nreturn best['acc']",
        "for i, run in enumerate(results['train']):\n    run['acc']",
        "for name, runs in results.items():\n    for run in runs:\n        run['acc']",
        "for runs in results.values():\n    return runs[0]['acc']",
        "for r in results['train'] :\n    r['acc']\nfor r in results['other']:\n    r['success']",
        "r = results\nreturn r['train'][0]['acc']",
        "(first := results['train'][0])\nreturn first['acc']",
        "return 'acc' in results['train'][0]",
        "return results['train'][:2][0]['acc']",
        "return [list(filter(lambda r: r['acc'], results['train']))]",
        "results['train'].sort(key=lambda run: run['acc'])",
        "def inner():\n    return results['train'][0]['acc']\nreturn inner()",
        "try:\n    return results['train'][0]['acc']\nexcept IndexError:\n    return None",
    ],
)
def test_runs_are_followed_through_names_loops_and_functions(lines):
    assert [kind for kind, _, _ in places(verification(lines))] == [UnknownRunKey]


RUN = "run = results['train'][0]\n"


@pytest.mark.parametrize(
    "lines",
    [
        RUN + "return run['success'], run['result'], run['params'], run['duration'], run['log']",
        RUN + "return run['return_code'], run['error'], run['type'], run['traceback']",
        RUN + "return run['result']['acc'], run['result'].get('loss'), 'acc' in run['result']",
        RUN + "return run['result'].get('extra'), run.get('extra'), 'extra' in run",
        RUN + "return run['params']['acc'], run['params']['n']",
        RUN + "return run['extra'] if 'extra' in run else True",
        RUN + "run['acc'] = 1\nreturn run['acc']",
        RUN + "run.update(acc=1)\nreturn run['acc']",
        RUN + "run = {'acc': 1}\nreturn run['acc']",
        RUN + "for run in [{'acc': 1}]:\n    return run['acc']",
        RUN + "with open('x') as run:\n    return run['acc']",
        RUN + "def f(run):\n    return run['acc']\nreturn f({'acc': 1})",
        RUN + "return [run['acc'] for run in [{'acc': 1}]]",
        RUN + "return (lambda run: run['acc'])({'acc': 1})",
        RUN + "import json as run\nreturn run['acc']",
        RUN + "try:\n    return run['acc']\nexcept KeyError:\n    return None",
        RUN + "match run:\n    case {'acc': _, **run}:\n        return run['acc']",
        "runs = results['train']\nruns = convert(runs)\nreturn runs[0]['acc'], runs['x']",
        "results = convert(results)\nreturn results['tran'], results['train'][0]['acc']",
        "results['new'] = []\nreturn results['new']",
        "results.setdefault('new', [])\nreturn results['new']",
        "return results.get('zebra', [])",
        "return results.get('train2', []), results.get('other_1', [])",
        "return results['zebra'] if 'zebra' in results else []",
        "first, *rest = results['train']\nreturn first['acc']",
        "a, b = results['train']\nreturn a['acc']",
        "frame = [r['result'] for r in results['train']]\nreturn frame[0]['acc']",
        "rows = [{**r, **r['result']} for r in results['train']]\nreturn rows[0]['acc']",
        "rows = [dict(r, acc=1) for r in results['train']]\nreturn rows[0]['acc']",
        "return results['other'][0]['result']['acc']",
        "key = 'acc'\nreturn results['train'][0][key]",
        "by = {r['params']['n']: r for r in results['train']}\nreturn by['acc']",
        "return eval('1') + results['train'][0]['acc']",
    ],
)
def test_what_is_not_certainly_a_run_is_not_judged(lines):
    assert verification(lines, more="def convert(x): return x\n") == ()


@pytest.mark.parametrize("returned", ["make(n)", "{**make(n)}", "{n: 1}", "5"])
def test_nothing_is_said_of_results_whose_keys_are_not_known(returned):
    lines = "return results['train'][0]['result']['ac']"
    assert verification(lines, returned, "def make(n): return {'ac': n}\n") == ()


# Verdicts


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ('"suports"', "did you mean 'supports'?"),
        ('"Refuted"', "did you mean 'refutes'?"),
        ('"yes"', "the verdicts are: supports, refutes, inconclusive, invalid, continue"),
        ("1", "the verdicts are: supports, refutes, inconclusive, invalid, continue"),
        ("0.5", "the verdicts are: supports, refutes, inconclusive, invalid, continue"),
    ],
)
def test_a_word_that_is_no_verdict(value, hint):
    [found] = verification(f"return {value}")
    assert [(kind, line) for kind, line, _ in places([found])] == [(UnknownVerdict, 10)]
    assert found.message.endswith(" is not a verdict")
    assert found.hint == hint
    [in_branch] = verification(f"if results:\n    return {value} if SETUP else 'supports'")
    assert in_branch.hint == hint


@pytest.mark.parametrize(
    "lines",
    [
        "return 'supports'",
        "return 'REFUTES' if results else 'Continue'",
        "return True",
        "return None",
        "return",
        "return VerificationResult.SUPPORTS if results else VerificationResult.INCONCLUSIVE",
        "return VerificationResult['SUPPORTS'], VerificationResult.__members__",
        "def inner():\n    return 'yes'\nreturn inner() == 'yes'",
        "return (lambda: 'yes')() == 'yes'",
        "if False:\n    return 'yes'",
        "return str(results)",
    ],
)
def test_verdicts_are_not_judged_without_need(lines):
    assert verification(lines) == ()


def test_a_member_that_the_enum_does_not_have():
    [found] = verification("return VerificationResult.SUPORTS")
    assert places([found]) == [(UnknownMember, 10, "VerificationResult.SUPORTS")]
    assert found.hint == "did you mean 'SUPPORTS'?"
    text = "import mlx2smk as m\n@m.trial(1, {})\ndef t(): ...\n@m.verify(['t'])\ndef v(r):\n    "
    [found] = mistakes(f"{text}return m.VerificationResult.PASSED\n")
    assert places([found]) == [(UnknownMember, 6, "m.VerificationResult.PASSED")]
    assert found.hint == "it has SUPPORTS, REFUTES, INCONCLUSIVE, INVALID, CONTINUE"


def test_other_enums_are_not_ours():
    start = "from mlx2smk import trial, verify\n"
    rest = "@trial(1, {})\ndef t(): ...\n@verify(['t'])\ndef v(r):\n    return VerificationResult.PASSED\n"
    own = "import enum\nclass VerificationResult(enum.Enum):\n    PASSED = 'supports'\n"
    assert mistakes(start + own + rest) == ()
    own_module = {"decorators.py": own + "def trial(*x): return lambda f: f\nverify = trial\n"}
    text = "from decorators import VerificationResult, trial, verify\n" + rest
    assert mistakes(text, own_module) == ()
    assert len(mistakes(text)) == 1
    either = "try:\n    from mlx2smk import VerificationResult\nexcept ImportError:\n    VerificationResult = t\n"
    assert mistakes(start + either + rest) == ()


# Updates


@pytest.mark.parametrize(
    "key",
    ["context_updates", "contextUpdate", "context-update", "Context_Update", "context_udpate"],
)
def test_a_key_that_is_almost_an_update(key):
    text = f"{HEAD}@trial(1, {{'n': [1]}})\ndef t(n):\n    return {{'{key}': {{'a': n}}}}\n"
    [found] = mistakes(text)
    assert places([found]) == [(MisspelledUpdate, 4, f"'{key}'")]
    assert found.hint == "did you mean 'context_update'?"


@pytest.mark.parametrize(
    "returned",
    [
        "{'context_update': {'a': n}}",
        "{'context': {'a': n}, 'update': {'b': n}}",
        "{'context_updates': 3}",
        "{'context_updates': {'a': n}, 'context_update': {'a': n}}",
    ],
)
def test_other_keys_are_no_updates(returned):
    assert mistakes(f"{HEAD}@trial(1, {{'n': [1]}})\ndef t(n):\n    return {returned}\n") == ()


def test_a_key_that_a_verification_reads_is_meant():
    text = f"{HEAD}@trial(1, {{'n': [1]}})\ndef t(n):\n    return {{'context_updates': [n]}}\n"
    text += "@verify(['t'])\ndef v(r):\n    return r['t'][0]['result']['context_updates'] == 1\n"
    assert mistakes(text) == ()
