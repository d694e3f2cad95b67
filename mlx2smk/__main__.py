"""``python -m mlx2smk``: the command ``mlx``."""

import sys

from mlx2smk.cli import main

if __name__ == "__main__":
    sys.exit(main())
