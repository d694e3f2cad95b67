from . import shared


def loss(x):
    return shared.scaled(x**2)
