from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from mlx2smk.analysis.slicing import Piece
from mlx2smk.forecast import forecast
from mlx2smk.forecast.code_changes import Code
from mlx2smk.forecast.outlook import UncertainFile, Uncertainty
from mlx2smk.forecast.past import (
    Basis,
    Difference,
    JobPast,
    Past,
    RunPast,
    SetupPast,
    StoredRun,
    TrialPast,
    VerdictPast,
)
from mlx2smk.forecast.reasons import (
    Chained,
    CodeChanged,
    CodeUnknown,
    CompilerChanged,
    FileAppeared,
    FileChanged,
    FileGone,
    FolderChanged,
    InputChanged,
    KeyChanged,
    Missing,
    New,
    PackageChanged,
    PackageGone,
    PackageInstalled,
    ProductChanged,
    ProductGone,
    Regrouped,
    ResultsChanged,
    SoftwareChanged,
    VariableChanged,
    VariableSet,
    VariableUnset,
)
from mlx2smk.planning.planner import PlanOptions, make_plan
from tests.support import handmade_experiments as handmade

NOWHERE = [None, None]
CODE = Code({}, {None: "exp.py"})
TEXTS = ['{"n": 1}', '{"n": 2}', '{"n": 3}']


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Library:
    """Knows some pieces by their code, and has a run of every combination of some codes."""

    def __init__(self, pieces=(), stored=(), update=None):
        self._pieces = dict(pieces)
        self._stored = stored
        self._update = update or {}
        self.asked = []

    def stored(self, trial, _job, _number, key):
        self.asked.append((trial, key))
        return [StoredRun(self._update)] if self._stored else []

    def knows(self, code):
        return code in self._stored

    def pieces(self, code):
        return self._pieces.get(code)


CODE_OF_TRAIN = sha("train")


def plan_of(*items, known=(), batch=None):
    experiment = handmade.experiment(*items)
    options = PlanOptions(batch=batch)
    return make_plan(experiment, handmade.analysis(experiment, *known), Path(), options)


def job_past(job, params, code=CODE_OF_TRAIN, **changes):
    """Return the record that a job of a plan leaves now, in which every combination succeeds."""
    plain = {
        "digest": job.digest,
        "context": {},
        "inputs": {},
        "environment": NOWHERE,
        "chained": False,
        "previous": None,
        "runs": tuple(RunPast(True, text, {}, code) for text in params),
    }
    return JobPast(**{**plain, **changes})


def trial_past(trial, params, **changes):
    """Return the records of a trial with a combination a job, each of which took a second."""
    jobs = {
        job.name: job_past(job, [text], **changes)
        for job, text in zip(trial.jobs, params, strict=True)
    }
    return TrialPast(jobs, collected=True, file="runs", seconds=dict.fromkeys(params, 1.0))


def one_trial(past=None, library=None, known=(), changes=None, **more):
    """Foresee a trial of n=1 and n=2; ``changes`` are made to its records."""
    plan = plan_of(handmade.trial(grid={"n": [1, 2]}), known=known)
    record = past or trial_past(plan.trials[0], ['{"n": 1}', '{"n": 2}'], **(changes or {}))
    everything = Past(library or Library(), trials={"train": record}, **more)
    return forecast(plan, everything, CODE).trials[0]


def numbers(outlook):
    return outlook.run, outlook.may_run, outlook.from_store, outlook.failed


def test_nothing_changed():
    outlook = one_trial()
    assert numbers(outlook) == (0, 0, 0, 0)
    assert (outlook.jobs, outlook.may_jobs, outlook.collects) == (0, 0, False)
    assert (outlook.reasons, outlook.seconds) == ((), 0.0)


def test_never_run():
    outlook = one_trial(TrialPast())
    assert numbers(outlook) == (2, 2, 0, 0)
    assert outlook.reasons == (New(2),)
    assert (outlook.seconds, outlook.collects) == (None, True)


def test_recorded_failures_stay():
    plan = plan_of(handmade.trial(grid={"n": [1, 2]}))
    past = trial_past(plan.trials[0], ['{"n": 1}', '{"n": 2}'])
    failed = replace(past.jobs["n~2"], runs=(RunPast(False, '{"n": 2}', {}, CODE_OF_TRAIN),))
    outlook = one_trial(replace(past, jobs={**past.jobs, "n~2": failed}))
    assert numbers(outlook) == (0, 0, 0, 1)


