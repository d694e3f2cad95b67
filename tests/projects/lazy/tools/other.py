FACTOR = 4


def work(x):
    return x * FACTOR
