from .base import first


def sort(values):
    if len(values) < 2:
        return values
    pivot = first(values)
    rest = values[1:]
    return sort([v for v in rest if v < pivot]) + [pivot] + sort([v for v in rest if v >= pivot])


def describe():
    return "quick"
