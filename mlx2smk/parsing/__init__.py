"""The parser's parts, one a subject; only ``mlx2smk.parser`` uses them."""
