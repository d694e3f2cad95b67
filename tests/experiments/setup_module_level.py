# Module-level code may read SETUP, which each process sees as it is at that moment.
from decorators import setup, trial, verify

LIMIT = SETUP.get("limit", 0)
SEEN = sorted(SETUP)
if "debug" in SETUP:
    MODE = "debug"
else:
    MODE = "plain"


@setup(1)
def limit():
    return {"limit": 5, "limit_in_setup": LIMIT}


@setup(2)
def debug():
    return {"debug": True, "limit_in_second": LIMIT}


@trial(1, {"n": [1, 2]})
def use(n):
    return {"limit": LIMIT, "mode": MODE, "seen": SEEN, "context_update": {"limit": LIMIT + n}}


@verify(["use"])
def check(results):
    return LIMIT == 8 and MODE == "debug"
