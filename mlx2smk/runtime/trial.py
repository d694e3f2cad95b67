"""One job of a trial: its combinations, one after another, each in its own process."""

from __future__ import annotations

import os
from functools import partial

from . import child, jsontext, observed, origin, provenance, records, variants
from .errors import JobError
from .grid import Grid
from .jobs import Runner, described, say
from .plan import job_before, job_named, projection, size_of, spans_of
from .store import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .currency import Surroundings
    from .documents import (
        Context,
        Failure,
        JobHead,
        JobMadeFrom,
        JobRecord,
        Observation,
        ObservedOutcome,
        Provenance,
        RunDict,
        TrialEntry,
    )
    from .gpus import Claim
    from .makers import Makers, Run
    from .plan import Job, Plan
    from .store import Store


class TrialJob:
    """Consecutive combinations of a trial, and their results so far."""

    def __init__(
        self, plan: Plan, name: str, job_name: str, log_path: str, spans: str | None = None
    ) -> None:
        self.plan = plan
        self.trial = plan.trial(name)
        self.job = _job(self.trial, job_name, spans)
        self.grid = Grid(self.trial["parameters"])
        self.log_path = log_path
        self.state: Context = {}
        self.runs: list[RunDict] = []
        self.observed: list[Observation] = []
        self._failed: dict[str, list[tuple[str, Found]]] = {}
        self._made_by: list[Provenance] = []
        self._repeated: list[int] = []
        self._here = provenance.of_process(plan.stem)
        self.keys: list[str | None] = []
        self.made_from: JobMadeFrom
        self._previous: str | None = None
        self._stores: dict[str, Store] = {}
        self._store_folder: str | None = None
        self._gpus: Claim | None = None
        self._several = size_of(self.trial) > 1
        stream = self.trial["stream"] or (plan.stream_all and self.trial["parallel"] is None)
        self._variants = variants.variants_by_number(self.trial, self.job.numbers)
        self._entries = list({each["digest"]: each for each in self._variants.values()}.values())
        self._runner = Runner(plan, self._entries, log_path, stream=stream)

    def continue_from(self, path: str) -> None:
        """Take over the updates of the previous job in a chain; raise JobError if it is out of date."""
        before = job_before(self.trial, self.job)
        record: JobRecord = records.read(path)
        digest = before.digest if before else ""
        records.check_digest(record, digest, path, self.trial["rule"])
        self.state = dict(record["state"])
        self._previous = before.name if before else None

    def use_store(self, folder: str, output: str) -> None:
        """Look up each combination in a store before it runs, and store its result afterwards.

        `output` is the path of the record that the job will write.
        """
        self._store_folder = folder
        self._output = output

    def _store(self, folder: str, code: str) -> Store:
        """Return the store for the runs of the combinations with that code."""
        from .store import Store

        if code not in self._stores:
            mark = f"{self.plan.stem}/{self.trial['name']}"
            self._stores[code] = Store(folder, mark, code, self.plan.kept, limits=self.trial)
        return self._stores[code]

    def _around(self, index: int) -> tuple[Surroundings, Run]:
        """Return what there is now, and which run a combination is."""
        from . import currency, packages

        contents, makers = self._runner.contents, self._all_makers
        now = currency.Surroundings(self.plan.folder, contents, makers, packages.here)
        return now, self._identity(index)

    def _all_makers(self) -> Makers:
        """Return who made which files, from all existing records and the runs of this job so far."""
        from . import makers

        results = os.path.dirname(os.path.dirname(os.path.dirname(self._output)))
        found = makers.makers_of(self.plan, results)
        for number, observation in enumerate(self.observed):
            found.add(self._identity(self.job.numbers[number]), observation)
        return found

    def _identity(self, index: int) -> Run:
        from . import makers

        return makers.positions(self.plan)["trials", self.trial["name"]], index

    def use_gpus(self, numbers: list[int]) -> None:
        """Reserve GPUs for the job before anything runs: how many, and out of how many.

        Raises JobError if there are too few.
        """
        if numbers:
            from .gpus import Claim

            self._gpus = Claim(*numbers)

    def run_all(self, context: Context) -> None:
        """Run every combination; in a chain each sees the updates of those before it."""
        self._prepare()
        files = self._runner.contents
        self.made_from = origin.of_job(self.plan, self.trial, context, self._previous, files)
        if self.trial.get("variants"):
            codes = [entry["digest"] for entry in self._variants.values()]
            self.made_from["codes"] = variants.grouped_codes(codes)
        if self.plan.scheduled is not None:
            self._check_inputs()
        for index in self.job.numbers:
            seen = {**context, **self.state} if self.trial["chained"] else dict(context)
            key, found = self._find_or_run(index, projection(self.trial, seen))
            self.keys.append(key)
            self.runs.append(found.run)
            self.observed.append(found.observed)
            self._made_by.append(found.made_by)
            self.state.update(updates_of(found.run))
            if "limit" in found.run:
                self.made_from["limits"] = {
                    **self.made_from.get("limits", {}),
                    **found.run["limit"],
                }

    def _check_inputs(self) -> None:
        """Raise JobError if a declared input is missing, now that everything before the trial has run."""
        for path, content in self.made_from["inputs"].items():
            if content in (None, []) and not os.path.isdir(os.path.join(self.plan.folder, path)):
                message = f"{path}, which inputs= of {self.trial['name']} names, is not there"
                self._runner.log.note(message)
                raise JobError(message)

    def record(self) -> JobHead:
        """Return the record of the job."""
        return {
            "version": records.RECORD_VERSION,
            "digest": self.job.digest,
            "scheduled": self.plan.scheduled,
            "made_from": self.made_from,
            "observed": observed.grouped(self.observed),
            "provenance": provenance.of_runs(self._made_by),
            "from_store": spans_of(self._repeated),
            "keys": self.keys,
            "state": self.state if self.trial["chained"] else {},
        }

    def _prepare(self) -> None:
        """Load once what every combination would load by itself."""
        from . import shims  # noqa: F401

        if self.job.count > 1:
            from . import failures, preload, seeding  # noqa: F401

            preload.numpy_for(self.plan, self._entries)
        try:
            for entry in self._entries:
                self.plan.code(entry["slice"])
        except (SyntaxError, ValueError):
            return  # this Python raises it again in each combination, as its result

    def _find_or_run(self, index: int, context: Context) -> tuple[str | None, Found]:
        """Return the combination's run, with its key in the store, which is None without a store."""
        if self._store_folder is None:
            self._head(index)
            return None, self._run_one(index, context)
        code = self._variants[index]["digest"]
        store, key = self._store(self._store_folder, code), self._key(code, index, context)
        around, declared = partial(self._around, index), partial(self._declared, index)
        found = store.get(key, self._output, around, declared)
        if found is None:
            found = self._run_and_keep(store, key, index, context)
        else:
            self._repeat(index, found)
        if not found.run["success"]:
            self._failed.setdefault(code, []).append((key, found))
        return key, found

    def _run_and_keep(self, store: Store, key: str, index: int, context: Context) -> Found:
        log = self._runner.log
        self._head(index)
        start = log.length
        found = self._run_one(index, context)
        found.output = log.since(start).decode("utf-8", "surrogateescape")
        found.outputs = store.keep(self.plan.folder, found.outputs)
        store.put(key, found, self._output)
        return found

    def _repeat(self, index: int, found: Found) -> None:
        """Log the output of a run that is reused."""
        self._repeated.append(len(self.runs))
        self._head(index)
        self._runner.log.write(found.output.encode("utf-8", "surrogateescape"))
        found.run["log"] = self.log_path

    def note_failures(self) -> None:
        """Tell the store which runs of this job failed, once the job's record exists."""
        for code, failed in self._failed.items():
            self._stores[code].put_failures(failed, self._output)

    def _head(self, index: int) -> None:
        """Log which combination's output follows, if there are several."""
        if self.job.count > 1:
            self._runner.log.note(f"combination {index}: {self.grid.label(index)}")

    def _key(self, code: str, index: int, context: Context) -> str:
        from .store import common_parts, key_of, ordered_and_declared

        made = self.made_from
        inputs = list(made["inputs"].items())
        source = self.plan.data["source"]
        common = common_parts(source, code, inputs, made["environment"], made["python"])
        outputs = self.trial.get("outputs", ())
        common.update(ordered_and_declared(bool(self.trial.get("in_order")), outputs))
        return key_of(common, self.grid, index, context)

    def _run_one(self, index: int, context: Context) -> Found:
        if self._gpus is not None:
            self._runner.log.note(f"GPU {self._gpus.hold(self._runner.check) or 'not found'}")
        task = child.Task(self.plan, "trials", self.trial["name"], context, index)
        outcome = self._runner.run(task, self._prefix(index))
        outputs = self._outputs(index, outcome) if self.trial.get("outputs") else {}
        run = self._run_dict(index, outcome)
        if not run["success"]:
            say(self._described(index, run))
        return Found(run, "", outcome["observed"], outputs, self._here)

    def _described(self, index: int, run: RunDict) -> str:
        """Return a line about a failure, with the command that steps into it."""
        from .words import repro_here

        name = self.trial["name"]
        command = repro_here(self.plan, name, self.grid.texts(index))
        line = described(f"{name} {self.grid.label(index)}".strip(), run, self.log_path)
        return f"{line}; step into it: {command}" if command else line

    def _declared(self, index: int) -> list[str]:
        """Return the declared paths of a combination's outputs."""
        from . import outputs

        return outputs.patterns(self.trial.get("outputs", ()), self.grid.values(index))

    def _outputs(self, index: int, outcome: ObservedOutcome) -> dict[str, str]:
        """Return the declared outputs and count them as made; a run without them has failed."""
        from . import outputs

        declared = {}
        folder, contents = self.plan.folder, self._runner.contents
        for pattern in self._declared(index):
            files = outputs.files_of(folder, pattern)
            if not files and "value" in outcome:
                error = f"{pattern}, which outputs= names, is not there after the run"
                failure: Failure = {"return_code": 1, "error": error, "type": "MissingOutput"}
                del outcome["value"]
                outcome["failure"] = failure
                self._runner.log.note(error)
            for file in files:
                digest = contents.digest(file)
                if digest is not None:
                    declared[observed.name_of(file, folder)] = digest
        if declared:
            made = outcome["observed"].get("made", {})
            outcome["observed"]["made"] = {**made, **declared}
        return declared

    def _prefix(self, index: int) -> str:
        if not self._several:
            return ""
        return f"[{self.job.name if self.job.count == 1 else self.grid.label(index)}] "

    def _run_dict(self, index: int, outcome: ObservedOutcome) -> RunDict:
        params = jsontext.loads(jsontext.dumps(self.grid.values(index)))
        if "value" in outcome:
            return {
                "success": True,
                "result": outcome["value"],
                "params": params,
                "duration": outcome["duration"],
                "log": self.log_path,
            }
        failure = outcome["failure"]
        run: RunDict = {
            "success": False,
            "return_code": failure["return_code"],
            "error": failure["error"],
            "type": failure["type"],
            "params": params,
            "duration": outcome["duration"],
            "log": self.log_path,
        }
        if "traceback" in failure:
            run["traceback"] = failure["traceback"]
        if "limit" in failure:
            run["limit"] = failure["limit"]
        return run


def _job(trial: TrialEntry, name: str, spans: str | None) -> Job:
    """Return the job of that name, which is in the plan unless its combinations are given."""
    if spans is None:
        return job_named(trial, name)
    from . import tails

    return tails.job_of_spans(trial, name, spans)


def updates_of(run: RunDict) -> Context:
    """Return the run's updates of the context."""
    result = run.get("result")
    update = result.get("context_update") if isinstance(result, dict) else None
    return update if isinstance(update, dict) else {}
