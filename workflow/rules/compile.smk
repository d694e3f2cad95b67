# Compiles the experiments of the config into a folder below the working directory.
import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path

from snakemake.exceptions import WorkflowError

if find_spec("mlx2smk") is None:
    # This is a checkout that is not installed.
    sys.path.insert(0, str(Path(str(workflow.current_basedir)).parent.parent))

COMPILED = Path(".mlx", "compiled")


def compiled(config):
    """Return the Snakefile of the experiments; the main process compiles it, jobs find it there."""
    said = config["experiment"]
    experiments = [said] if isinstance(said, str) else said
    target = COMPILED / ",".join(Path(path).stem for path in experiments)
    if workflow.is_main_process:
        mlx_compile(experiments, target, config)
    return str((target / "workflow" / "Snakefile").absolute())


def mlx_compile(experiments, target, config):
    """Compile; show the mistakes, and stop, if there are any."""
    from mlx2smk.cli import main

    numbers = [name for name in ("parallel", "batch") if name in config]
    options = ["--only", *(f"--{name}={config[name]}" for name in numbers)]
    if config.get("stream_all"):
        options.append("--stream-all")
    # Standard output belongs to Snakemake, whose graphs and summaries are piped to other programs.
    with redirect_stdout(sys.stderr):
        code = main(["compile", f"--directory={target}", *options, "--", *experiments])
    if code:
        raise WorkflowError(
            "The experiment cannot be compiled: see the messages above."
        )
