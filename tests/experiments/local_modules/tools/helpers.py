from . import UNIT
from .text import shout as _shout

LEVEL = _shout(str(UNIT))
