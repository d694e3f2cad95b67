"""What runs leave in a folder: reading it, forgetting it, cleaning it up."""
