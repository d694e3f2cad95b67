from .seeds import fix

__version__ = "1.0"
