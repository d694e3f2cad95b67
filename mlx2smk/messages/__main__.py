"""Prints the catalogue as Markdown: the source of docs/diagnostics.md."""

import sys

from mlx2smk.messages import reference

sys.stdout.write(reference())
