"""Messages about an experiment's file as such."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class MissingFile(Diagnostic):
    """There is no file at the path that was given.

    Paths are relative to the folder in which `mlx` was started, also with `--directory`.
    Nothing is compiled, since a workflow that lacks one of the experiments asked for would be
    mistaken for the whole.
    """

    code = "MLX001"
    template = "there is no such file"
    advice = "{near}"


class FolderGiven(Diagnostic):
    """A path leads to a folder where an experiment's file is expected.

    `mlx` compiles the files that it is given and searches no folders: which files are
    experiments and which are their helpers cannot be told apart.

    For example:

        mlx compile experiments/

    Use instead:

        mlx compile experiments/train.py
    """

    code = "MLX002"
    template = "this is a folder, not a file"
    advice = "name the experiment's file"


class UnreadableFile(Diagnostic):
    """The operating system refuses to read the file.

    The message repeats the reason that the system gives, such as missing permissions.
    """

    code = "MLX003"
    template = "the file cannot be read: {reason}"
    advice = "check the file and its permissions"


class UndecodableFile(Diagnostic):
    """The file's bytes are not text in the encoding that Python reads it with.

    That is UTF-8, unless one of the first two lines declares another (PEP 263). Python refuses
    such a file too.

    Use instead: save the file as UTF-8, or declare its encoding:

        # -*- coding: latin-1 -*-
    """

    code = "MLX004"
    template = "the file is not {encoding}: byte 0x{byte:02x} does not belong here"
    advice = "save the file as UTF-8, or declare its encoding in the first line"


class UnknownEncoding(Diagnostic):
    """The encoding that the file declares is not one that Python knows, or contradicts its BOM.

    For example:

        # -*- coding: latin-one -*-

    Use instead:

        # -*- coding: latin-1 -*-
    """

    code = "MLX005"
    template = "the declared encoding cannot be used: {reason}"
    advice = "save the file as UTF-8 and remove the declaration"


class UnusableFileName(Diagnostic):
    """The file's name cannot name results.

    Its stem, the name without `.py`, becomes a folder of `results/` and `logs/`, a part of rule
    names and of shell commands. Spaces, quotes, braces and the like would have to be escaped in
    each of these places, and some cannot be. Letters (of any language), digits, `_`, `-`, `.`
    and `+` are fine, and the first sign is a letter, a digit or `_`.

    For example:

        mlx compile "my experiment {1}.py"

    Use instead:

        mlx compile my-experiment-1.py
    """

    code = "MLX006"
    template = "an experiment cannot be named {stem!r}"
    advice = (
        "rename the file: letters, digits, '_', '-', '.' and '+', the first a letter or a digit"
    )


class TakenFileName(Diagnostic):
    """The file has the name of the module that provides the decorators.

    Inside a job the experiment's folder comes first where Python looks for modules, so
    `from decorators import trial` would import the experiment itself.
    """

    code = "MLX007"
    template = "an experiment cannot be named {stem!r}: that is the module of the decorators"
    advice = "rename the file"


class NullByte(Diagnostic):
    r"""The file contains a null byte, so it is not Python source.

    Mostly such a file is not text at all, or it is UTF-16. A null character in a string is
    written `"\0"`.
    """

    code = "MLX008"
    template = "source code cannot contain null bytes"
    advice = "save the file as UTF-8 text; in a string write \\0"


class InvalidSyntax(Diagnostic):
    """Python cannot read the file; message and place are Python's own.

    The experiment is read with the Python that runs `mlx`: syntax newer than that is an error
    here too.

    For example:

        @trial(1, {"n": [1, 2})
        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2]})
        def train(n): ...
    """

    code = "MLX009"
    template = "{reason}"
    advice = "{advice}"


class TooDeep(Diagnostic):
    """Something in the file is nested more deeply than Python can read.

    Python's parser and compiler stop at some hundred levels of brackets or a few thousand chained
    operators. Such text is nearly always generated; write it to a data file and read that.
    """

    code = "MLX010"
    template = "the file is nested too deeply for Python to read"
    advice = "move generated data to a file and read it where it is used"


class NoTrial(Diagnostic):
    """The file declares no trial, so there is nothing to run.

    For example:

        def train(n): ...

    Use instead:

        @trial(1, {"n": [1, 2, 3]})
        def train(n): ...
    """

    code = "MLX011"
    template = "the file declares no trial"
    advice = "decorate a function with @trial(1, {{…}})"


class ImportsItself(Diagnostic):
    """The experiment has the name of a package that it imports, so it imports itself.

    Python looks for modules beside the experiment first. To it, and to all libraries in its jobs, the
    experiment would be that package.

    For example: in `numpy.py`

        import numpy as np

    Use instead: the same in `arrays.py`, say.
    """

    code = "MLX012"
    template = "this imports the experiment itself, not the package {module!r}"
    advice = "rename the file"


class MissingInModule(Diagnostic):
    """A name is imported from a local module that does not have it.

    Each job starts with the imports of the experiment, so every one of them would fail.

    For example: where `helper.py` defines `normalize`

        from helper import normalise

    Use instead:

        from helper import normalize
    """

    code = "MLX013"
    template = "{path} has no name {name!r}"
    advice = "{near}"


class LongFileName(Diagnostic):
    """The file's name is longer than the names of its results could be.

    Its stem, the name without `.py`, becomes a part of other files' names. Most file systems take 255
    bytes for a name, and 200 are left for the stem.
    """

    code = "MLX020"
    template = "an experiment's name of {length} bytes is too long to name results"
    advice = "rename the file: at most {most} bytes before .py"
