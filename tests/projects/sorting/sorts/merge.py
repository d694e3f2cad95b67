from .base import halves


def sort(values):
    if len(values) < 2:
        return values
    left, right = (sort(half) for half in halves(values))
    merged = []
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right
