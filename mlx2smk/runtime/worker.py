"""The entry point of the jobs of a compiled experiment; the work is done in `mlx_runtime`, beside it."""

import gc
import os
import sys

if __name__ == "__main__":
    # Cache the worker's bytecode whatever the user's setting is: compiling the worker takes longer than
    # everything else in a small job.
    sys.dont_write_bytecode = False
    folder = os.path.dirname(os.path.abspath(__file__))
    if folder not in sys.path[:1]:  # PYTHONSAFEPATH is set
        sys.path.insert(0, folder)
    gc.disable()  # the worker creates no garbage; collection is enabled again before the user's code
    from mlx_runtime.main import main  # type: ignore[import-not-found,unused-ignore]

    main(sys.argv[1:])
