# An import that falls back.
try:
    from decorators import setup, trial
except ImportError:
    from mlx2smk import setup, trial


@setup()
def init():
    return {"a": 1}


@trial(1, {"n": [1]})
def t(n):
    return n + SETUP["a"]
