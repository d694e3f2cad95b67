"""Messages about the folder that is compiled into."""

from __future__ import annotations

from mlx2smk.diagnostics import Diagnostic


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
