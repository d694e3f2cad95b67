import json

WIDTH = 10


def describe(runs):
    return [str(run["result"]).ljust(WIDTH) for run in runs]


def save(rows, path="report.json"):
    with open(path, "w") as file:
        json.dump(rows, file)
