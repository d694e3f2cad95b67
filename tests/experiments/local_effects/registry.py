ITEMS = []
UNUSED = 5


def register(f):
    ITEMS.append(f.__name__)
    return f
