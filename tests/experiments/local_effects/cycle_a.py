import cycle_b

A = 1


def f():
    return cycle_b.g() + A
