"""Plan -> the text of ``workflow/Snakefile``. It prints, as snakefmt would, and never decides."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlx2smk.emission.printing import NamedArguments, Rule, call, in_comment, quoted
from mlx2smk.language.text_digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.planning.plan import FunctionPlan, Plan, SetupPlan, TrialPlan, VerifyPlan

HEADER = """\
# Written by mlx2smk from {sources}. Change that and compile again:
# what is changed here by hand stands in the way of the next compile.
"""


def snakefile(plans: Sequence[Plan], settings: Mapping[str, str], digest: str = "") -> str:
    """Return the Snakefile that runs some experiments side by side.

    ``settings`` are defaults of Snakemake's config; ``digest`` stands for the files that go with it.
    """
    reports: NamedArguments = {"reports": [_report_path(plan) for plan in plans]}
    parts = [
        HEADER.format(sources=in_comment(", ".join(plan.source for plan in plans))),
        'include: "rules/mlx.smk"\n',
        f"check_bundle({quoted(digest)})\n" if digest else "",
        "".join(f"config.setdefault({quoted(k)}, {quoted(v)})\n" for k, v in settings.items()),
        "".join(_limits(plans)),
        str(Rule(name="all", input=reports)),
        *(str(_placed(rule, plan)) for plan in plans for rule in _rules(plan)),
    ]
    return "\n\n".join(part for part in parts if part)


def _limits(plans: Sequence[Plan]) -> Iterator[str]:
    for plan, trial in ((owner, trial) for owner in plans for trial in owner.trials):
        if trial.parallel:
            yield f"limit({quoted(limit_name(plan, trial))}, {trial.parallel})\n"


def limit_name(plan: Plan, trial: TrialPlan) -> str:
    """Name the Snakemake resource that caps how many combinations of a trial run at once.

    With the experiment's name, since modules of one Snakefile share their resources.
    """
    return re.sub(r"\W", "_", f"running_{plan.experiment}_{trial.rule}")


def _rules(plan: Plan) -> Iterator[Rule]:
    rules = _ExperimentRules(plan)
    for setup in plan.setups:
        if setup.after:
            earlier = [other for other in plan.setups if other.name in setup.after]
            yield rules.context(setup, earlier, ())
        yield rules.setup(setup)
    for trial in plan.trials:
        before = [other for other in plan.trials if other.name in trial.after]
        yield rules.context(trial, plan.setups, before)
        yield rules.trial(trial)
        yield rules.collect(trial)
    for verify in plan.verifications:
        yield rules.context(verify, plan.setups, plan.trials)
        yield rules.verify(verify)
    yield rules.report()


def _placed(rule: Rule, plan: Plan) -> Rule:
    """Have the user's code run in its environment, and the steps between outside of it."""
    if not plan.conda and not plan.container:
        return rule
    if rule.localrule:
        return replace(rule, params=rule.params | {"worker": "own_worker"})
    file = posixpath.normpath(f"experiments/{plan.experiment}/{plan.conda}")
    return replace(
        rule,
        conda=quoted(file) if plan.conda else "",
        container=quoted(plan.container) if plan.container else "",
    )


