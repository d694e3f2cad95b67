"""Entry point of the jobs of a compiled experiment; all the work is in `mlx_runtime`, beside."""

import sys

if __name__ == "__main__":
    from mlx_runtime.main import main  # type: ignore[import-not-found,unused-ignore]

    main(sys.argv[1:])
