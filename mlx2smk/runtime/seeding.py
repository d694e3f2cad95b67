"""The automatic seeding of SPEC, done when a job imports the library to be seeded."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any, Callable

    from .documents import Context
    from .loader import WorldFinder

LARGEST_HASH_SEED = 4294967295


def arrange(finder: WorldFinder, context: Context) -> None:
    """Arrange for every generator with a seed in the context to be seeded as soon as it is imported."""
    _arrange(finder, "random", context.get("seed"), _seed_random)
    seed = context.get("seed")
    _arrange(finder, "numpy.random", context.get("numpy_seed", seed), _seed_numpy)
    _arrange(finder, "torch", context.get("torch_seed", seed), _seed_torch)


def hash_seed(context: Context) -> str | None:
    """Return the required value of PYTHONHASHSEED, or None if any will do.

    Raises ValueError if the key `pythonhashseed` is not a valid value (an integer from 0 to 2**32 - 1).
    """
    wanted = context.get("pythonhashseed")
    if wanted is None:
        return None
    if isinstance(wanted, int) and 0 <= wanted <= LARGEST_HASH_SEED:
        return str(int(wanted))
    raise ValueError(f"pythonhashseed {wanted!r} is not an integer from 0 to {LARGEST_HASH_SEED}")


def _arrange(
    finder: WorldFinder, name: str, seed: Any, apply: Callable[[types.ModuleType, Any], None]
) -> None:
    if seed is None:
        return

    def best_effort(module: types.ModuleType) -> None:
        try:
            apply(module, seed)
        except Exception as error:  # noqa: BLE001 - SPEC: best effort, whatever the library raises
            print(f"mlx: {name} is not seeded: {error}", file=sys.stderr)

    finder.when_imported(name, best_effort)


def _seed_random(module: Any, seed: Any) -> None:
    module.seed(seed)


def _seed_numpy(module: Any, seed: Any) -> None:
    module.seed(seed)


def _seed_torch(module: Any, seed: Any) -> None:
    module.manual_seed(seed)
    if module.cuda.is_available():
        module.cuda.manual_seed_all(seed)
    module.backends.cudnn.deterministic = True
    module.backends.cudnn.benchmark = False
