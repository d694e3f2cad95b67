"""Runs a command while every way to execute code is watched; prints what was executed, as JSON.

Arguments: the folder of the user's files, a command of ``mlx``, and files, each of which it is run for.
"""

import json
import os
import sys
from pathlib import Path

from mlx2smk import cli

HERE = os.path.realpath(sys.argv[1])
TRAPPED = {
    *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("subprocess.Popen", "pty.spawn", "ctypes.dlopen", "socket.connect", "code.__new__"),
    *("cpython.run_command", "cpython.run_file", "cpython.run_module", "pickle.find_class"),
}
GENERATORS = ("dataclasses.py", "collections/__init__.py", "typing.py", "enum.py", "functools.py")
"""Modules of the standard library that execute texts of their own."""

found = []


def is_users(file):
    return os.path.realpath(file).startswith(HERE + os.sep)


def came_from():
    """Return the file of the code that executes something."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame.f_code.co_filename if frame else ""


def hook(event, args):
    if event == "exec":
        file = args[0].co_filename
        known = Path(file).is_absolute() and Path(file).is_file() and not is_users(file)
        if not (known or file.startswith("<frozen ") or came_from().endswith(GENERATORS)):
            found.append([event, file, came_from()])
    elif event == "import" and isinstance(args[1], str) and is_users(args[1]):
        found.append([event, *map(str, args[:2])])
    elif event in TRAPPED:
        found.append([event, ascii(args)])


def loaded():
    """Return the modules that were loaded from the user's folder."""
    files = [
        (name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())
    ]
    return [["loaded", name, file] for name, file in files if file and is_users(file)]


sys.addaudithook(hook)
command, *names = sys.argv[2:]
# One at a time: a mistake in one file would keep the others from being analysed.
statuses = [cli.main([command, name]) for name in names]
print(json.dumps({"statuses": statuses, "found": [*found, *loaded()]}), file=sys.stderr)  # noqa: T201
