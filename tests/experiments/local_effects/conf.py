LEVEL = 1


def describe():
    return f"level {LEVEL}"