def test_a_record_that_is_gone():
    plan = plan_of(handmade.trial(grid={"n": [1, 2]}))
    past = trial_past(plan.trials[0], ['{"n": 1}', '{"n": 2}'])
    seen = replace(past, jobs={"n~1": past.jobs["n~1"]}, seconds={'{"n": 1}': 3.0, '{"n": 2}': 5.0})
    outlook = one_trial(seen)
    assert (numbers(outlook), outlook.reasons) == ((1, 1, 0, 0), (Missing(1),))
    assert outlook.seconds == 5.0
    logged = one_trial(replace(seen, seconds={'{"n": 1}': 3.0}, logged=frozenset({"n~2"})))
    assert logged.reasons == (Missing(1),)
    assert logged.seconds == 3.0


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"code": "older", "digest": "older"}, (CodeUnknown(),)),
        ({"digest": "older"}, (CompilerChanged(),)),
        ({"environment": ["older", None]}, (SoftwareChanged(),)),
        ({"chained": True, "digest": "older"}, (Regrouped(),)),
        ({"inputs": {"old.csv": "1"}, "digest": "older"}, (InputChanged("old.csv"),)),
    ],
)
def test_what_starts_all_jobs(changes, reasons):
    outlook = one_trial(changes=changes)
    assert numbers(outlook) == (2, 2, 0, 0)
    assert outlook.reasons == reasons
    assert outlook.seconds == 2.0


def test_what_comes_back_from_the_store():
    library = Library(stored=[sha("train")])
    outlook = one_trial(library=library, changes={"environment": ["older", None]})
    assert numbers(outlook) == (0, 0, 2, 0)
    assert (outlook.jobs, outlook.collects) == (2, True)
    assert len({key for _, key in library.asked}) == 2


def test_pieces_say_what_changed():
    old = Piece(None, ("RATE",), "constant", 2, "1", "0.9", 0)
    new = replace(old, line=3, digest="2", value="0.95")
    train = Piece(None, ("train",), "function", 9, "t", None, None)
    code = Code({sha("train"): (train, new)}, {None: "exp.py"})
    plan = plan_of(handmade.trial())
    records = trial_past(plan.trials[0], ["{}"], code="older", digest="older")
    past = Past(Library({"older": (train, old)}), trials={"train": records})
    assert forecast(plan, past, code).trials[0].reasons == (
        CodeChanged("changed", "constant", "RATE", "exp.py", 3, "0.9", "0.95", ("train",)),
    )


# ------------------------------------------------------------------ batches


def test_a_combination_more_in_a_batch():
    plan = plan_of(handmade.trial(grid={"n": [1, 2]}), batch=2)
    record = job_past(plan.trials[0].jobs[0], ['{"n": 1}'], digest="with one")
    past = Past(Library(), trials={"train": TrialPast({"0-1": record}, seconds={'{"n": 1}': 2.0})})
    outlook = forecast(plan, past, CODE).trials[0]
    assert (outlook.reasons, outlook.run, outlook.jobs) == ((New(1),), 2, 1)


def test_the_order_in_a_batch():
    plan = plan_of(handmade.trial(grid={"n": [1, 2]}), batch=2)
    texts = ['{"n": 2}', '{"n": 1}']
    record = job_past(plan.trials[0].jobs[0], texts, digest="turned round")
    past = TrialPast({"0-1": record}, seconds=dict.fromkeys(texts, 1.0))
    outlook = forecast(plan, Past(Library(), trials={"train": past}), CODE).trials[0]
    assert outlook.reasons == (Regrouped(),)


@pytest.mark.parametrize("code", ["train", "older"])
def test_other_batches_do_not_hide_that_the_code_changed(code):
    known = handmade.found("train", code="train")
    apart = plan_of(handmade.trial(grid={"n": [1, 2]}), known=[known]).trials[0]
    digest = sha("train") if code == "train" else code
    records = trial_past(apart, ['{"n": 1}', '{"n": 2}'], code=digest)
    plan = plan_of(handmade.trial(grid={"n": [1, 2]}), known=[known], batch=2)
    outlook = forecast(plan, Past(Library(), trials={"train": records}), CODE).trials[0]
    assert outlook.reasons == ((CodeUnknown() if code == "older" else Missing(2)),)


# ------------------------------------------------------------------ input files


CLEAN = Difference("files", "clean.csv", "1", "2")
DECLARED = Difference("inputs", "a.csv", "1", "2")


