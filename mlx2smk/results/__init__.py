"""The results that runs leave in a folder: reading, forgetting and cleaning them up."""
