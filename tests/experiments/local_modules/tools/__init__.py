from .text import shout

UNIT = 10
VERSION = shout("v1")
