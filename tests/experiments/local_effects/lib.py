star_a = 1
_hidden = 2


def star_f():
    return star_a + _hidden
