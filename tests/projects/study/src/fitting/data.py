import csv
import random

FILE = "points.csv"
SPREAD = 0.5


def points(path=FILE):
    with open(path, newline="") as file:
        return [(float(x), float(y)) for x, y in csv.reader(file)]


def jitter(rows):
    return [(x, y + random.uniform(-SPREAD, SPREAD)) for x, y in rows]


def unused():
    return SPREAD
