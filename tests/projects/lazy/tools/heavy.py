FACTOR = 3


def work(x):
    return x * FACTOR
