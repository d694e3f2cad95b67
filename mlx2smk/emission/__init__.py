"""Plan -> the files of the workflow, and the state of the folder that they are written to."""
