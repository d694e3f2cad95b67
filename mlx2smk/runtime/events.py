"""The file in which the processes of a job record what they use, for the worker to read."""

from __future__ import annotations

import os
import sys

from . import layout, observing
from .errors import COMPLAINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .plan import Plan

FOLLOW = os.path.join(os.path.dirname(os.path.abspath(__file__)), "follow")


class Events:
    """The file, in memory if the system supports it; `configuration` tells other interpreters about it."""

    def __init__(self, plan: Plan) -> None:
        self.fd, path = _new_file()
        self._notes, notes = _new_file()
        self._heard = 0
        self._folder = plan.folder
        self._ignored = own_folders(plan)
        self.configuration = "\n".join([path, notes, plan.folder, *self._ignored])
        os.environ[observing.CONFIGURATION] = self.configuration
        paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        others = [path for path in paths if path and os.path.basename(path) != "follow"]
        os.environ["PYTHONPATH"] = os.pathsep.join([FOLLOW, *others])

    def observer(self) -> observing.Observer:
        """Return an observer for a process and its forks; the process has to start it."""
        return observing.Observer(self.fd, self._notes, self._folder, self._ignored)

    def complaint(self) -> bytes:
        """Return a complaint of another interpreter of the job since the last one, if there is any."""
        data = observing.END + os.pread(self.fd, os.fstat(self.fd).st_size, 0)
        _, found, after = data[self._heard :].partition(observing.END + COMPLAINT)
        if found:
            self._heard = len(data) - len(observing.END)
        return after.partition(b"\n")[0]

    def taken(self) -> bytes:
        """Return the recorded events, and clear the file."""
        size = os.fstat(self.fd).st_size
        data = os.pread(self.fd, size, 0)
        if size:
            os.ftruncate(self.fd, 0)
        self._heard = 0
        return data


def _new_file() -> tuple[int, str]:
    """Return a descriptor for appending, and a path under which other processes can open the file."""
    if sys.platform == "linux" and hasattr(os, "memfd_create"):
        file = os.memfd_create("mlx-observed")
        # Opening it again is how to append without `fcntl`, which takes longer to import.
        fd = os.open(f"/proc/self/fd/{file}", os.O_RDWR | os.O_APPEND)
        os.close(file)
        return fd, f"/proc/{os.getpid()}/fd/{fd}"
    import tempfile

    folder = tempfile.mkdtemp(prefix="mlx-observed-")
    path = os.path.join(folder, "events")
    _made.append(path)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), path


_made: list[str] = []


def clean_up() -> None:
    """Remove the files that are not only in memory."""
    for path in _made:
        os.unlink(path)
        os.rmdir(os.path.dirname(path))


def own_folders(plan: Plan) -> list[str]:
    """Return the tool's own folders: those of the workflow and of this experiment's results."""
    directory = os.path.normpath(os.path.join(plan.base, "..", "..", ".."))
    own = (layout.results_of(plan.stem), layout.logs_of(plan.stem))
    names = (layout.BUNDLE, layout.PRIVATE, ".snakemake", *own)
    return [os.path.join(directory, name) for name in names]
