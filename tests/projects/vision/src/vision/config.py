import argparse
import os
from collections import namedtuple

EPOCHS = 5
RATE = 0.1

Paths = namedtuple("Paths", "data out")
PATHS = Paths("data", "out")

parser = argparse.ArgumentParser()
parser.add_argument("--verbose", action="store_true")
group = parser.add_argument_group("paths")
group.add_argument("--data", type=str, default=PATHS.data)
args, _ = parser.parse_known_args([])

os.makedirs(PATHS.out, exist_ok=True)