@dataclass(frozen=True, slots=True)
class _ExperimentRules:
    """The rules of one experiment, each from its part of the plan."""

    plan: Plan

    def setup(self, setup: SetupPlan) -> Rule:
        return Rule(
            name=setup.rule,
            comment=self._origin(setup, "@setup"),
            input=self._context_of(setup) if setup.after else {},
            output={"record": self._file("setup", setup)},
            log=self._log("setup", setup),
            params=self._params(self._digest("setups", setup)),
            shell=_command(
                "setup",
                setup,
                " --context {input.context:q}" if setup.after else "",
                " --output {output.record:q} --log {log:q} --digest {params.digest:q}",
            ),
        )

    def context(
        self, function: FunctionPlan, setups: Sequence[SetupPlan], trials: Sequence[TrialPlan]
    ) -> Rule:
        """Give a function what of SETUP it may read, once all that is before it is through.

        A checkpoint, because below one an output of the same bytes re-runs nothing.
        """
        inputs = _listed(
            setups=[self._file("setup", setup) for setup in setups],
            updates=[self._file("updates", trial) for trial in trials],
        )
        reads = function.reads.listed()
        keys = "any key" if reads is None else ", ".join(reads) or "no key"
        names = [function.name for function in (*setups, *trials)]
        return Rule(
            keyword="checkpoint",
            name=_step("context", function),
            comment=f"What {function.name} may read of SETUP: {keys}.",
            input=inputs,
            output={"context": self._file("context", function)},
            log=self._log("context", function),
            localrule=True,
            params=self._params(quoted(digest_of("context", json.dumps(reads), *names))),
            shell=_command(
                "context", function, *_given(inputs), " --output {output.context:q} --log {log:q}"
            ),
        )

    def trial(self, trial: TrialPlan) -> Rule:
        key = "batch" if trial.batched else "combination"
        here = (quoted(self.plan.experiment), quoted(trial.name))
        inputs = self._context_of(trial)
        if trial.chained:
            inputs["previous"] = call("previous", *here)
        if trial.inputs:
            inputs["data"] = call("beside", *here)
        return Rule(
            name=trial.rule,
            comment=self._origin(trial, f"@trial, {_describe(trial)}"),
            input=inputs,
            output={"run": self._path("results", "runs", trial.name, f"{{{key}}}.json")},
            log=self._path("logs", "runs", trial.name, f"{{{key}}}.log"),
            wildcard_constraints={key: '"[^/]+"'},
            threads=trial.threads,
            resources=_resources(self.plan, trial),
            params=self._params(self._digest("trials", trial)) | _options(trial),
            shell=_command(
                "trial",
                trial,
                f" --job {{wildcards.{key}:q}} --context {{input.context:q}} {{params.store}}",
                " {params.gpus}" if trial.gpus else "",
                " --previous {input.previous:q}" if trial.chained else "",
                " --output {output.run:q} --log {log:q} --digest {params.digest:q}",
            ),
        )

    def collect(self, trial: TrialPlan) -> Rule:
        here = (quoted(self.plan.experiment), quoted(trial.name))
        jobs = (f"{job.name}\0{job.digest}" for job in trial.jobs)
        return Rule(
            name=_step("collect", trial),
            comment=f"All runs of {trial.name}, in order, and what they make of SETUP.",
            input=self._context_of(trial) | {"runs": call("runs", *here)},
            output={
                "runs": self._file("trials", trial),
                "updates": self._file("updates", trial),
            },
            log=self._log("collect", trial),
            localrule=True,
            params=self._params(quoted(digest_of("collect", *jobs))) | {"folder": 'folder("runs")'},
            shell=_command(
                "collect",
                trial,
                " --runs {params.folder:q} --context {input.context:q}",
                " --runs-output {output.runs:q} --updates-output {output.updates:q}",
                " --log {log:q}",
            ),
        )

    def verify(self, verify: VerifyPlan) -> Rule:
        trials = [trial for trial in self.plan.trials if trial.name in verify.depends]
        inputs = _listed(trials=[self._file("trials", trial) for trial in trials])
        return Rule(
            name=verify.rule,
            comment=self._origin(verify, f"@verify of {', '.join(verify.depends) or 'nothing'}"),
            input=self._context_of(verify) | inputs,
            output={"verdict": self._file("verify", verify)},
            log=self._log("verify", verify),
            params=self._params(self._digest("verifications", verify, *verify.depends))
            | {"trials": 'folder("trials")'},
            shell=_command(
                "verify",
                verify,
                " --context {input.context:q} --trials {params.trials:q}",
                " --output {output.verdict:q} --log {log:q} --digest {params.digest:q}",
            ),
        )

    def report(self) -> Rule:
        plan = self.plan
        inputs = _listed(
            setups=[self._file("setup", setup) for setup in plan.setups],
            updates=[self._file("updates", trial) for trial in plan.trials],
            trials=[self._file("trials", trial) for trial in plan.trials],
            verdicts=[self._file("verify", verify) for verify in plan.verifications],
        )
        names = [f.name for f in plan.functions]
        digest = quoted(digest_of("report", plan.source, *names))
        return Rule(
            name=plan.report_rule,
            comment=f"Everything that {plan.source} gave, and its status.",
            input=inputs,
            output={"report": _report_path(plan)},
            log=self._path("logs", "report.log"),
            localrule=True,
            params=self._params(digest)
            | {"trials": 'folder("trials")', "verdicts": 'folder("verdicts")'},
            shell=(
                "{params.worker} report --plan {params.plan:q}",
                *_given({name: inputs[name] for name in ("setups", "updates") if name in inputs}),
                " --trials {params.trials:q} --verdicts {params.verdicts:q}",
                " --output {output.report:q} --log {log:q}",
            ),
        )

    def _context_of(self, function: FunctionPlan) -> NamedArguments:
        step = f"checkpoints.{_step('context', function)}"
        return {"context": f"lambda _: {step}.get().output.context"}

    def _file(self, kind: str, function: FunctionPlan) -> str:
        return self._path("results", kind, f"{function.name}.json")

    def _log(self, kind: str, function: FunctionPlan) -> str:
        return self._path("logs", kind, f"{function.name}.log")

    def _path(self, root: str, *parts: str) -> str:
        return quoted("/".join((root, self.plan.experiment, *parts)))

    def _params(self, digest: str) -> NamedArguments:
        return {
            "digest": digest,
            "worker": "worker",
            "plan": call("plan", quoted(self.plan.experiment)),
        }

    def _digest(self, kind: str, function: FunctionPlan, *more: str) -> str:
        return call("digest", *map(quoted, (self.plan.experiment, kind, function.name, *more)))

    def _origin(self, function: FunctionPlan, what: str) -> str:
        return f"{self.plan.source}:{function.line}: {what}"


