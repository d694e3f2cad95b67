"""Prepares an interpreter that a job starts to run functions of its experiment.

`multiprocessing` (with the start methods spawn and forkserver) and joblib's `loky` send functions by the
name of their module, or by value. Either way the interpreter finds what the job itself finds: the slices,
SETUP, the seeds and the guards.
"""

from __future__ import annotations

from . import world
from .child import Task
from .errors import JobError, complain, complain_among_events

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types

    from .loader import WorldFinder
    from .observing import Observer
    from .private import ModuleSpec


def prepare(observer: Observer) -> None:
    """Make the experiment importable as it is in the job that has started this interpreter."""
    job, _, note = observer.note().partition("\n")
    if not note:
        return
    complain_among_events(observer.fd, int(job))
    try:
        task, _ = Task.from_note(note)
    except JobError as error:
        complain(str(error))
    plan, function = task.plan, task.function
    finder = world.install(task, observer)
    finder.is_found = lambda name, spec: _note_package(observer, name, spec)
    finder.experiment = world.loader_of(plan, function, observer)
    finder.experiment.prepare = lambda module: _prepare(module, task, finder)


def _prepare(module: types.ModuleType, task: Task, finder: WorldFinder) -> None:
    """Do for the experiment's module what the job does before its first statement."""
    module.SETUP = finder.context  # type: ignore[attr-defined]
    # A fork of a server of processes has another state, as Python's `random` sees to.
    world.seed(finder, task)


def _note_package(observer: Observer, name: str, spec: ModuleSpec) -> None:
    """Record an installed package that the user's code imports; nobody is asked when the process ends."""
    place = observer.imports.place_of(name, spec)
    if place:
        observer.tell("p", name, place)
