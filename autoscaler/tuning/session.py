"""
A tuning from start to end: the present setting first, then the search, then how sure it all is.

Imports replay, the simulator, clock, errors and the rest of tuning.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from autoscaler.clock import Clock
from autoscaler.replay.bound import lower_bound_hours
from autoscaler.replay.conditions import Conditions
from autoscaler.replay.scene import slots_of
from autoscaler.tuning.candidates import Candidate, Candidates
from autoscaler.tuning.durations import rounded
from autoscaler.tuning.frontier import frontier
from autoscaler.tuning.laboratory import Replays
from autoscaler.tuning.recommendation import Recommendation, recommend
from autoscaler.tuning.robustness import Robustness, robustness
from autoscaler.tuning.search import Search, Task
from autoscaler.tuning.slices import Course
from autoscaler.tuning.space import Space, default_space
from autoscaler.tuning.target import Target
from autoscaler.tuning.trial import Trial, attempt

#: Enough for the coarse look and some ten rounds around the frontier.
RUNS = 64
#: Waits that are longer by less than this are no slower.
_NO_SLOWER = 1.05
#: With fewer there is nothing to compare.
RUNS_MIN = 4
#: How many of those that meet the target are held for being surer, the cheapest first.
_SURER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the operator asks for."""

    #: None: no slower than now, by the 95th percentile of the waits.
    target: Target | None = None
    #: None: what an expert would try.
    space: Space | None = None
    runs: int | None = None
    #: None: for as long as the runs take.
    seconds: float | None = None
    processes: int = 1
    #: Of what is left to chance in the search itself.
    seed: int = 1


class Audience(Protocol):
    """Is told how it goes."""

    def begins(self, runs: float, seconds: float, target: Target) -> None:
        """So many runs are to come, which will take about so long."""

    def advances(self, runs: float) -> None:
        """So many more are done; a run of pieces of the traces is less than one."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found; ``trials`` are those on the whole traces, the present setting's first."""

    target: Target
    trials: tuple[Trial, ...]
    #: Of the trials, the cheapest first: no other is both cheaper and better.
    frontier: tuple[Trial, ...]
    sureness: Mapping[Candidate, Robustness]
    recommendation: Recommendation
    #: In runs through all the traces.
    spent: float
    #: Whether it ended for want of time.
    cut_short: bool
    #: No plan with which nobody is late costs less, in node-hours.
    lower_bound: float

    @property
    def present(self) -> Trial:
        """The present setting's."""
        return self.trials[0]


def tune(
    order: Order,
    candidates: Candidates,
    courses: Sequence[Course],
    audience: Audience,
    clock: Clock,
) -> Findings:
    """
    Search, and recommend; for one trace or several, each of at least one child that fits a node.

    Equal orders by runs give equal findings; an order by seconds ends when they are over.
    Raises ``InputError`` for a setting that the configuration refuses.
    """
    if order.space is not None:
        candidates.check(order.space)
    began = clock.monotonic()
    present = _present(candidates, courses)
    took = clock.monotonic() - began
    target = order.target or default_target(present, courses[0].conditions.late_seconds)
    space = order.space or _default_space(candidates, target, courses[0].conditions)
    runs = _runs(order, took)
    # A grid that was given has no more than its points.
    coming = runs - 1 if order.space is None else min(runs - 1, space.size())
    audience.begins(coming, coming * took / order.processes, target)

    def out_of_time() -> bool:
        return order.seconds is not None and clock.monotonic() - began >= order.seconds

    with Replays(
        courses,
        seed=order.seed,
        processes=order.processes,
        out_of_time=out_of_time,
        told=audience.advances,
    ) as replays:
        here = Trial(candidates.here(space), present.outcomes, present.stretches)
        task = Task(space, target, runs, order.seed)
        search = Search(task, candidates, replays, here)
        trials = tuple(search.run())
        cut_short = out_of_time()
    ends = _frontier(trials, target)
    sureness = _sureness(trials, ends, target, order.seed)
    return Findings(
        target,
        trials,
        ends,
        sureness,
        recommend(trials, target, sureness),
        search.spent,
        cut_short,
        _lower_bound(candidates, courses),
    )


def _present(candidates: Candidates, courses: Sequence[Course]) -> Trial:
    tried = [attempt(candidates.present.settings, one) for one in courses]
    return Trial(
        candidates.present,
        tuple(outcome for outcome, _ in tried),
        tuple(blocks for _, blocks in tried),
    )


def default_target(present: Trial, late_seconds: float) -> Target:
    """
    Where none is given: 95 % wait no longer than the settings promise, or no longer than now.

    Of the two the longer, so that what is found is no harder to reach than what is there.
    """
    scaling = present.candidate.settings.scaling
    promised = scaling.target_wait.total_seconds() if scaling.strategy == "backlog" else 0.0
    # As the operator would round it, and a little above: the same again is good enough.
    return Target("p95", max(promised, rounded(present.p95 * _NO_SLOWER)), late_seconds)


def _default_space(candidates: Candidates, target: Target, conditions: Conditions) -> Space:
    settings = candidates.present.settings
    return default_space(
        settings,
        wait_seconds=target.late_seconds if target.metric == "late" else target.limit,
        boot_seconds=conditions.boot_seconds,
        slots=max(slots_of(settings, conditions, job) for job in settings.jobs),
    )


def _lower_bound(candidates: Candidates, courses: Sequence[Course]) -> float:
    settings = candidates.present.settings
    return sum(lower_bound_hours(settings, one.conditions, one.trace) for one in courses)


def _runs(order: Order, run_seconds: float) -> int:
    if order.runs is not None:
        return order.runs
    if order.seconds is None:
        return RUNS
    return max(RUNS_MIN, int(order.seconds * order.processes / max(run_seconds, 1e-3)))


def _frontier(trials: Sequence[Trial], target: Target) -> tuple[Trial, ...]:
    pairs = [(one.node_hours, target.of(one) if one.sound else math.inf) for one in trials]
    return tuple(trials[at] for at in frontier(pairs))


def _sureness(
    trials: Sequence[Trial], ends: Sequence[Trial], target: Target, seed: int
) -> dict[Candidate, Robustness]:
    """Of the present setting, the frontier, and the cheapest that meet the target."""
    good = sorted(
        (one for one in trials if one.sound and target.met_by(one)), key=lambda one: one.node_hours
    )
    present = trials[0].stretches
    return {
        # Equal seeds: all are judged on the same resamples.
        one.candidate: robustness(one.stretches, present, target, random.Random(seed))  # noqa: S311
        for one in {id(one): one for one in (trials[0], *ends, *good[:_SURER])}.values()
    }
