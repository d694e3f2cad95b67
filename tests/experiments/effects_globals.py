# Names that no analysis of plain syntax finds: globals(), exec, getattr on the module.
import sys

from decorators import trial

for _n in range(3):
    globals()[f"number_{_n}"] = _n * 10
exec("made_by_exec = 'exec'")
vars()["made_by_vars"] = "vars"


def helper_one():
    return "one"


def helper_two():
    return "two"


HIDDEN = "hidden"


@trial(1, {"name": ["helper_one", "helper_two"]})
def by_name(name):
    module = sys.modules[__name__]
    return [globals()[name](), getattr(module, name)(), number_2, made_by_exec, made_by_vars]


@trial(2, {"text": ["HIDDEN", "helper_one() + helper_two()", "number_1"]})
def by_eval(text):
    return eval(text)


@trial(3, {})
def by_import():
    import effects_globals as me
    from importlib import import_module

    return [me.HIDDEN, import_module(__name__).helper_two(), me is sys.modules[__name__]]
