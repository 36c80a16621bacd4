"""
The search: a coarse look at many settings on pieces of the trace, the best of them on the whole,
then step by step around the frontier of cost against the target's measure.

Bounded by a budget of runs; one run is one setting through all the traces.  Deterministic: equal
seeds and an equal budget give equal trials.
Pure but for the laboratory, which is handed in.  Imports the rest of tuning.
"""

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from autoscaler.core.settings import PoolSettings
from autoscaler.tuning.candidates import Candidate, Candidates
from autoscaler.tuning.frontier import Pair, frontier, promising
from autoscaler.tuning.recommendation import cheapest, nearest
from autoscaler.tuning.space import Point, Space, crossings, halfway, in_order, neighbours
from autoscaler.tuning.target import Target
from autoscaler.tuning.trial import Trial

#: Of the budget: what the coarse look may take, and what its best then take on the whole.
_COARSE, _PROMOTED = 0.3, 0.3
#: The same where the trace is too short to be cut, so that the coarse look is at the whole.
_COARSE_WHOLE = 0.6
#: Settings that are run between two looks at the frontier.
_STRIDE = 6
#: Places from the choice on the frontier within which the search goes on first.
_NEAR = 2
#: Runs that are kept for leaving out changes of the choice one by one.
_SIMPLER = 5


class Laboratory(Protocol):
    """Where candidates are tried."""

    #: What a run of the pieces costs, in runs of the whole; 1: there are no pieces.
    sample_share: float

    def sampled(self, candidates: Sequence[Candidate]) -> Sequence[Trial]:
        """On pieces of the traces; of the first so many where time is up."""

    def whole(self, candidates: Sequence[Candidate]) -> Sequence[Trial]:
        """On the whole traces; of the first so many where time is up."""

    def out_of_time(self) -> bool:
        """Whether no more may be begun."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is looked for, and with how much effort."""

    space: Space
    target: Target
    #: Runs, that of the present setting included.
    budget: int
    seed: int = 1


class Search:
    """One search.  ``trials`` are those on the whole traces, the present setting's first."""

    def __init__(
        self, task: Task, candidates: Candidates, laboratory: Laboratory, present: Trial
    ) -> None:
        self._task = task
        self._candidates = candidates
        self._laboratory = laboratory
        rng = random.Random(task.seed)  # noqa: S311 - no secret
        self._known: set[PoolSettings] = {present.candidate.settings}
        self._grid = candidates.distinct(in_order(task.space, rng), self._known)
        self.trials: list[Trial] = [present]
        self.spent = 1.0

    def run(self) -> Sequence[Trial]:
        """Until the budget is spent, time is up, or nothing is left to try."""
        self._try(self._coarse())
        reserve = min(_SIMPLER, self._task.budget // 10)
        while self._left >= 1 + reserve and not self._laboratory.out_of_time():
            count = min(_STRIDE, int(self._left - reserve))
            # Where nothing is left around the frontier, on with the grid.
            batch = self._take(self._around_frontier(), count) or self._take(self._grid, count)
            if not batch:
                break
            self._try(batch)
        self._try(self._take(self._simpler(), int(self._left)))
        return self.trials

    @property
    def _left(self) -> float:
        return self._task.budget - self.spent

    def _take(self, candidates: Iterator[Candidate], count: int) -> list[Candidate]:
        found = list(itertools.islice(candidates, count))
        self._known.update(one.settings for one in found)
        return found

    def _try(self, candidates: Sequence[Candidate]) -> None:
        trials = self._laboratory.whole(candidates)
        self.trials.extend(trials)
        self.spent += len(trials)

    def _coarse(self) -> Sequence[Candidate]:
        """The candidates of the grid that are worth a run of the whole."""
        share, budget = self._laboratory.sample_share, self._task.budget
        if share >= 1:
            return self._take(self._grid, min(int(self._left), int(budget * _COARSE_WHOLE)))
        looked = self._take(self._grid, int(budget * _COARSE / share))
        count = max(1, int(budget * _PROMOTED))
        if len(looked) <= count:
            return looked
        sampled = self._laboratory.sampled(looked)
        self.spent += len(sampled) * share
        pairs = self._pairs(sampled)
        return [looked[at] for at in promising(pairs, min(count, int(self._left)))]

    def _around_frontier(self) -> Iterator[Candidate]:
        """New candidates a step from the frontier: around the best choice first, then further."""
        best, target = self.trials, self._task.target
        ends = [best[at] for at in frontier(self._pairs(best))]
        choice = cheapest(best, target) or nearest(best, target)
        centre = ends.index(choice) if choice in ends else 0
        order = sorted(range(len(ends)), key=lambda at: (abs(at - centre), at))
        near = [ends[at] for at in order if abs(at - centre) <= _NEAR]
        far = [ends[at] for at in order if abs(at - centre) > _NEAR]
        points = itertools.chain(
            self._beside(choice, [*near, *far]), self._steps_from(near), self._steps_from(far)
        )
        return self._candidates.distinct(points, set(self._known))

    def _beside(self, choice: Trial, ends: Sequence[Trial]) -> Iterator[Point]:
        """What is likeliest to be better: between the choice and others, or with their values."""
        point, space = choice.candidate.point, self._task.space
        yield from halfway(point, space, [one.candidate.point for one in self.trials])
        yield from crossings(point, (one.candidate.point for one in ends), space)

    def _steps_from(self, trials: Sequence[Trial]) -> Iterator[Point]:
        """Of each the next step by turns."""
        tried = [one.candidate.point for one in self.trials]
        steps = [neighbours(one.candidate.point, self._task.space, tried) for one in trials]
        for points in itertools.zip_longest(*steps):
            yield from (point for point in points if point is not None)

    def _simpler(self) -> Iterator[Candidate]:
        """The choice with one of its changes left out: what makes no difference needs no paste."""
        choice = cheapest(self.trials, self._task.target)
        if choice is None:
            return iter(())
        points = self._candidates.simpler(choice.candidate)
        return self._candidates.distinct(points, set(self._known))

    def _pairs(self, trials: Sequence[Trial]) -> list[Pair]:
        target = self._task.target
        return [(one.node_hours, target.of(one) if one.sound else math.inf) for one in trials]
