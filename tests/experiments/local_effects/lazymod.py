Z = 26


def run(ctx):
    return [dict(ctx), Z]
