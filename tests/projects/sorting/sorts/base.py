def first(values):
    return values[0]


def halves(values):
    middle = len(values) // 2
    return values[:middle], values[middle:]


def third(values):
    return values[2]
