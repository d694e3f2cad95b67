"""What the processes of a pool do."""

BONUS = 2
UNUSED = 3


def read(path):
    with open(path) as file:
        return int(file.read())


def bonus(x):
    return x + BONUS
