"""Trials and findings made of literals, for the tests of what is concluded from them."""

from autoscaler.core.settings import PoolSettings
from autoscaler.replay.outcome import Outcome, Waits
from autoscaler.tuning.candidates import Candidate
from autoscaler.tuning.recommendation import recommend
from autoscaler.tuning.robustness import Block, Interval, Robustness
from autoscaler.tuning.session import Findings
from autoscaler.tuning.space import Point
from autoscaler.tuning.target import Target
from autoscaler.tuning.trial import Trial
from tests.builders import some_settings

TWO_MINUTES = Target("p95", 120.0)


def an_outcome(
    hours: float, p95: float, *, late: float = 0.0, unserved: int = 0, price: float | None = None
) -> Outcome:
    """A replay of 100 children that cost so much; 99 % waited a little longer than 95 %."""
    return Outcome(
        name="transcode",
        baseline=None,
        node_hours=hours,
        cost=None if price is None else hours * price,
        waits=Waits(p95 / 3, p95 / 4, p95, p95 + 10, p95 + 20),
        late_share=late,
        dispatched=100,
        started=100,
        launches=10,
        peak_nodes=4,
        killed=0,
        unserved=unserved,
        violations=(),
        lower_bound_node_hours=None,
        timeline=None,
    )


def a_trial(*outcomes: Outcome, changes: Point = (), settings: PoolSettings | None = None) -> Trial:
    """Of a setting with these changes, through so many traces of a stretch each."""
    candidate = Candidate(settings or some_settings(), changes, changes)
    stretches = tuple(
        (Block((one.waits.p50, one.waits.p95), one.node_hours * 3600),) for one in outcomes
    )
    return Trial(candidate, outcomes, stretches)


def waiting(value: str) -> Point:
    """One change, which tells trials apart."""
    return (("scaling.target_wait", value),)


def sure(met_share: float) -> Robustness:
    """In so many of the resamples the target is met."""
    return Robustness(
        p95=Interval(80.0, 110.0),
        p99=Interval(100.0, float("inf")),
        late_share=Interval(0.0, 0.01),
        cost_change=Interval(-0.2, 0.05),
        met_share=met_share,
        cheaper_share=0.75,
    )


def findings(
    trials: tuple[Trial, ...],
    *,
    met: dict[str, float] | None = None,
    target: Target = TWO_MINUTES,
    frontier: tuple[Trial, ...] | None = None,
    cut_short: bool = False,
) -> Findings:
    """Of these trials, the present setting's first; ``met`` by the candidates' names."""
    sureness = {
        one.candidate: sure(met[one.candidate.name])
        for one in trials
        if met and one.candidate.name in met
    }
    return Findings(
        target,
        trials,
        trials if frontier is None else frontier,
        sureness,
        recommend(trials, target, sureness),
        12.5,
        cut_short,
        7.5,
    )
