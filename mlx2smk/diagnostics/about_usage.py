"""Messages about what a user asks the commands that look at results: names, expressions, packages."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class NothingCompiled(Diagnostic):
    """No experiment is compiled into the folder, so that there are no results to look at.

    The commands look into the current folder, or into the one that `--directory` names: it is the folder
    in which `snakemake` runs.
    """

    code = "MLX801"
    template = "no experiment is compiled into this folder"
    advice = "run mlx compile, or name the folder with --directory"


class UnknownExperiment(Diagnostic):
    """No experiment of that name is compiled into the folder.

    An experiment is named by the path of its file or by its name, which is that of the file without folder
    and `.py`.
    """

    code = "MLX802"
    template = "this experiment is not compiled into the folder"
    advice = "{advice}"


class SeveralExperiments(Diagnostic):
    """Several experiments are compiled into the folder, so that the command must say which one it is about."""

    code = "MLX803"
    template = "several experiments are compiled into this folder"
    advice = "name one of them: {names}"


class NoSuchTrial(Diagnostic):
    """The experiment has no trial of that name."""

    code = "MLX804"
    template = "{experiment} has no trial {name!r}"
    advice = "{advice}"


class UnknownColumn(Diagnostic):
    """The table of results has no column of that name.

    Columns are named like parameters and like the fields of results. A field inside another one is written
    with a dot, as in `scores.f1`. A name that is no Python name is written between backticks, as in
    `` `f1-score` > 0.9 ``. `mlx results --format csv --limit 1` shows all of them.
    """

    code = "MLX805"
    template = "there is no column {name!r}"
    advice = "{advice}"


class WrongExpression(Diagnostic):
    """An expression of `--where` is not one of those that it can be.

    It compares columns with literals or with each other (`==`, `!=`, `<`, `<=`, `>`, `>=`, `in`,
    `not in`), and combines comparisons by `and`, `or`, `not` and parentheses. It is never run as Python, so
    there are no calls, no arithmetic and no attributes but the dots in names of columns.
    """

    code = "MLX806"
    template = "{problem}"
    advice = "{advice}"


class UnknownCombination(Diagnostic):
    """The trial has no combination with these values.

    Values are written as in the experiment: `n=3 lr=0.1`, `model=svm` or `model='"svm"'`. Parameters that
    are not named may have any value.
    """

    code = "MLX807"
    template = "{trial} has no combination {given}"
    advice = "{advice}"


class AmbiguousCombination(Diagnostic):
    """Several combinations of the trial have these values, but the command is about one of them."""

    code = "MLX808"
    template = "{count} combinations of {trial} are {given}"
    advice = "say which one: {combinations}"


class MissingPackage(Diagnostic):
    """A format of output needs a package that is not installed."""

    code = "MLX809"
    template = "{what} needs {package}, which is not installed"
    advice = "pip install {package}"


class NotReached(Diagnostic):
    """The trial has not been reached by any run yet, so that nothing says what its combinations see of SETUP.

    For a combination of a trial that runs in order, that includes the updates of the combinations before it.
    """

    code = "MLX810"
    template = "no run has come to {what} yet, so that its SETUP is not known"
    advice = "run snakemake first"


class NoOutput(Diagnostic):
    """There is no log of the combination: it has not run yet, or the log was deleted."""

    code = "MLX811"
    template = "there is no log of {what}"
    advice = "run snakemake first"


class NoCrate(Diagnostic):
    """`mlx report --crate` would write into a folder that holds something else.

    It writes into a new or empty folder, or over a crate that is there.
    """

    code = "MLX830"
    template = "this folder is not empty, and no crate"
    advice = "name another folder"


class NoGrid(Diagnostic):
    """What `--only` leaves of a trial is not a grid, that is, not all combinations of some values.

    A partial run means what the experiment would mean if its lists of values were shorter. So an expression such
    as `seed == 0 or lr == 0.1` cannot be used. Join conditions, each about one parameter, by `and`.
    """

    code = "MLX812"
    template = "the combinations of {trial} for which this holds are not a grid"
    advice = "join conditions about single parameters by and: --only 'seed == 0 and lr < 0.1'"


class NothingSelected(Diagnostic):
    """The expression of `--only` holds for no combination of any trial."""

    code = "MLX813"
    template = "no combination is left by {expression!r}"
    advice = "mlx results --columns … shows the values that there are"
