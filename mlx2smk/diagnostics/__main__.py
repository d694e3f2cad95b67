"""Prints the catalogue as Markdown, for docs/diagnostics.md."""

import sys

from mlx2smk.diagnostics.catalogue import reference

sys.stdout.write(reference())
