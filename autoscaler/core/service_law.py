"""
The distribution of service times: a sample of them, and what follows from it.

Pure; imports the standard library and ``autoscaler.core.endings``.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat

from autoscaler.core.endings import Endings, endings_of

#: No child takes less, in seconds: it must be placed and started.
_SHORTEST = 1e-3
#: Until so many service times have been measured, the prior's are mixed in.
SAMPLE_TRUSTED = 20
#: The prior: five equally likely values of an exponential law with this mean, in seconds.
_PRIOR_MEAN_SECONDS = 600.0
_PRIOR = tuple(-_PRIOR_MEAN_SECONDS * math.log(1 - (k + 0.5) / 5) for k in range(5))


class ServiceLaw:
    """A sample of service times, in seconds.  A value, though what follows is worked out late."""

    __slots__ = ("_endings", "_spread", "sample")

    def __init__(self, sample: Iterable[float]) -> None:
        #: Sorted.
        self.sample: Sequence[float] = sorted(max(_SHORTEST, one) for one in sample)
        self._endings: Endings | None = None
        self._spread: float | None = None

    def changed(self, dropped: Sequence[float], added: Sequence[float]) -> "ServiceLaw":
        """The law without those service times, which are of the sample, and with these."""
        gone = [max(_SHORTEST, one) for one in dropped]
        new = [max(_SHORTEST, one) for one in added]
        sample = list(self.sample)
        for one in gone:
            del sample[bisect_left(sample, one)]
        for one in new:
            insort(sample, one)
        law = ServiceLaw(())
        law.sample = sample
        if self._endings is not None:
            law._endings = self._endings.changed(gone, new)
        return law

    def endings(self, step: float) -> Endings:
        """When children end, on a grid of such steps, in seconds."""
        # Pools decide in threads of their own: another may want another step at this moment.
        endings = self._endings
        if endings is None or endings.step != step:
            endings = self._endings = endings_of(self.sample, step)
        return endings

    @property
    def spread(self) -> float:
        """The squared coefficient of variation."""
        if self._spread is None:
            count = len(self.sample)
            mean = sum(self.sample) / count
            deviation = math.dist(self.sample, (mean,) * count)
            self._spread = deviation * deviation / count / mean**2
        return self._spread

    def ends_between(self, before: Iterable[float], later: Iterable[float]) -> float:
        """
        How many ends are expected of children that went from one age to another.

        Were each begun anew at its end; ``before`` and ``later`` are their ages, in seconds.
        """
        hazards, sample = _hazards(len(self.sample)), repeat(self.sample)
        ended = sum(map(hazards.__getitem__, map(bisect_right, sample, later)))
        return ended - sum(map(hazards.__getitem__, map(bisect_right, sample, before)))

    def median_left(self, age: float) -> float:
        """What a child of this age has left, in the middle case, in seconds."""
        begun = bisect_right(self.sample, age)
        rest = len(self.sample) - begun
        if not rest:
            return age * math.log(2)
        return self.sample[begun + rest // 2] - age


@lru_cache(maxsize=1024)
def _hazards(size: int) -> Sequence[float]:
    """Of a sample of so many: how often a child has ended for each that is shorter."""
    # Beyond the sample a child may last for ever, which is not known: half a child is there.
    rest = size + 0.5
    return [math.log(rest / (rest - ended)) for ended in range(size + 1)]


def law_of(samples: Iterable[float]) -> ServiceLaw:
    """The law of these service times, with the prior while they are few."""
    measured = list(samples)
    if len(measured) < SAMPLE_TRUSTED:
        measured.extend(_PRIOR)
    return ServiceLaw(measured)
