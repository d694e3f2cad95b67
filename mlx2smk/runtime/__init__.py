"""The worker that an emitted workflow carries: runs jobs, collects and reports their results.

Standard library only, relative imports only, Python 3.9 and later. It never imports the compiler.
"""

import sys

STARTED_WITH = frozenset(sys.modules)
"""The modules that Python itself loads to start; all others are loaded only for the worker."""

NO_BYTECODE = sys.dont_write_bytecode
"""Whether the user wants none kept. The worker keeps its own in any case: to compile itself again would
take every job longer than all else that it does. (In the compiler this package is not the worker.)"""
if __name__ == "mlx_runtime":
    sys.dont_write_bytecode = False
