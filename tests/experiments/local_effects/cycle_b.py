import cycle_a


def g():
    return cycle_a.A * 10
