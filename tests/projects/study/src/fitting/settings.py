"""Sets up what all of the program shares."""

import logging
import os
import random
import warnings

from . import names

LOGGER = logging.getLogger("fitting")
LEVEL = logging.WARNING
SEED = 3

logging.basicConfig(level=LEVEL)
warnings.filterwarnings("ignore", category=DeprecationWarning)
random.seed(SEED)
os.environ.setdefault("FITTING_THREADS", "1")
assert names.ALL, "there is nothing to fit"
