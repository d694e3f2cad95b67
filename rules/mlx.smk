# Makes `mlx`, whose methods the rules of a compiled experiment call. It is in Python, beside the worker:
# mlx/mlx_runtime/workflow.
import fcntl
import hashlib
import importlib
import importlib.util
import json
import marshal
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

BUNDLE = Path(str(workflow.current_basedir)).parent
PYC_HEAD = 16  # bytes before the code in a file of bytecode


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
    try:
        manifest = json.loads((BUNDLE / ".mlx2smk.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it did not come along
        return
    if "replaces" in manifest:
        raise WorkflowError(
            f"mlx compile was stopped while it wrote {BUNDLE}: run mlx compile again"
        )


def forget_cut_bytecode():
    """Remove bytecode that a full disk has cut short, which Python would read and fail with."""
    for path in BUNDLE.glob(f"mlx/**/*.{sys.implementation.cache_tag}.pyc"):
        try:
            marshal.loads(path.read_bytes()[PYC_HEAD:])
        except OSError:
            continue
        except (EOFError, ValueError, TypeError):
            path.unlink(missing_ok=True)


def load_rules():
    """Return the module `mlx_runtime.workflow.rules` of this bundle.

    The package has a name of its own, since a module of this Snakefile may bring another version.
    """
    folder = BUNDLE / "mlx" / "mlx_runtime"
    name = f"mlx_runtime_{hashlib.sha256(bytes(folder)).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return importlib.import_module(f"{name}.workflow.rules")


# Before anything else is read: what is compiled now stays as it is until this process ends.
HELD = [hold(BUNDLE.parent), hold(".")] if workflow.is_main_process else []
check_begun()
if HELD:
    forget_cut_bytecode()

mlx = load_rules().Workflow(workflow, config, BUNDLE, local)
mlx.start()


onstart:
    mlx.on_start()


onsuccess:
    mlx.summarise()


onerror:
    mlx.summarise("--failed")
