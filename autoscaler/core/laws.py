"""
The laws of service times that a memory holds: by job and profile, and of whichever child is next.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autoscaler.core.memory import Memory
from autoscaler.core.service_law import SAMPLE_TRUSTED, ServiceLaw, law_of

_Sample = tuple[float, ...]
#: From one decision to the next a sample changes by no more than so many; else it is made anew.
_CHANGES_MAX = 32
_RECENT_MAX = 256


class ServiceLaws:
    """The law of each job and profile, worked out once in a decision."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[tuple[str, str], ServiceLaw] = {}

    def of(self, job: str, profile: str = "") -> ServiceLaw:
        """The law of one profile where enough of it has been measured, else of the whole job."""
        key = (job, profile)
        law = self._known.get(key)
        if law is None:
            by_profile = self._memory.service_seconds.get(job, {})
            own = by_profile.get(profile, ()) if profile else ()
            if len(own) >= SAMPLE_TRUSTED:
                law = _law(key, (own,))
            else:
                law = _law((job, ""), tuple(by_profile.values()))
            self._known[key] = law
        return law


def mixture(laws: ServiceLaws, left: Mapping[str, int]) -> ServiceLaw:
    """The law of the next child, whichever job it is of."""
    if len(left) == 1:
        return laws.of(next(iter(left)))
    total = sum(left.values())
    mixed: list[float] = []
    for job, count in left.items():
        # So many points of each law as it has a share, evenly chosen from its sample.
        sample, share = laws.of(job).sample, max(1, round(100 * count / total))
        mixed.extend(sample[int((point + 0.5) * len(sample) / share)] for point in range(share))
    return ServiceLaw(mixed)


class _Known(NamedTuple):
    samples: tuple[_Sample, ...]
    law: ServiceLaw


#: The laws of the last decisions: most samples have but few new values since.  What comes of it is
#: the same as without; only sooner.
_recent: dict[tuple[str, str], _Known] = {}


def _law(key: tuple[str, str], samples: tuple[_Sample, ...]) -> ServiceLaw:
    known = _recent.pop(key, None)
    law = None if known is None else _changed(known, samples)
    if law is None:
        law = law_of(one for sample in samples for one in sample)
    while len(_recent) >= _RECENT_MAX:
        _recent.pop(next(iter(_recent)), None)
    _recent[key] = _Known(samples, law)
    return law


def _changed(known: _Known, samples: tuple[_Sample, ...]) -> ServiceLaw | None:
    """The law of samples that went on from those known; None: make it anew."""
    fewest = min(sum(map(len, known.samples)), sum(map(len, samples)))
    if len(known.samples) != len(samples) or fewest < SAMPLE_TRUSTED:
        return None
    dropped: list[float] = []
    added: list[float] = []
    for before, after in zip(known.samples, samples, strict=True):
        if after is before:
            continue
        count = _new_count(before, after)
        if count is None:
            return None
        dropped.extend(before[: len(before) + count - len(after)])
        added.extend(after[len(after) - count :])
    return known.law.changed(dropped, added) if dropped or added else known.law


def _new_count(before: Sequence[float], after: Sequence[float]) -> int | None:
    """How many were added at the end, where as many or fewer have gone at the beginning."""
    for count in range(min(_CHANGES_MAX, len(after)) + 1):
        gone = len(before) + count - len(after)
        if 0 <= gone <= len(before) and before[gone:] == after[: len(after) - count]:
            return count
    return None
