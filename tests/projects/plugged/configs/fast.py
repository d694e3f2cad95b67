"""A program that is a configuration."""

import os

from engines.parts import SPARE

RATE = SPARE / 2
MORE = os.path.join("configs", "more.py")