@pytest.mark.parametrize(
    ("difference", "reason"),
    [
        (DECLARED, InputChanged("a.csv")),
        (CLEAN, FileChanged("clean.csv")),
        (replace(CLEAN, makers=frozenset({("p", 0), ("p", 3)})), FileChanged("clean.csv", ("p",))),
        (replace(CLEAN, now=None), FileGone("clean.csv")),
        (replace(CLEAN, now=None, makers=frozenset({("p", 0)})), FileGone("clean.csv", ("p",))),
        (Difference("kinds", "x", None, "f"), FileAppeared("x")),
        (Difference("kinds", "x", None, "d"), FileAppeared("x")),
        (Difference("kinds", "x", "f", None), FileGone("x")),
        (Difference("kinds", "x", "f", "d"), FileChanged("x")),
        (Difference("folders", "x", ["a"], ["b"]), FolderChanged("x")),
        (Difference("folders", "x", [], ["b"]), FolderChanged("x")),
        (Difference("folders", "x", ["a"], None), FileGone("x")),
        (Difference("made", "x", "1", "2"), ProductChanged("x")),
        (Difference("made", "x", "1", None), ProductGone("x")),
        (Difference("variables", "V", "1", "2"), VariableChanged("V")),
        (Difference("variables", "V", None, "2"), VariableSet("V")),
        (Difference("variables", "V", "1", None), VariableUnset("V")),
        (Difference("packages", "p", "1.0", "1.1"), PackageChanged("p", "1.0", "1.1")),
        (Difference("packages", "p", "1.0", None), PackageGone("p", "1.0")),
        (Difference("missing", "m", None, "m"), PackageInstalled("m")),
    ],
)
def test_what_is_not_as_it_was(difference, reason):
    outlook = one_trial(changes={"basis": Basis((difference,))})
    assert (numbers(outlook), outlook.reasons) == ((2, 2, 0, 0), (reason,))


def test_a_declared_input_is_said_to_have_changed_once():
    plan = plan_of(handmade.trial(inputs=("a.csv",)))
    both = Basis((DECLARED, replace(DECLARED, kind="files")))
    record = trial_past(plan.trials[0], ["{}"], inputs={"a.csv": "1"}, basis=both)
    past = Past(Library(), trials={"train": record}, inputs={"a.csv": "2"})
    outlook = forecast(plan, past, CODE).trials[0]
    assert (outlook.run, outlook.reasons) == (1, (InputChanged("a.csv"),))


def test_the_content_of_declared_inputs_is_in_the_key():
    plan = plan_of(handmade.trial(inputs=("a.csv",)))
    record = trial_past(plan.trials[0], ["{}"], inputs={"a.csv": "1"}, basis=Basis((DECLARED,)))

    def key(content):
        library = Library()
        past = Past(library, trials={"train": record}, inputs={"a.csv": content})
        forecast(plan, past, CODE)
        return library.asked

    assert key("2") == key("2") != key("3")


# ------------------------------------------------------------------ what earlier runs make


def reading(path, *makers):
    """Return what a run rests on that reads a file which those runs make."""
    return Basis((), {path: frozenset(makers)})


def prepared(first=None, basis=None, library=None, **more):
    """Foresee a trial `p` of n=1 and n=2, with such changes to its records, and one after it."""
    plan = plan_of(handmade.trial("p", grid={"n": [1, 2]}), handmade.trial(order=2))
    records = trial_past(plan.trials[0], TEXTS[:2], code=sha("p"))
    jobs = {name: replace(job, **(first or {}).get(name, {})) for name, job in records.jobs.items()}
    last = trial_past(plan.trials[1], ["{}"], basis=basis)
    past = {"p": replace(records, jobs=jobs), "train": replace(last, **more)}
    return forecast(plan, Past(library or Library(), trials=past), CODE).trials[1]


EDITED = {"basis": Basis((replace(CLEAN, name="raw.csv"),))}


@pytest.mark.parametrize(
    ("maker", "may_run"),
    [(("p", 0), 0), (("p", 1), 1), (("p", None), 1), (("q", 1), 0), (("q", None), 0)],
)
def test_a_file_that_a_run_makes_which_runs_again(maker, may_run):
    outlook = prepared({"n~2": EDITED}, reading("clean.csv", maker))
    assert (outlook.run, outlook.may_run, outlook.jobs, outlook.may_jobs) == (
        0,
        may_run,
        0,
        may_run,
    )
    assert outlook.uncertain_files == (UncertainFile("clean.csv", ("p",)),) * may_run


