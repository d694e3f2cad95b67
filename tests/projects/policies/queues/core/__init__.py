from queues.core.Clock import Clock
from queues.core.Policy import Policy
