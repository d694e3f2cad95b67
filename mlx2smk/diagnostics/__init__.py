"""Positions in files, the messages about experiments, and their output."""
