SCALE = 2


def scaled(x):
    return SCALE * x
