"""Entry point of the jobs of a compiled experiment; all the work is in `mlx_runtime`, beside."""

import gc
import sys

if __name__ == "__main__":
    # Whatever the user wants for their own files: to compile the worker again would take every job
    # longer than all else that it does.
    sys.dont_write_bytecode = False
    gc.disable()  # the worker makes no garbage; it is on again before the user's code
    from mlx_runtime.main import main  # type: ignore[import-not-found,unused-ignore]

    main(sys.argv[1:])
