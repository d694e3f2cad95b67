from queues.core import Policy


class Longest(Policy):
    def key(self, job):
        return -job
