"""``python -m mlx2smk``: the command ``mlx``."""

import os
import sys

if __name__ == "__main__":
    # Python searches the current folder first, where a file of the user's may be named as a module is.
    if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 - pathlib may be such a name
        del sys.path[0]
    from mlx2smk.cli import main

    sys.exit(main())
