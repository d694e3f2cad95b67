"""Lays the worker's bytecode into compiled folders, as the first job would: that takes longer than all else it does."""

from __future__ import annotations

import functools
import importlib.util
import marshal
import struct
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "mlx2smk" / "runtime"


def lay_bytecode(folder: Path) -> None:
    """Compile the worker in a folder for jobs of this Python, if it is ours and nothing has compiled it yet."""
    worker = folder / "workflow" / "mlx" / "mlx_runtime"
    if (worker / "__pycache__").exists():
        return
    for path in worker.rglob("*.py"):
        text = path.read_bytes()
        if body := _bytecode().get((path.name, text)):
            target = Path(importlib.util.cache_from_source(path))
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(_header(path) + body)


def _header(path: Path) -> bytes:
    """Return what tells Python of which source the bytecode is: its time and size."""
    status = path.stat()
    return importlib.util.MAGIC_NUMBER + struct.pack(
        "<III", 0, int(status.st_mtime), status.st_size
    )


@functools.cache
def _bytecode() -> dict[tuple[str, bytes], bytes]:
    """Return the code of each module of the worker, by its name and text."""
    found = {}
    for path in RUNTIME.rglob("*.py"):
        text = path.read_bytes()
        found[path.name, text] = marshal.dumps(compile(text, path.name, "exec", dont_inherit=True))
    return found
