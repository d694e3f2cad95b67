"""How a command says that it cannot go on, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.diagnostics.diagnostic import Diagnostic


class FaultError(Exception):
    """The command stops here; ``mlx`` prints the ``diagnostic`` and exits with ``status``."""

    status = 1

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"{diagnostic.path}: {diagnostic.message}")
        self.diagnostic = diagnostic


class WrongUsageError(FaultError):
    """The user asked for something that does not exist or cannot be done."""

    status = 2
