"""Messages about the folder that is compiled into."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class SameStem(Diagnostic):
    """Two experiments that are compiled together have the same name.

    The name of an experiment's file, without its folder and `.py`, names its results, so the two
    would overwrite each other's.

    For example:

        mlx compile vision/train.py text/train.py

    Use instead:

        mlx compile vision/train.py text/train_text.py
    """

    code = "MLX501"
    template = "the experiment {first} is named {stem!r} too"
    advice = "rename one of the files, or compile them into different folders with --directory"


class HidingSnakefile(Diagnostic):
    """A `Snakefile` in the folder would be run instead of the one that is written.

    Plain `snakemake` looks for `Snakefile` first and for `workflow/Snakefile` after it. So the
    command that should run the experiment would run something else.
    """

    code = "MLX502"
    template = "snakemake would run this file instead of workflow/Snakefile"
    advice = "compile into another folder with --directory, or move this file away"


class ForeignFile(Diagnostic):
    """A file that `mlx` did not write stands where it would write one of its own.

    Nothing is written then, since the file may be somebody's work.
    """

    code = "MLX503"
    template = "this file was not written by mlx and would be overwritten"
    advice = "move it away, or compile into another folder with --directory"


class EditedFile(Diagnostic):
    """A file that `mlx` wrote was changed by hand afterwards.

    Nothing is written then, since the changes would be lost. Own rules belong into a file of
    their own that includes the generated workflow, and settings into a profile.
    """

    code = "MLX504"
    template = "this file was changed since mlx wrote it"
    advice = "move your changes to another file and delete this one; then compile again"


class TakenStem(Diagnostic):
    """Another experiment of the same name is compiled into the folder already.

    The name of an experiment's file, without its folder and `.py`, names its results: those of the one
    would be taken for the other's, or be overwritten.

    For example:

        mlx compile vision/train.py
        mlx compile text/train.py

    Use instead another name or another folder:

        mlx compile text/train.py --directory text-results

    With `--only` the other experiment is compiled no longer, and its results are replaced.
    """

    code = "MLX505"
    template = "{other}, which is compiled into this folder, is named {stem!r} too"
    advice = "rename the file, take another folder with --directory, or drop the other with --only"


class RunningHere(Diagnostic):
    """A `snakemake` is running in the folder, and would get a mixture of two versions.

    Each of its jobs reads the compiled workflow. Compiling what is compiled already does no harm;
    anything else waits until the run is over, and so do `mlx retry` and `mlx gc`. The lock is lifted
    when the run ends, also when it is killed.
    """

    code = "MLX506"
    template = "snakemake runs here, so that nothing can be changed"
    advice = "wait until it ends, or stop it; or compile into another folder with --directory"


class OtherInterpreter(Diagnostic):
    """Experiments that are compiled into one folder share the interpreter of their jobs.

    The results of an experiment belong to the interpreter that was chosen with `--python` (or, with
    `--conda` or `--container`, to that of the environment). One that joins another in a folder is
    compiled with the same choice, or all of them are named in one command.

    For example:

        mlx compile a.py --python ./venv/bin/python
        mlx compile b.py

    Use instead:

        mlx compile a.py --python ./venv/bin/python
        mlx compile b.py --python ./venv/bin/python
    """

    code = "MLX507"
    template = "this experiment is compiled into the folder with {said}, and all there share that"
    advice = (
        "name both in one command, take another folder with --directory, or drop it with --only"
    )


class BracesInFolder(Diagnostic):
    """The path to an experiment with `inputs=` has braces, which Snakemake takes for wildcards.

    Snakemake has no way to write a brace in the path of an input. The path that counts is the one from
    the folder that is compiled into.
    """

    code = "MLX508"
    template = "Snakemake would take the braces in this path for wildcards"
    advice = "rename the folder, or compile inside of it"


class MalformedFile(Diagnostic):
    """A file that `mlx` or a job wrote is not as it should be, so that nobody can go on from it.

    That is a plan (`workflow/experiments/*/plan.json`, `.mlx/dropped/*.json`), or what a job left in
    `results/`. It was changed by hand, damaged, or written by another version of `mlx`. The message says
    which place of it is wrong, as a path through the JSON (`$` is the whole, `$.trials[0].jobs` the jobs
    of the first trial), or as a line where it is no JSON at all.

    What only helps `mlx` to choose well, as the times that combinations took, is passed over if it
    cannot be read.
    """

    code = "MLX509"
    template = "this is not as mlx writes it: {where}: {what}"
    advice = "{remedy}"
