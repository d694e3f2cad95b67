# What the rules of a compiled experiment call: where the worker and the plans are, and which jobs a
# trial has. A function with `input` among its arguments gives Snakemake a value that it does not
# compare between runs, as must be for paths.
import atexit
import difflib
import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import shlex
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from functools import lru_cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.sourcecache import LocalSourceFile

# A chain of combinations is as deep as it is long, and Snakemake walks it by recursion.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 100_000))

# Where this is part of a `module`, that may rename its rules and move its files.
MODULE = workflow.modifier

WORKFLOW = Path(str(workflow.current_basedir)).parent
STORE = Path(".mlx", "store")

# On the command line of Snakemake only True and False are anything but texts.
# Seconds by which the clocks of two machines may differ.
CLOCKS_DIFFER = 60

YES, NO = ("true", "yes", "1"), ("false", "no", "0")


def manifest():
    """Return what mlx compile says that it wrote, nothing if that did not come along."""
    try:
        return json.loads((WORKFLOW / ".mlx2smk.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def hold(directory):
    """Have mlx compile, gc and retry keep away from a folder as long as this process lives."""
    path = Path(directory, ".mlx", "run.lock")
    try:
        path.parent.mkdir(exist_ok=True)
        lock = path.open("a")
        fcntl.flock(lock, fcntl.LOCK_SH)
    except OSError:
        return None  # without it one cannot compile here either, or no lock is known
    return lock


def check_begun():
    """Refuse a workflow of which one part is older than the other."""
    if "replaces" in manifest():
        raise WorkflowError(
            f"mlx compile was stopped while it wrote {WORKFLOW}: run mlx compile again"
        )


def check_bundle(digest):
    """Refuse a Snakefile that does not belong to the files beside it."""
    if manifest().get("bundle", digest) != digest:
        raise WorkflowError(
            f"The files in {WORKFLOW} are of more than one mlx compile: run mlx compile again"
        )


# Before anything else is read: what is compiled now stays as it is until this process ends.
HELD = [hold(WORKFLOW.parent), hold(".")] if workflow.is_main_process else []
check_begun()


def plan_path(stem):
    return str(WORKFLOW / "experiments" / stem / "plan.json")


def stems():
    """Return the names of the experiments that were compiled together."""
    return sorted(path.parent.name for path in WORKFLOW.glob("experiments/*/plan.json"))


@lru_cache(maxsize=None)
def read_plan(stem):
    return json.loads(Path(plan_path(stem)).read_text(encoding="utf-8"))


@lru_cache(maxsize=None)
def jobs_of(stem, trial):
    """Return the trial's jobs: name -> digest, in the order of their combinations."""
    trials = read_plan(stem)["trials"]
    lines = next(found["jobs"] for found in trials if found["name"] == trial)
    return {name: digest for name, _, _, digest in map(str.split, lines)}


def run_path(stem, trial, job):
    return f"results/{stem}/runs/{trial}/{job}.json"


@lru_cache(maxsize=None)
def needed_methods():
    """Return what Snakemake has to be told to use, for the environments that user code runs in."""
    plans = [read_plan(stem) for stem in stems()]
    named = {"conda": "conda", "container": "apptainer"}
    return [named[key] for key in named if any(plan.get(key) for plan in plans)]


def chosen():
    """Return the interpreter that was chosen for the jobs, empty for the one they have anyway."""
    python = str(config.get("mlx_python", ""))
    return "" if needed_methods() and python == "python" else python


def code(digest):
    """Return what stands for code and for what was chosen to run it: a change runs it again."""
    return " python ".join(filter(None, [digest, chosen()]))


def runtime():
    """Return the worker's package, under a name of its own: a module may bring another version."""
    folder = WORKFLOW / "mlx" / "mlx_runtime"
    name = f"mlx_runtime_{hashlib.sha256(bytes(folder)).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return name


@lru_cache(maxsize=None)
def graph(stem):
    """Return what knows whether all that the last runs touched is as it was then."""
    found = importlib.import_module(f"{runtime()}.graph")
    python = None if needed_methods() else config.get("mlx_python", sys.executable)
    # Each machine of a cluster has a folder of its own for temporary files.
    elsewhere = [tempfile.gettempdir() + os.sep] if workflow.non_local_exec else []
    results = moved(f"results/{stem}")
    large = number_of_bytes("mlx_large_file")
    plan = found.Plan(plan_path(stem))
    return found.Graph(plan, results, python, large, elsewhere)


def check_settings():
    """Refuse settings of this tool that do not exist, or have no such value."""
    allowed = {
        "mlx_python": lambda value: isinstance(value, str),
        "mlx_store": lambda value: str(value).lower() in (*YES, *NO),
        "mlx_large_file": lambda value: str(value).isdecimal(),
        "mlx_keep_outputs": lambda value: str(value).isdecimal(),
    }
    for name, value in config.items():
        if name in allowed and not allowed[name](value):
            wanted = "true or false" if name == "mlx_store" else "a number of bytes"
            raise WorkflowError(f"the setting {name}={value!r} is not {wanted}")
        if str(name).startswith("mlx_") and name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = (
                f"did you mean {near[0]}?"
                if near
                else f"there are {', '.join(allowed)}"
            )
            raise WorkflowError(f"there is no setting {name}: {hint}")


def number_of_bytes(setting):
    """Return a setting that is a number of bytes, None if it is not set."""
    size = config.get(setting)
    return None if size is None else int(size)


def scheduled(stem, kind, name, job, code):
    """Return what a job is scheduled for: its code, and what its last run touched.

    Where results are kept elsewhere, nobody can look at what touched what before the job runs.
    """
    if uses_storage():
        return graph(stem).scheduled_unseen(kind, name, code)
    return graph(stem).scheduled(kind, name, job, code)


def digest(stem, kind, name, *more):
    """Return a function: what a job is scheduled for, beginning with the digest of its code."""

    def find(wildcards):
        if kind == "trials":
            job = wildcards[0]
            return scheduled(stem, kind, name, job, code(jobs_of(stem, name)[job]))
        functions = read_plan(stem)[kind]
        found = next(each["digest"] for each in functions if each["name"] == name)
        # Code sees its file's name, and what is beside it. Jobs of trials have it in their digests.
        source = hashlib.sha256(os.fsencode(read_plan(stem)["source"])).hexdigest()[:16]
        return scheduled(stem, kind, name, "", code(" ".join([found, source, *more])))

    return find


def runs(stem, trial):
    """Return the files of all runs of a trial."""
    return [run_path(stem, trial, job) for job in jobs_of(stem, trial)]


def previous(stem, trial):
    """Return a function: the run before a job, which a chained trial goes on from."""
    jobs = list(jobs_of(stem, trial))
    before = dict(zip(jobs[1:], jobs))

    def find(wildcards):
        job = before.get(wildcards[0])
        return [] if job is None else run_path(stem, trial, job)

    return find


def beside(stem, trial):
    """Return a function: the declared inputs of a trial that other rules make, for Snakemake to wait for.

    Of the others it need not know: they are compared by what is in them (`digest`). They are the
    user's files, so neither a module's prefix nor a storage moves them.
    """

    def find(wildcards):
        trials = read_plan(stem)["trials"]
        paths = next(found["inputs"] for found in trials if found["name"] == trial)
        folder = Path(plan_path(stem)).parent / read_plan(stem)["folder"]
        there = [os.path.relpath(folder / path) for path in paths]
        return [local(path) for path in there if is_made_by_a_rule(path)]

    return find


def is_made_by_a_rule(path):
    """Tell whether a rule of this or another Snakefile makes a file."""
    return any(rule.is_producer(path) for rule in workflow.rules)


def plan(stem):
    return lambda wildcards, input: plan_path(stem)


def worker(wildcards, input):
    """Return the start of a command line: the interpreter of the jobs and the worker.

    The worker is told what was chosen, for the results' records and the store.
    """
    option = ["--interpreter", chosen()] if chosen() else []
    for name, setting in (("large", "mlx_large_file"), ("keep", "mlx_keep_outputs")):
        size = number_of_bytes(setting)
        option += [] if size is None else [f"--{name}", str(size)]
    return command_line(config.get("mlx_python", sys.executable), *option)


def own_worker(wildcards, input):
    """Return the same with Snakemake's own interpreter, for what runs outside environments."""
    return command_line(sys.executable)


def command_line(python, *options):
    return shlex.join([python, str(WORKFLOW / "mlx" / "worker.py"), *options])


def store(wildcards, input):
    """Return the option that names the store of results; none with `--config mlx_store=false`."""
    wanted = str(config.get("mlx_store", True)).lower() not in NO
    return f"--store {STORE}" if wanted else ""


def folder(name):
    """Return a function: the folder of the input files of that name, `.` if there are none."""

    def find(wildcards, input):
        files = input.get(name)
        first = files if isinstance(files, str) else next(iter(files or []), "")
        return os.path.dirname(first) or "."

    return find


def gpus(count):
    """Return a function: the option that gives a job so many GPUs of this machine for itself.

    In a cluster there is no such option, since the scheduler gives a job its GPUs.
    """

    def option(wildcards, input):
        if workflow.remote_exec:
            return ""
        machine = workflow.global_resources
        there = [machine[name].value for name in ("gpus", "gpu") if name in machine]
        return " ".join(map(str, ["--gpus", count, *there[:1]]))

    return option


def limit(name, count):
    """Let at most so many jobs with the resource `name` run at once, unless the user said."""
    if name not in workflow.global_resources:
        workflow.register_resource(name, count)


def moved(path):
    """Return where a file or folder of this workflow is when it is a module with a prefix."""
    return MODULE.path_modifier.replace_prefix(path)


def is_forced(stem, trial):
    """Tell whether -F, -R or -f asks for runs of the trial, whatever the store has of them."""
    settings = workflow.dag_settings
    asked = {*settings.forcerun, *(settings.targets if settings.forcetargets else ())}
    known_as = MODULE.modify_rulename(trial["rule"])
    start = moved(f"results/{stem}/runs/{trial['name']}/")
    return settings.forceall or any(
        name == known_as or name.startswith(start) for name in asked
    )


def recorded():
    """Return what Snakemake knows: outputs that are done, and those of jobs that were cut short.

    It names a file after its path in base 64; a long name is cut into folders that start with @.
    """
    return {
        "".join([*Path(folder).relative_to(kind).parts, name]).replace("@", "")
        for kind in map(Path(".snakemake").joinpath, ("metadata", "incomplete"))
        for folder, _, names in os.walk(kind)
        for name in names
    }


def check_known(stem):
    """Refuse results that Snakemake has lost its records of: it would take them for current.

    Those of a run that was interrupted are marked as incomplete, and made again.
    """
    if any(Path(".snakemake").glob("metadata.db*")):
        return
    results, known = moved(f"results/{stem}"), recorded()
    kinds = ("setup", "context", "runs", "updates", "trials", "verify")
    files = [path for kind in kinds for path in Path(results, kind).rglob("*.json")]
    files += filter(Path.is_file, [Path(results, "report.json")])
    paths = [f"{results}/{path.relative_to(results).as_posix()}" for path in files]
    lost = [
        path for path in paths if urlsafe_b64encode(path.encode()).decode() not in known
    ]
    if lost:
        what = results if len(lost) > 3 or lost == paths else " and ".join(lost)
        raise WorkflowError(
            f"{what} was made by a run that Snakemake has no records of (in .snakemake/metadata), "
            f"so nobody can tell what in it is stale: delete {what} "
            f"(what is in the store of results, {STORE}, does not run again)"
        )


def settle_times(stem):
    """Take back times of results that lie in the future, as after a copy or by a clock that was wrong.

    To Snakemake they would be newer than whatever is made from now on. Like this they are older, and it
    looks at what is in them.
    """
    now = time.time()
    times = {
        path: path.stat().st_mtime
        for path in Path(moved(f"results/{stem}")).rglob("*.json")
    }
    late = [path for path, modified in times.items() if modified > now + CLOCKS_DIFFER]
    past = min([now, *(times[path] for path in times if path not in late)]) - 1
    for path in late:
        os.utime(path, (past, past))


def check_deployed():
    """Refuse to run in this machine's environment what was compiled for another one."""
    settings = workflow.deployment_settings
    if settings is None:
        return
    needed = needed_methods()
    if set(needed) - {method.name.lower() for method in settings.deployment_method}:
        raise WorkflowError(
            "The experiment was compiled to run in an environment of its own, which Snakemake was not "
            f"told to use: start it with `snakemake --sdm {' '.join(needed)}`, or write "
            f"`software-deployment-method: [{', '.join(needed)}]` into the profile that is in use "
            "(or compile again without --conda and --container)"
        )


def code_of(stem):
    """Return the files that jobs of an experiment read beside the workflow's."""
    plan = read_plan(stem)
    folder = Path(plan_path(stem)).parent / plan["folder"]
    functions = [*plan["setups"], *plan["trials"], *plan["verifications"]]
    modules = {found["path"] for function in functions for found in function["modules"]}
    return [folder / path for path in sorted({plan["file"], *modules})]


def has_changed(path, digest):
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() != digest
    except OSError:
        return True


def changed(stem):
    """Return the files of an experiment that were edited since it was compiled.

    It may be that only the workflow was brought here.
    """
    plan = read_plan(stem)
    folder = Path(plan_path(stem)).parent / plan["folder"]
    if not (folder / plan["file"]).is_file():
        return []
    functions = [*plan["setups"], *plan["trials"], *plan["verifications"]]
    digests = {plan["file"]: plan["file_digest"]}
    for module in (found for function in functions for found in function["modules"]):
        digests[module["path"]] = module["file_digest"]
    paths = [path for path in digests if has_changed(folder / path, digests[path])]
    return [os.path.relpath(folder / path) for path in sorted(paths)]


def compile_command(stem):
    """Return what to type to compile an experiment again, as it was compiled."""
    plan = read_plan(stem)
    base = Path(plan_path(stem)).parent
    words = ["mlx", "compile", os.path.relpath(base / plan["folder"] / plan["file"])]
    directory = os.path.relpath(WORKFLOW.parent)
    options = {
        "directory": "" if directory == "." else directory,
        "parallel": plan["parallel"],
        "batch": plan["batch"],
        "conda": plan["conda"] and os.path.relpath(base / plan["conda"]),
        "container": plan["container"],
        "python": chosen() and plan["python"],
    }
    for name, value in options.items():
        words += [f"--{name}", str(value)] if value else []
    return shlex.join(words + ["--stream-all"] * plan["stream_all"])


def tell_of_changes():
    """Say which edits this run does not know of."""
    for stem in stems():
        files = ", ".join(changed(stem))
        if files:
            text = f"mlx: {files} changed since {stem} was compiled, and this is the version before: "
            print(text + compile_command(stem), file=sys.stderr)


def uses_storage():
    """Tell whether results are kept elsewhere than in this folder, as they are if none is shared."""
    return bool(getattr(workflow.storage_settings, "default_storage_provider", None))


def send_along(paths):
    """Have jobs that share no folder with this machine get the files, as they get the Snakefile.

    Snakemake knows by itself only of scripts and of what is included.
    """
    for path in map(os.path.relpath, paths):
        workflow._included[path] = LocalSourceFile(path)


def summarise(*options):
    """Print what came out of each experiment, as far as it got, if it is in this folder."""
    if uses_storage():
        return
    command = [*shlex.split(own_worker(None, None)), "summary"]
    for stem in stems():
        places = [
            "--results",
            moved(f"results/{stem}"),
            "--logs",
            moved(f"logs/{stem}"),
        ]
        subprocess.run(
            [*command, "--plan", plan_path(stem), *places, *options], check=False
        )


if workflow.is_main_process:
    check_settings()
    check_deployed()
    for stem in stems():
        check_known(stem)
        settle_times(stem)
    # No handler is called where there is nothing to do, or only a dry run.
    tell_of_changes()
    atexit.register(tell_of_changes)

if uses_storage():
    send_along(path for path in WORKFLOW.rglob("*") if path.is_file())
    for stem in stems():
        send_along([*code_of(stem), *graph(stem).declared_files()])


def lift_rate_limit():
    """Do without the limit of jobs per second where it is so high that it means none.

    Every round of scheduling makes this limit start another one a second later, and that the next:
    after a thousand jobs, Snakemake would do little else. It has no setting for no limit.
    """
    limiter = getattr(workflow.scheduler, "job_rate_limiter", None)
    if limiter is not None and limiter.max_jobs / limiter.timespan >= 1000:
        workflow.scheduler.job_rate_limiter = None


onstart:
    lift_rate_limit()
    for stem in stems():
        for trial in read_plan(stem)["trials"]:
            if is_forced(stem, trial):
                mark = STORE / "forced" / stem / trial["name"]
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.write_text(secrets.token_hex(8))


onsuccess:
    summarise()


onerror:
    summarise("--failed")
