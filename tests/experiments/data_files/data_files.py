# Data files by relative path, beside the experiment and below, read at the top and inside.
import csv
import json
from pathlib import Path

from decorators import setup, trial

WEIGHTS = json.loads(Path("weights.json").read_text())
HERE = Path(__file__).parent


@setup()
def init():
    with open("tables/points.csv", newline="") as file:
        return {"points": [[float(cell) for cell in row] for row in csv.reader(file)]}


@trial(1, {"axis": [0, 1]})
def weighted(axis):
    text = (HERE / "tables" / "points.csv").read_text()
    total = sum(point[axis] * WEIGHTS[axis] for point in SETUP["points"])
    return [total, len(text.splitlines())]


@trial(2, {})
def absent():
    return open("nothing_here.txt").read()
