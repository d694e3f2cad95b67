import registry

registry.ITEMS.append("plugin")


@registry.register
def p():
    pass