def _report_path(plan: Plan) -> str:
    return quoted(f"results/{plan.experiment}/report.json")


def _step(kind: str, function: FunctionPlan) -> str:
    """Name a step that belongs to a function's rule: ``trial_train`` -> ``context_train``."""
    prefix = function.rule.removesuffix(f"{function.kind}_{function.name}")
    return f"{prefix}{kind}_{function.name}"


def _describe(trial: TrialPlan) -> str:
    count = f"{trial.combinations} combination" + "s" * (trial.combinations != 1)
    if trial.parallel:
        return f"{count}, at most {trial.parallel} at once"
    if trial.combinations < 2:
        return count
    return f"{count}, " + ("each after the one before" if trial.chained else "side by side")


def _options(trial: TrialPlan) -> NamedArguments:
    """Return the params that are options of the worker, as helpers decide where the job runs."""
    store: NamedArguments = {"store": "store"}
    return store | ({"gpus": f"gpus({trial.gpus})"} if trial.gpus else {})


def _resources(plan: Plan, trial: TrialPlan) -> NamedArguments:
    said: NamedArguments = {
        name: quoted(value) if isinstance(value, str) else repr(value)
        for name, value in trial.resources
    }
    if trial.gpus:
        said.setdefault("gpu", str(trial.gpus))  # as the executors for clusters call it
    return said | ({limit_name(plan, trial): "1"} if trial.parallel else {})


def _command(command: str, function: FunctionPlan, *rest: str) -> tuple[str, ...]:
    start = f"{{params.worker}} {command} {function.name} --plan {{params.plan:q}}"
    return (start, *filter(None, rest))


def _listed(**files: list[str]) -> NamedArguments:
    """Keep the inputs of which there are any."""
    return {name: paths for name, paths in files.items() if paths}


def _given(inputs: NamedArguments) -> Iterator[str]:
    """Return an option for each list of input files."""
    return (f" --{name} {{input.{name}:q}}" for name in inputs)
