"""The report of an experiment: one HTML page that opens from disk, and the crate that holds it."""
