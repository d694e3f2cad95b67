STEP = 6


def work(x):
    return x + STEP
