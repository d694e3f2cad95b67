__all__ = ["light", "dark"]