def test_a_file_that_is_another_one_until_it_is_made_again():
    gone = replace(CLEAN, now=None, makers=frozenset({("p", 1)}))
    basis = replace(reading("clean.csv", ("p", 1)), differences=(gone,))
    outlook = prepared({"n~2": EDITED}, basis)
    assert (outlook.run, outlook.may_run, outlook.reasons) == (0, 1, ())
    outlook = prepared({}, basis)
    assert (outlook.run, outlook.reasons) == (1, (FileGone("clean.csv", ("p",)),))


def test_a_file_that_changed_is_reason_enough():
    basis = replace(reading("clean.csv", ("p", 1)), differences=(replace(CLEAN, name="x"),))
    outlook = prepared({"n~2": EDITED}, basis)
    assert (outlook.run, outlook.may_run, outlook.reasons) == (1, 1, (FileChanged("x"),))


def test_a_declared_input_that_a_run_makes():
    outlook = prepared({"n~2": EDITED}, Basis(), declared=reading("clean.csv", ("p", 1)))
    assert (outlook.run, outlook.may_run) == (0, 1)
    assert outlook.uncertain_files == (UncertainFile("clean.csv", ("p",)),)


class Stored(Library):
    """Has these runs of each combination, by its number."""

    def __init__(self, *runs):
        super().__init__(stored=[sha("train")])
        self._runs = runs

    def stored(self, trial, _job, number, _key):
        return self._runs[number] if trial == "train" else []


def batch_of(*runs, changes=EDITED):
    """Foresee a batch that such runs are stored of, and that starts if it has changes."""
    trials = handmade.trial("p"), handmade.trial(grid={"n": list(range(len(runs)))}, order=2)
    plan = plan_of(*trials, batch=9)
    texts = [f'{{"n": {number}}}' for number in range(len(runs))]
    job = job_past(plan.trials[1].jobs[0], texts, **changes)
    first = job_past(plan.trials[0].jobs[0], ["{}"], code=sha("p"), **EDITED)
    past = {
        "p": TrialPast({"0-0": first}, seconds={"{}": 1.0}),
        "train": TrialPast({job_name(plan): job}, seconds=dict.fromkeys(texts, 1.0)),
    }
    return forecast(plan, Past(Stored(*runs), trials=past), CODE).trials[1]


def job_name(plan):
    return plan.trials[1].jobs[0].name


CURRENT = StoredRun({})
OUTDATED = StoredRun({}, Basis((CLEAN,)))
IN_DOUBT = StoredRun({}, reading("clean.csv", ("p", 0)))


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([[CURRENT], [OUTDATED]], (1, 1, 1, 0)),
        ([[CURRENT], []], (1, 1, 1, 0)),
        ([[OUTDATED, CURRENT], [OUTDATED, OUTDATED]], (1, 1, 1, 0)),
        ([[IN_DOUBT], [OUTDATED]], (1, 2, 0, 0)),
        ([[IN_DOUBT, CURRENT], [OUTDATED, IN_DOUBT]], (0, 1, 1, 0)),
    ],
)
def test_what_a_batch_takes_from_the_store(runs, expected):
    assert numbers(batch_of(*runs)) == expected


def test_only_what_is_in_doubt_of_a_batch_may_run():
    basis = reading("clean.csv", ("p", 0))
    outlook = batch_of([CURRENT], [IN_DOUBT], [CURRENT], changes={"basis": basis})
    assert (outlook.run, outlook.may_run, outlook.jobs, outlook.may_jobs) == (0, 1, 0, 1)


def test_a_setup_and_a_verification_with_files_of_earlier_runs():
    first, second = handmade.setup("first"), handmade.setup("second")
    known = [handmade.found("second", reads=[])]
    plan = plan_of(first, second, handmade.verify("check"), known=known)
    basis = reading("a.csv", ("first", 0))

    def foreseen(edited):
        setups = {
            "first": SetupPast(sha("first"), {}, {}, 1.0, basis=Basis((CLEAN,) * edited)),
            "second": SetupPast(sha("second"), {}, {}, 1.0, basis=basis),
        }
        verdict = VerdictPast(
            sha("check"), {}, {}, 1.0, crashed=False, basis=reading("b.csv", ("second", 0))
        )
        result = forecast(plan, Past(Library(), setups=setups, verdicts={"check": verdict}), CODE)
        return [(item.run, item.may_run) for item in (*result.setups, *result.verifications)]

    assert foreseen(edited=False) == [(0, 0), (0, 0), (0, 0)]
    assert foreseen(edited=True) == [(1, 1), (0, 1), (0, 1)]


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_of_a_verification(edited):
    outlook = judged(verdict={"basis": Basis((CLEAN,) * edited)})
    assert (outlook.run, outlook.reasons) == (edited, (FileChanged("clean.csv"),) * edited)


