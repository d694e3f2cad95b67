"""What the rules of a compiled experiment call, in the process of Snakemake.

`rules/mlx.smk` makes one `Workflow` of it, under the name `mlx`, which the emitted rules use. Everything
that Snakemake does not document is behind `snakemake_api`.
"""

from __future__ import annotations
