# Setups: those with an order first, by order; then the others in file order; later keys override.
from decorators import setup, trial


@setup()
def first_in_file():
    return {"ran": SETUP.get("ran", []) + ["first_in_file"], "key": "first_in_file"}


@setup(order=2)
def second():
    return {"ran": SETUP.get("ran", []) + ["second"], "key": "second", "only_second": 2}


@setup(order=-1)
def before_all():
    return {"ran": SETUP.get("ran", []) + ["before_all"], "key": "before_all"}


@trial(1, {})
def look():
    return dict(SETUP)


@setup()
def last_in_file():
    return {"ran": SETUP.get("ran", []) + ["last_in_file"], "key": "last_in_file"}


@setup(1)
def one():
    return {"ran": SETUP.get("ran", []) + ["one"], "key": "one"}
