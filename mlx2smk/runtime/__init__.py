"""The worker that an emitted workflow carries: runs jobs, collects and reports their results.

Standard library only, relative imports only, Python 3.9 and later. It never imports the compiler.
"""

import sys

STARTED_WITH = frozenset(sys.modules)
"""The modules that Python itself loads to start; all others are loaded only for the worker."""

NO_BYTECODE = bool(sys.flags.dont_write_bytecode)
"""Whether the user wants none kept, beside the worker's own."""
