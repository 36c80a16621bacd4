"""
The laws of service times that a memory holds: by job and profile, and of whichever child is next.

Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping

from autoscaler.core.forecast import SAMPLE_TRUSTED, ServiceLaw, law_of
from autoscaler.core.memory import Memory


class ServiceLaws:
    """The law of each job and profile, worked out once in a decision."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: dict[tuple[str, str], ServiceLaw] = {}

    def of(self, job: str, profile: str = "") -> ServiceLaw:
        """The law of one profile where enough of it has been measured, else of the whole job."""
        key = (job, profile)
        if key not in self._known:
            by_profile = self._memory.service_seconds.get(job, {})
            own = by_profile.get(profile, ()) if profile else ()
            everything = (seconds for sample in by_profile.values() for seconds in sample)
            self._known[key] = law_of(own if len(own) >= SAMPLE_TRUSTED else everything)
        return self._known[key]


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
