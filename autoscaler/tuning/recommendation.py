"""
Which setting to choose: the cheapest that meets the target, or the nearest where none does.

Pure; imports the rest of tuning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autoscaler.tuning.candidates import Candidate
from autoscaler.tuning.robustness import Robustness
from autoscaler.tuning.target import Target
from autoscaler.tuning.trial import Trial

#: For less, nobody should change more settings.
_WORTH = 0.005
#: Met in so many of the resamples, a target is met for sure enough.
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What is recommended, and what it is held against."""

    present: Trial
    #: None: no setting meets the target.
    chosen: Trial | None
    #: Meets the target, or comes nearest to it.
    nearest: Trial
    #: The cheapest that meets it for sure enough, where the chosen one does not and another does.
    surer: Trial | None

    @property
    def saved_share(self) -> float:
        """What the chosen or nearest one saves of the present cost; below 0: it costs more."""
        before = self.present.node_hours
        return 1 - self.nearest.node_hours / before if before else 0.0


def recommend(
    trials: Sequence[Trial], target: Target, sureness: Mapping[Candidate, Robustness]
) -> Recommendation:
    """Of trials on the whole traces, the present setting's first."""
    chosen = cheapest(trials, target)
    surer = None
    if chosen is not None and not _sure(chosen, sureness):
        surer = cheapest([one for one in trials if _sure(one, sureness)], target)
    best = nearest(trials, target) if chosen is None else chosen
    return Recommendation(trials[0], chosen, best, surer)


def cheapest(trials: Sequence[Trial], target: Target) -> Trial | None:
    """
    The cheapest sound one that meets the target; None where none does.

    Of those that cost next to the same, the one that changes the fewest settings.
    """
    good = [one for one in trials if one.sound and target.met_by(one)]
    if not good:
        return None
    least = min(one.node_hours for one in good)
    equal = [one for one in good if one.node_hours <= least * (1 + _WORTH)]
    return min(equal, key=lambda one: (len(one.candidate.changes), one.node_hours, target.of(one)))


def nearest(trials: Sequence[Trial], target: Target) -> Trial:
    """The one that misses the target by the least; sound ones first, of equals the cheapest."""
    return min(trials, key=lambda one: (not one.sound, target.missed_by(one), one.node_hours))


def _sure(trial: Trial, sureness: Mapping[Candidate, Robustness]) -> bool:
    found = sureness.get(trial.candidate)
    return found is not None and found.met_share >= SURE
