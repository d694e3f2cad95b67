"""Messages about the file of an experiment."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class MissingFile(Diagnostic):
    """There is no file at the given path.

    Paths are relative to the folder in which `mlx` was started, even with `--directory`. Nothing is
    compiled, because a workflow without one of the requested experiments could be mistaken for a
    complete one.
    """

    code = "MLX001"
    template = "there is no such file"
    advice = "{near}"


class FolderGiven(Diagnostic):
    """A path names a folder instead of an experiment's file.

    `mlx` compiles the files that it is given and does not search folders, because it cannot tell
    experiments from their helper modules.

    For example:

        mlx compile experiments/

    Use instead:

        mlx compile experiments/train.py
    """

    code = "MLX002"
    template = "this is a folder, not a file"
    advice = "name the experiment's file"


class UnreadableFile(Diagnostic):
    """The operating system does not allow reading the file.

    The message contains the reason that the system gives, such as missing permissions.
    """

    code = "MLX003"
    template = "the file cannot be read: {reason}"
    advice = "check the file and its permissions"


class UndecodableFile(Diagnostic):
    """The bytes of the file are not valid in its encoding.

    The encoding is UTF-8 unless one of the first two lines declares another one (PEP 263). Python
    does not accept such a file either.

    Use instead: save the file as UTF-8, or declare its encoding:

        # -*- coding: latin-1 -*-
    """

    code = "MLX004"
    template = "the file is not {encoding}: byte 0x{byte:02x} is invalid here"
    advice = "save the file as UTF-8, or declare its encoding in the first line"


class UnknownEncoding(Diagnostic):
    """The file declares an encoding that Python does not know, or that contradicts its BOM.

    For example:

        # -*- coding: latin-one -*-

    Use instead:

        # -*- coding: latin-1 -*-
    """

    code = "MLX005"
    template = "the declared encoding cannot be used: {reason}"
    advice = "save the file as UTF-8 and remove the declaration"


class UnusableFileName(Diagnostic):
    """The name of the file cannot be used to name results.

    Its stem, the name without `.py`, becomes a folder in `results/` and `logs/` and a part of rule
    names and shell commands. Spaces, quotes, braces and similar characters would have to be escaped
    in each of these places, and in some they cannot be. Letters (of any language), digits, `_`, `-`,
    `.` and `+` are allowed. The first character must be a letter, a digit or `_`.

    For example:

        mlx compile "my experiment {1}.py"

    Use instead:

        mlx compile my-experiment-1.py
    """

    code = "MLX006"
    template = "an experiment cannot be named {stem!r}"
    advice = "rename the file: use letters, digits, '_', '-', '.' and '+', starting with a letter or digit"


class TakenFileName(Diagnostic):
    """The file has the name of the module that provides the decorators.

    Inside a job Python searches the experiment's folder for modules first, so
    `from decorators import trial` would import the experiment itself.
    """

    code = "MLX007"
    template = "an experiment cannot be named {stem!r}, like the module of the decorators"
    advice = "rename the file"


class NullByte(Diagnostic):
    r"""The file contains a null byte, so it is not Python source.

    Usually such a file is not text at all, or it is encoded as UTF-16. Write a null character in a
    string as `"\0"`.
    """

    code = "MLX008"
    template = "source code cannot contain null bytes"
    advice = "save the file as UTF-8 text; in a string, write \\0"


class InvalidSyntax(Diagnostic):
    """The file is not valid Python; the message and the position are Python's own.

    The experiment is parsed by the Python that runs `mlx`, so newer syntax is an error too.

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
    """The file is nested more deeply than Python can parse.

    Python's parser and compiler accept a few hundred levels of brackets or a few thousand chained
    operators. Such code is nearly always generated. Write it to a data file and read the file
    instead.
    """

    code = "MLX010"
    template = "the file is nested too deeply for Python to parse"
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

    Python searches the experiment's folder for modules first. The experiment, and all libraries in
    its jobs, would import the experiment instead of the package.

    For example, in `numpy.py`:

        import numpy as np

    Use instead another file name, such as `arrays.py`.
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
    """The name of the file is too long to name results.

    Its stem, the name without `.py`, becomes part of other file names. Most file systems limit a
    name to 255 bytes, which leaves 200 for the stem.
    """

    code = "MLX020"
    template = "the file's name has {length} bytes without .py, which is too long to name results"
    advice = "rename the file, with at most {most} bytes before .py"
