MODELS = {}


def register(name):
    def decorate(cls):
        if name in MODELS:
            raise ValueError(f"there are two models of the name {name}")
        MODELS[name] = cls
        return cls

    return decorate


def build(name):
    return MODELS[name]()


__all__ = ["build", "register"]
