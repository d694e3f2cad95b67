"""Source text -> Experiment: reads the decorators, and refuses what cannot be compiled."""
