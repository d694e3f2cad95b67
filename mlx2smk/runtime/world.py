"""The environment that the user's code finds when its first statement runs."""

from __future__ import annotations

import os
import sys

from . import NO_BYTECODE, STARTED_WITH, guards
from .loader import SliceLoader, WorldFinder, file_of, has_all_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any

    from .child import Task
    from .documents import Context, FunctionEntry, ModuleEntry
    from .observing import Observer
    from .plan import Plan

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder of the worker's script, which Python puts on `sys.path`."""

SEEDS = ("seed", "numpy_seed", "torch_seed")
# They send the functions of a script, but not of a module, to processes that cannot import it.
PICKLERS = ("cloudpickle.cloudpickle", "joblib.externals.cloudpickle.cloudpickle")


def enter(task: Task, observer: Observer) -> Any:
    """Prepare this process to run the experiment, run its slice, and return the task's function.

    What the process uses is observed from the slice's first statement on.
    """
    plan, function = task.plan, task.function
    os.chdir(plan.folder)
    sys.argv[:] = [plan.file]
    sys.dont_write_bytecode = NO_BYTECODE
    _set_path(plan.folder)
    _make_room_for(plan.function(function["name"], task.kind)["modules"])
    finder = install(task, observer)
    module = _experiment(plan, function, observer)
    for name in PICKLERS:
        finder.when_imported(name, lambda pickler: _arrange_pickling(pickler, module))
    module.SETUP = finder.context  # type: ignore[attr-defined]
    finder.when_imported("multiprocessing.process", lambda _: observer.leave_note(task.note()))
    observer.start()
    if plan.file in task.whole:
        observer.reads(plan.file)
    module.__loader__.exec_module(module)  # type: ignore[union-attr]
    return getattr(module, function["name"])


def install(task: Task, observer: Observer) -> WorldFinder:
    """Make imports find slices, and seed the generators of modules when these are imported."""
    finder = WorldFinder(task.plan, task.function, observer, task.whole)
    finder.context = visible(task.function, task.context)
    finder.is_found = observer.finds
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type,unused-ignore]
    modules = task.function["modules"]
    observer.user_files = frozenset(file_of(module, task.plan.folder) for module in modules)
    _show_what_runs(finder, task.plan, task.function)
    finder.when_imported("joblib.memory", lambda memory: _keep_apart(memory, observer, task))
    finder.when_imported("numba.core.config", lambda config: _compile_apart(config, observer, task))
    if "numpy.random" in sys.modules:
        from . import preload

        preload.forget_state()
    seed(finder, task)
    return finder


def seed(finder: WorldFinder, task: Task) -> None:
    """Seed the generators that are loaded, and the others when they are."""
    if task.kind != "setups" and any(key in task.context for key in SEEDS):
        from . import seeding

        seeding.arrange(finder, task.context)


def _keep_apart(memory: types.ModuleType, observer: Observer, task: Task) -> None:
    from . import joblib_memory

    joblib_memory.keep_apart(memory, observer, task)


def _compile_apart(config: types.ModuleType, observer: Observer, task: Task) -> None:
    """Let Numba keep what it compiles for each version of the code; it looks at the file of a function alone."""
    from .widening import version_of

    version = version_of(task, observer)[:16]
    place = getattr(config, "CACHE_DIR", "") or os.path.join(task.plan.folder, "__pycache__")
    vars(config)["CACHE_DIR"] = os.path.join(place, f"numba-{version}")


def _arrange_pickling(pickler: Any, module: types.ModuleType) -> None:
    """Let functions of the experiment be sent to processes that cannot import it, with their SETUP."""
    pickler.register_pickle_by_value(module)
    kinds = [guards.GuardedContext]
    if f"{__package__}.partial_tables" in sys.modules:
        kinds.append(sys.modules[f"{__package__}.partial_tables"].PartialTable)
    for kind in kinds:
        pickler.CloudPickler.dispatch_table[kind] = kind.reduced


def left_out(plan: Plan, function: FunctionEntry) -> dict[str, list[str]]:
    """Return, for each file that runs as a slice, the names that are not in it."""
    names = {file_of(module, plan.folder): module["removed"] for module in function["modules"]}
    return {**names, plan.file: function["removed"]}


def loader_of(plan: Plan, function: FunctionEntry, observer: Observer) -> SliceLoader:
    """Return the loader of the experiment's module."""
    loader = SliceLoader(plan.file, plan.text(function["slice"]), plan.code(function["slice"]))
    loader.left_out_for(function["name"], function)
    if plan.stem in function.get("watched", ()) and has_all_names(function):
        loader.watched_by = observer
    return loader


def _experiment(plan: Plan, function: FunctionEntry, observer: Observer) -> types.ModuleType:
    """Return the experiment's module, registered under its name, but not run yet."""
    loader = loader_of(plan, function, observer)
    module: types.ModuleType = type(sys)(plan.module)
    module.__file__ = plan.file
    module.__spec__ = loader.spec(plan.module)
    module.__loader__ = loader  # type: ignore[assignment]
    sys.modules[plan.module] = module
    return module


def visible(function: FunctionEntry, context: Context) -> Context:
    """Return what the function sees as SETUP."""
    if function["reads"] is None:
        return context
    return guards.GuardedContext(context, function["reads"], function["name"])


def _make_room_for(modules: list[ModuleEntry]) -> None:
    """Forget modules of Python that only the worker loaded if the user has a module of that name."""
    for module in modules:
        if module["name"] not in STARTED_WITH:
            sys.modules.pop(module["name"], None)


def _set_path(folder: str) -> None:
    """Replace the folder of the worker's script on `sys.path` by the experiment's folder."""
    if sys.path and os.path.abspath(sys.path[0]) == SCRIPTS:
        del sys.path[0]
    sys.path.insert(0, folder)


def _show_what_runs(finder: WorldFinder, plan: Plan, function: FunctionEntry) -> None:
    """Let tracebacks quote the lines that run, even if the files have changed since."""
    slices = {plan.file: function["slice"]}
    for module in function["modules"]:
        slices[file_of(module, plan.folder)] = module["slice"]

    def prime(linecache: Any) -> None:
        for path, slice_path in slices.items():
            text = plan.text(slice_path)
            linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)

    finder.when_imported("linecache", prime)
