# Registries that decorators, class hooks and loops fill when the module runs.
from decorators import trial

MODELS = {}
ORDER = []


def register(name):
    def decorate(thing):
        MODELS[name] = thing
        return thing

    return decorate


@register("double")
def _double(x):
    return 2 * x


@register("negate")
def _negate(x):
    return -x


class Plugin:
    known = []

    def __init_subclass__(cls, **kwargs):
        Plugin.known.append(cls.__name__)


class One(Plugin):
    pass


class Two(One):
    pass


class Tagged(type):
    tags = {}

    def __new__(mcs, name, bases, body):
        mcs.tags[name] = sorted(key for key in body if not key.startswith("_"))
        return super().__new__(mcs, name, bases, body)


class Marked(metaclass=Tagged):
    x = 1

    def y(self):
        pass


for _name in ("a", "b"):
    ORDER.append(_name)
    MODELS[_name] = lambda x, _name=_name: f"{_name}{x}"


@trial(1, {"name": ["double", "negate", "a", "b"], "x": [3]})
def use(name, x):
    return MODELS[name](x)


@trial(2, {})
def known():
    return [sorted(MODELS), Plugin.known, Tagged.tags, ORDER]
