from queues.rules import *


@register
def odd(job):
    return 1 - job % 2
