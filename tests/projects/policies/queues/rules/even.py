from queues.core import Policy
from queues.rules import register


@register
class Even(Policy):
    def key(self, job):
        return job % 2
