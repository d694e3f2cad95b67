import random

LEFT = 1
RIGHT = 2
