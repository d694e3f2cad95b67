"""Failures of user code, as part of a run dict."""

from __future__ import annotations

import os
import sys

from .loader import WORKER_FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from traceback import TracebackException
    from types import TracebackType
    from typing import Any

    from .documents import Failure

LONGEST_END = 1000
"""Calls at each end of a traceback that are shown: a recursion may have gone a million deep."""

_STDERR = 2


def of_exception(error: BaseException) -> Failure:
    """Return return_code, error, type and, unless it is an exit, the traceback."""
    if issubclass(type(error), SystemExit):  # `isinstance` asks the error itself
        return _of_exit(error.code)  # type: ignore[attr-defined]
    return {
        "return_code": 1,
        "error": sendable(text_of(error)),
        "type": class_name(error),
        "traceback": sendable(shown(error)),
    }


def of_status(status: int, what: str) -> Failure:
    """Return the failure of a process that ended before its function returned."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal_name(number)
        return {"return_code": -number, "error": f"killed by {name}", "type": name}
    code = os.WEXITSTATUS(status)
    error = f"the process exited with status {code} before the {what} returned"
    return {"return_code": code, "error": error, "type": "ProcessExit"}


def signal_name(number: int) -> str:
    """Return the name of a signal, such as SIGKILL."""
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def sendable(text: str) -> str:
    """Return the text without characters that UTF-8 cannot encode."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(error: BaseException) -> str:
    """Return the traceback as Python prints it, without the frames of this worker."""
    try:
        trace = _captured(error)
        _strip(trace, set())
        return "".join(trace.format())
    except BaseException:  # noqa: BLE001 - an exception's own methods may raise anything
        where = BaseException.__getattribute__(error, "__traceback__")
        return "".join([*_frames(where), f"{class_name(error)}: {text_of(error)}\n"])


def _captured(error: BaseException) -> TracebackException:
    """Return what is to be printed of an exception; of a very long traceback, its ends."""
    import traceback

    where = error.__traceback__
    length = sum(1 for _ in traceback.walk_tb(where))
    left_out = length - 2 * LONGEST_END
    if left_out <= 0:
        return traceback.TracebackException(type(error), error, where)
    trace = traceback.TracebackException(type(error), error, where, limit=-LONGEST_END)
    gap = traceback.FrameSummary(f"<{left_out} calls left out>", 0, "...", line="")
    trace.stack[:0] = [*traceback.extract_tb(where, LONGEST_END), gap]
    return trace


def _frames(where: TracebackType | None) -> list[str]:
    """Return the frames of a traceback, without the lines of code if the program has broken `linecache`."""
    import traceback

    try:
        return traceback.format_list(list(filter(_is_user, traceback.extract_tb(where))))
    except BaseException:  # noqa: BLE001 - whatever it was replaced with
        lines = []
        for step in _of_user(where):
            code = step.tb_frame.f_code
            lines.append(f'  File "{code.co_filename}", line {step.tb_lineno}, in {code.co_name}\n')
        return lines


def _of_user(where: TracebackType | None) -> Iterator[TracebackType]:
    """Yield the parts of a traceback that are in other code than the worker's."""
    while where is not None:
        if not is_of_worker(where.tb_frame.f_code.co_filename):
            yield where
        where = where.tb_next


def show(error: BaseException, failure: Failure) -> None:
    """Print an uncaught exception as Python would."""
    text = failure.get("traceback")
    if text is None and not isinstance(error.code, (int, type(None))):  # type: ignore[attr-defined]
        text = failure["error"] + "\n"
    if text is not None:
        _print(text)


def _print(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - the program may have closed or replaced it
        try:
            os.write(_STDERR, text.encode("utf-8", "backslashreplace"))
        except OSError:  # closed as well
            return


def _of_exit(code: object) -> Failure:
    if code is None or isinstance(code, int):
        return_code = int(code or 0) & 0xFF
        error = f"exit status {return_code}"
    else:
        return_code = 1
        error = sendable(text_of(code))
    return {"return_code": return_code, "error": error, "type": "SystemExit"}


def text_of(value: object) -> str:
    """Return str(value), or a stand-in if that fails."""
    try:
        return str(value)
    except BaseException:  # noqa: BLE001 - __str__ may raise anything, SystemExit included
        return f"<{class_name(value)} whose str() failed>"


def class_name(value: object) -> str:
    """Return the name of a value's class, whatever its metaclass does."""
    name = type.__getattribute__(type(value), "__name__")
    return str(name)


def concerns_user(error: BaseException) -> bool:
    """Tell whether any code but the worker's was running when an exception was raised."""
    where = BaseException.__getattribute__(error, "__traceback__")
    return next(_of_user(where), None) is not None


def _is_user(frame: Any) -> bool:
    return not is_of_worker(frame.filename)


def is_of_worker(file: str) -> bool:
    """Tell whether a frame's file is one of the worker's, or of Python's way to import modules."""
    return os.path.abspath(file).startswith(WORKER_FOLDER) or file.startswith("<frozen importlib")


def _strip(trace: TracebackException | None, seen: set[int]) -> None:
    if trace is None or id(trace) in seen:
        return
    seen.add(id(trace))
    trace.stack[:] = [frame for frame in trace.stack if _is_user(frame)]
    for other in (trace.__cause__, trace.__context__, *(getattr(trace, "exceptions", None) or ())):
        _strip(other, seen)
