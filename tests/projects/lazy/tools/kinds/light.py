STEP = 5


def work(x):
    return x + STEP
