"""Schedules, which a file of settings names."""

STEP = 5


def constant(n):
    return STEP


def linear(n):
    return n * STEP


def forgotten(n):
    return None
