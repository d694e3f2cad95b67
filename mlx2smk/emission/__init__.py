"""Writes the files of the workflow from a plan, and knows the state of the folder they are written to."""
