"""The jobs that a trial can be split into: of one combination each, or of consecutive ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

from mlx2smk.language.text_digests import digest_of
from mlx2smk.planning.batching import HEAD_SIZE
from mlx2smk.planning.job_plan import JobPlan
from mlx2smk.planning.naming import combination_name, unique
from mlx2smk.runtime.dealing import MOST_ALONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.language.experiment import Trial
    from mlx2smk.planning.trial_code import TrialCode


@dataclass(frozen=True)
class Splitting:
    """The jobs that a trial can be split into; ``code`` stands for the code that they run."""

    trial: Trial
    code: TrialCode

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return prod(len(parameter.values) for parameter in self.trial.parameters)

    @property
    def digest(self) -> str:
        """Return what stands for all that jobs depend on, their combinations included."""
        values = (digest_of(*p.texts) for p in self.trial.parameters)
        return digest_of("tail", *self._common(self.code.of_all), *values)

    def _common(self, code: str) -> tuple[str, ...]:
        # Batches are named by numbers, so that only this tells which parameter a value belongs to.
        names = (parameter.name for parameter in self.trial.parameters)
        return (code, *self.trial.inputs, "", *self.trial.outputs, "", *names, "")

    def batches(self, per_job: int) -> Iterator[JobPlan]:
        """Yield jobs of so many consecutive combinations."""
        if per_job == 1:
            yield from self.singles(range(self.size))
            return
        combinations = product(*(p.texts for p in self.trial.parameters))
        names = _batch_names(self.size, per_job)
        for first, name in zip(range(0, self.size, per_job), names, strict=True):
            texts = ["\0".join(each) for each in islice(combinations, per_job)]
            code = self.code.of(range(first, first + len(texts)))
            digest = digest_of(*self._common(code), *texts)
            yield JobPlan(name=name, first=first, count=len(texts), digest=digest)

    def singles(self, numbers: Iterable[int]) -> Iterator[JobPlan]:
        """Yield jobs of one combination each."""
        names = self._names
        for number in numbers:
            common = self._common(self.code.of([number]))
            digest = digest_of(*common, "\0".join(self._texts(number)))
            yield JobPlan(name=names[number], first=number, count=1, digest=digest)

    def beside(self, head: Sequence[int]) -> Iterator[JobPlan]:
        """Yield jobs of one combination each for those not in the head, if there may be as many."""
        if self.size - len(head) <= MOST_ALONE:
            yield from self.singles(number for number in range(self.size) if number not in head)

    @cached_property
    def _names(self) -> _Numbers | list[str]:
        """Name combinations by their values; in large grids, where few have own jobs, by numbers."""
        if self.size > MOST_ALONE + HEAD_SIZE:
            return _Numbers(self.size)
        return list(unique(self._combination_names()))

    def _combination_names(self) -> Iterator[str]:
        parameters = self.trial.parameters
        names = [parameter.name for parameter in parameters]
        combinations = product(*(parameter.values for parameter in parameters))
        texts = product(*(parameter.texts for parameter in parameters))
        for values, written in zip(combinations, texts, strict=True):
            yield combination_name(names, written, values)

    def _texts(self, number: int) -> list[str]:
        found = []
        for parameter in reversed(self.trial.parameters):
            number, at = divmod(number, len(parameter.texts))
            found.append(parameter.texts[at])
        return found[::-1]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The zero-padded numbers below ``size``, as a sequence of names."""

    size: int

    def __getitem__(self, number: int) -> str:
        return f"{number:0{len(str(self.size - 1))}}"


def _batch_names(size: int, per_job: int) -> Iterator[str]:
    """Name batches by the zero-padded numbers of their first and last combinations."""
    width = len(str(size - 1))
    for first in range(0, size, per_job):
        last = min(first + per_job, size) - 1
        yield f"{first:0{width}}-{last:0{width}}"
