"""Which code the combinations of a trial run, and under which paths it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.language.text_digests import digest_of
from mlx2smk.planning.plan import ModulePlan, VariantPlan
from mlx2smk.runtime.variants import deciding_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlx2smk.analysis import FunctionAnalysis
    from mlx2smk.analysis.slicing import FunctionSlice
    from mlx2smk.analysis.variant_slices import Variant
    from mlx2smk.language.experiment import Trial

CODE_PROTOCOL = "1"
"""Must change whenever the worker runs functions in a way that can change their results."""


@dataclass(frozen=True, slots=True)
class TrialCode:
    """The code of a trial's combinations, as digests.

    ``order`` is what else the digests depend on, in the same way for all: how the combinations run, and
    the experiment's path.
    """

    trial: Trial
    analysis: FunctionAnalysis
    order: tuple[str, ...]
    source: str

    def of(self, numbers: Iterable[int]) -> str:
        """Return what stands for the code of some combinations, in order.

        Combinations of one variant have the digest that they have in a trial of this variant alone.
        """
        codes = [self._slice_digest(number) for number in numbers] or [self.analysis.slice.digest]
        code = codes[0] if len(set(codes)) == 1 else digest_of(*codes)
        return digest_of(digest_of(CODE_PROTOCOL, code, *self.order), self.source)

    @property
    def of_all(self) -> str:
        """What stands for the code of all combinations."""
        found = self.analysis.variants.found
        parts = (part for each in found for part in (*map(str, each.values), each.slice.digest))
        code = digest_of(*parts) if found else self.analysis.slice.digest
        return digest_of(digest_of(CODE_PROTOCOL, code, *self.order), self.source)

    @property
    def digests(self) -> frozenset[str]:
        """The digests of the slices that combinations run."""
        found = self.analysis.variants.found
        return frozenset(each.slice.digest for each in found or (self.analysis,))

    def _slice_digest(self, number: int) -> str:
        variants = self.analysis.variants
        if not variants.found:
            return self.analysis.slice.digest
        grid = [
            (parameter.name, [""] * len(parameter.values)) for parameter in self.trial.parameters
        ]
        at = deciding_number(grid, variants.deciding, number)
        return next(each.slice.digest for each in variants.found if at in each.values)


def module_plans(kind: str, function: FunctionAnalysis) -> tuple[ModulePlan, ...]:
    """Return the plans of the local modules in a function's slice."""
    return tuple(_modules(f"{kind}_{function.name}", function.slice, {}))


def variant_plans(kind: str, function: FunctionAnalysis) -> tuple[VariantPlan, ...]:
    """Return the plans of a function's variants; a text that the function has, too, is its file."""
    common, numbered = function.slice, enumerate(function.variants.found, start=1)
    known = {(module.name, module.text) for module in common.modules}
    name = f"{kind}_{function.name}"
    paths = {(m, text): f"modules/{name}/{m}.py" for m, text in known}
    return tuple(
        VariantPlan(
            values=each.values,
            slice=_path(name, number, each, common),
            digest=each.slice.digest,
            removed=each.slice.removed,
            partial=each.slice.partial,
            watched=tuple(sorted(each.slice.watched)),
            modules=tuple(_modules(f"{name}.{number}", each.slice, paths)),
        )
        for number, each in numbered
    )


def _path(name: str, number: int, variant: Variant, common: FunctionSlice) -> str:
    same = variant.slice.text == common.text
    return f"slices/{name}.py" if same else f"slices/{name}.{number}.py"


def _modules(
    folder: str, found: FunctionSlice, paths: dict[tuple[str, str], str]
) -> Iterator[ModulePlan]:
    for module in found.modules:
        yield ModulePlan(
            name=module.name,
            path=module.path,
            slice=paths.get((module.name, module.text), f"modules/{folder}/{module.name}.py"),
            file_digest=module.file_digest,
            package=module.package,
            removed=module.removed,
            partial=module.partial,
        )
