# SPEC's example of a context update.
from decorators import setup, trial

@setup()
def init():
    return {"path": "/tmp/data"}

@trial(1, {"n": [1, 2, 3]})
def gen(n: int):
    # Use SETUP for paths/configs; return updated info if needed
    p = SETUP["path"]
    # ... write files to p ...
    # Example update: record last_n for downstream trials
    return {"context_update": {"last_n": n}}
