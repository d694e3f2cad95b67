"""What `mlx run` shows while Snakemake runs: its process, the state of the run, and the display."""
