"""What can be said about experiments: positions in files, the messages, and how they are printed."""