# ------------------------------------------------------------------ context

READS_LR = handmade.found("train", reads=["lr", "seed"])


def with_setup(returned, seen, **changes):
    """Foresee a setup and a trial of one combination that reads lr and seed."""
    plan = plan_of(handmade.setup("init"), handmade.trial(), known=[READS_LR])
    record = SetupPast(sha("init"), {}, returned, 4.0)
    context = {key: sha(value) for key, value in seen.items()}
    past = Past(
        Library(),
        setups={"init": replace(record, **changes)},
        trials={"train": trial_past(plan.trials[0], ["{}"], context=context)},
        contexts={"train": {"lr": 0.5, "seed": 1}},
    )
    result = forecast(plan, past, CODE)
    return result.setups[0], result.trials[0]


def test_the_same_context():
    init, train = with_setup({"lr": 0.5, "other": 1}, {"lr": "0.5"})
    assert (init.run, train.may_run) == (0, 0)


def test_a_key_changed_and_another_is_gone():
    _, train = with_setup({"lr": 0.25}, {"lr": "0.5", "seed": "1"})
    assert train.run == 1
    assert train.reasons == (KeyChanged("lr", "0.5", "0.25"), KeyChanged("seed", "1", None))


def test_a_setup_that_runs_leaves_its_keys_in_doubt():
    init, train = with_setup({"lr": 0.5}, {"lr": "0.5"}, code="older")
    assert (init.run, init.seconds, init.reasons) == (1, 4.0, (CodeUnknown(),))
    assert (train.run, train.may_run, train.jobs, train.may_jobs) == (0, 1, 0, 1)
    assert train.uncertainty == Uncertainty(("init",), ("lr", "seed"))
    assert (train.seconds, train.may_seconds) == (0.0, 1.0)


def test_a_later_setup_settles_what_an_earlier_one_may_return():
    setups = handmade.setup("first"), handmade.setup("second")
    plan = plan_of(*setups, handmade.trial(), known=[handmade.found("train", reads=["lr"])])
    past = Past(
        Library(),
        setups={
            "first": SetupPast("older", {}, {"lr": 1}, 1.0),
            "second": SetupPast(sha("second"), {}, {"lr": 2}, 1.0),
        },
        trials={"train": trial_past(plan.trials[0], ["{}"], context={"lr": sha("2")})},
    )
    result = forecast(plan, past, CODE)
    assert [setup.may_run for setup in result.setups] == [1, 0]
    assert result.trials[0].may_run == 0


def test_a_setup_that_reads_what_an_earlier_one_returns():
    setups = handmade.setup("first"), handmade.setup("second")
    plan = plan_of(*setups, known=[handmade.found("second", reads=["a"])])
    second = SetupPast(sha("second"), {"a": sha("1")}, {}, 1.0)
    first = SetupPast(sha("first"), {}, {"a": 1}, 1.0)

    def runs(first):
        past = Past(Library(), setups={"first": first, "second": second})
        return [(item.run, item.may_run) for item in forecast(plan, past, CODE).setups]

    assert runs(first) == [(0, 0), (0, 0)]
    assert runs(replace(first, returned={"a": 2})) == [(0, 0), (1, 1)]
    assert runs(replace(first, code="older")) == [(1, 1), (0, 1)]


def test_new_code_runs_whatever_the_context_and_known_code_may_be_stored():
    plan = plan_of(handmade.setup("init"), handmade.trial(), known=[READS_LR])

    def runs(library):
        records = trial_past(plan.trials[0], ["{}"], code="older", digest="older")
        outlook = forecast(plan, Past(library, trials={"train": records}), CODE).trials[0]
        return outlook.run, outlook.may_run, outlook.jobs

    assert runs(Library()) == (1, 1, 1)
    assert runs(Library(stored=[sha("train")])) == (0, 1, 1)


# ------------------------------------------------------------------ chains

CHAINED = handmade.found("train", reads=["sum"], writes=["sum"])


