"""Builds what settings name."""


def built(module, name, **others):
    if not hasattr(module, name):
        raise ValueError(f"there is no {name}")
    return getattr(module, name, *others.values())
