"""How sorted a list is."""

STEP = 3
LIMIT = 10


def inversions(values):
    return sum(a > b for i, a in enumerate(values) for b in values[i:])


def runs(values):
    return 1 + sum(a > b for a, b in zip(values, values[1:]))


def largest(values):
    return min(max(values), LIMIT)


def plot(values):
    import matplotlib.pyplot as plt

    plt.plot(values)