def chain(values, *, previous=(None, "n~1", "n~2"), library=None):
    """Foresee a chain of such values, of which 1, 2 and 3 ran."""
    ran = plan_of(handmade.trial(grid={"n": [1, 2, 3]}), known=[CHAINED]).trials[0]
    records = trial_past(ran, TEXTS, chained=True)
    jobs = {
        name: replace(job, previous=before)
        for (name, job), before in zip(records.jobs.items(), previous, strict=True)
    }
    plan = plan_of(handmade.trial(grid={"n": values}), known=[CHAINED])
    past = Past(library or Library(), trials={"train": replace(records, jobs=jobs)})
    return forecast(plan, past, CODE).trials[0]


def test_a_chain_that_stays():
    assert numbers(chain([1, 2, 3])) == (0, 0, 0, 0)


def test_all_after_a_new_link_start():
    outlook = chain([1, 9, 2, 3])
    assert numbers(outlook) == (3, 3, 0, 0)
    assert outlook.reasons == (New(1), Chained(2))


def test_links_whose_context_is_known_come_back_from_the_store():
    stored = chain([2, 3], library=Library(stored=[sha("train")]))
    assert (stored.from_store, stored.jobs, stored.run) == (2, 2, 0)


# ------------------------------------------------------------------ what trials pass on


def passing(first_changes, *, updates=({"last": 1}, {"last": 2}), values=(1, 2)):
    """Foresee a trial that writes `last` and one of a later order that read the value 2 of it."""
    first, later = handmade.trial(grid={"n": list(values)}), handmade.trial("later", order=2)
    known = [
        handmade.found("train", writes=["last"]),
        handmade.found("later", reads=["last"]),
    ]
    plan = plan_of(first, later, known=known)
    records = trial_past(plan.trials[0], [f'{{"n": {n}}}' for n in values], **first_changes)
    jobs = {
        name: replace(job, runs=(replace(job.runs[0], update=update),))
        for (name, job), update in zip(records.jobs.items(), updates, strict=False)
    }
    seen = trial_past(plan.trials[1], ["{}"], code=sha("later"), context={"last": sha("2")})
    past = Past(Library(), trials={"train": replace(records, jobs=jobs), "later": seen})
    return forecast(plan, past, CODE).trials[1]


def test_the_last_update_counts():
    assert passing({}).may_run == 0


def test_without_the_last_update():
    outlook = passing({}, updates=({"last": 1},), values=(1,))
    assert (outlook.run, outlook.reasons) == (1, (KeyChanged("last", None, "1"),))


def test_a_trial_that_runs_leaves_what_it_writes_in_doubt():
    outlook = passing({"environment": ["older", None]})
    assert (outlook.run, outlook.may_run) == (0, 1)
    assert outlook.uncertainty == Uncertainty(("train",), ())


# ------------------------------------------------------------------ verifications


def judged(*, verdict=None, trial=None, collected=True):
    plan = plan_of(
        handmade.trial(),
        handmade.verify("check", "train"),
        known=[handmade.found("check", trials_read=["train"])],
    )
    records = trial_past(plan.trials[0], ["{}"], **(trial or {}))
    plain = VerdictPast(sha("check"), {}, {"train": "runs"}, 2.0, crashed=False)
    past = Past(
        Library(),
        trials={"train": replace(records, collected=collected)},
        verdicts={"check": replace(plain, **(verdict or {}))},
    )
    return forecast(plan, past, CODE).verifications[0]


def test_a_verdict_that_stands():
    assert (judged().may_run, judged().seconds, judged().failed) == (0, 0.0, 0)


@pytest.mark.parametrize(
    "given",
    [
        {"trial": {"environment": ["older", None]}},
        {"collected": False},
        {"verdict": {"trials": {"train": "other runs"}}},
        {"verdict": {"trials": {}}},
    ],
)
def test_a_verdict_of_other_results(given):
    outlook = judged(**given)
    assert (outlook.run, outlook.seconds) == (1, 2.0)
    assert outlook.reasons == (ResultsChanged("train"),)


def test_a_verdict_of_a_trial_that_it_no_longer_judges():
    outlook = judged(verdict={"trials": {"train": "runs", "gone": "more"}})
    assert outlook.reasons == (ResultsChanged("gone"),)


def test_a_crash_stays_recorded():
    assert judged(verdict={"crashed": True}).failed == 1
    again = judged(verdict={"crashed": True, "code": "older"})
    assert (again.failed, again.run, again.reasons) == (0, 1, (CodeUnknown(),))


def test_trials_without_a_function():
    plan = plan_of(handmade.trial())
    assert forecast(plan, Past(Library(), others={"old": 3}), CODE).others == {"old": 3}
