"""Messages about the folder into which experiments are compiled."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class SameStem(Diagnostic):
    """Two experiments that are compiled together have the same name.

    Results are stored under the name of the experiment's file, without its folder and `.py`, so the
    two experiments would overwrite each other's results.

    For example:

        mlx compile vision/train.py text/train.py

    Use instead:

        mlx compile vision/train.py text/train_text.py
    """

    code = "MLX501"
    template = "the experiment {first} is also named {stem!r}"
    advice = "rename one of the files, or compile them into different folders with --directory"


class HidingSnakefile(Diagnostic):
    """Snakemake would run another `Snakefile` in the folder instead of the compiled one.

    Plain `snakemake` looks for `Snakefile` first and for `workflow/Snakefile` second, so it would not
    run the experiment.
    """

    code = "MLX502"
    template = "snakemake would run this file instead of workflow/Snakefile"
    advice = "compile into another folder with --directory, or move this file away"


class ForeignFile(Diagnostic):
    """A file that `mlx` did not write exists where it has to write one of its own.

    Nothing is written, so that no work is lost.
    """

    code = "MLX503"
    template = "this file was not written by mlx and would be overwritten"
    advice = "move it away, or compile into another folder with --directory"


class EditedFile(Diagnostic):
    """A file that `mlx` wrote was edited afterwards.

    Nothing is written, so that the edits are not lost. Put your own rules into a separate file that
    includes the generated workflow, and settings into a profile.
    """

    code = "MLX504"
    template = "this file was changed since mlx wrote it"
    advice = "move your changes to another file and delete this one; then compile again"


class TakenStem(Diagnostic):
    """Another experiment of the same name was already compiled into the folder.

    Results are stored under the name of the experiment's file, without its folder and `.py`. The
    results of one experiment would be mistaken for those of the other, or overwritten.

    For example:

        mlx compile vision/train.py
        mlx compile text/train.py

    Use instead another name or another folder:

        mlx compile text/train.py --directory text-results

    With `--only` the other experiment is dropped, and its results are replaced.
    """

    code = "MLX505"
    template = "{other}, which is compiled into this folder, is also named {stem!r}"
    advice = "rename the file, use another folder with --directory, or drop the other with --only"


class RunningHere(Diagnostic):
    """A running `snakemake` uses the folder and would see a mixture of two versions.

    Each of its jobs reads the compiled workflow. Compiling the same version again is allowed; any
    change has to wait until the run is over. The same holds for `mlx retry` and `mlx gc`. The lock is
    released when the run ends, even if it is killed.
    """

    code = "MLX506"
    template = "snakemake is running in this folder, so nothing can be changed"
    advice = "wait until it ends, stop it, or compile into another folder with --directory"


class OtherInterpreter(Diagnostic):
    """Experiments compiled into one folder must use the same interpreter for their jobs.

    The results of an experiment depend on the interpreter that was chosen with `--python` (or, with
    `--conda` or `--container`, on that of the environment). Compile an experiment with the same
    options as the others in its folder, or compile all of them in one command.

    For example:

        mlx compile a.py --python ./venv/bin/python
        mlx compile b.py

    Use instead:

        mlx compile a.py --python ./venv/bin/python
        mlx compile b.py --python ./venv/bin/python
    """

    code = "MLX507"
    template = (
        "this experiment was compiled into the folder with {said}, which all there must share"
    )
    advice = "name both in one command, use another folder with --directory, or drop it with --only"


class BracesInFolder(Diagnostic):
    """The path of an experiment with `inputs=` contains braces, which Snakemake takes for wildcards.

    Snakemake has no way to escape a brace in the path of an input. The path is the one relative to
    the folder into which the experiment is compiled.
    """

    code = "MLX508"
    template = "Snakemake would take the braces in this path for wildcards"
    advice = "rename the folder, or compile inside it"


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


class SameOnThisDisk(Diagnostic):
    """The names of two functions differ only by case, and the folder is on a file system that ignores case.

    Most disks of macOS and Windows, and many USB sticks and network shares, take `run.json` and `Run.json`
    for one file. The two functions would overwrite each other's results.

    For example, in a folder on such a disk:

        @trial(1, {"n": [1, 2]})
        def run(n): ...

        @verify(["run"])
        def Run(results): ...

    Use instead another name, or a folder on another disk (`--directory`). Values of parameters may differ
    only by case: their files are numbered.
    """

    code = "MLX510"
    template = (
        "this disk does not distinguish {name!r} from {first!r}, so their results would be one file"
    )
    advice = (
        "rename one of the two functions, or compile into a folder on another disk with --directory"
    )
