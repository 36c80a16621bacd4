"""Of several daemons the leader tells of the pools; summed up, nothing counts twice."""

from dataclasses import replace

from autoscaler.metrics.latest import LatestSamples
from autoscaler.metrics.measured import Sample
from autoscaler.metrics.measuring import Before, measure
from tests.builders import a_group, a_queue, an_observation, at
from tests.fakes import FakeClock
from tests.unit.autoscaler.metrics.reports import a_report

OBSERVED = an_observation(queue=a_queue(3), group=a_group())
STANDING_BY = replace(OBSERVED, standing_by="stands by: there, pid 2 leads")
POOL = (("pool", "transcode"),)


def test_a_leader_says_so_with_all_the_rest() -> None:
    measured, _ = measure(a_report(OBSERVED), Before())

    assert Sample("leader", 1, POOL) in measured.samples
    assert len(measured.samples) > 10


def test_one_that_stands_by_says_that_and_nothing_else() -> None:
    measured, _ = measure(a_report(STANDING_BY), Before())

    assert measured.samples == (Sample("leader", 0, POOL),)
    assert (measured.events, measured.checks) == ((), ())


def test_who_stood_by_for_long_has_not_failed_when_it_takes_over() -> None:
    _, before = measure(a_report(STANDING_BY), Before())
    measured, _ = measure(a_report(OBSERVED, at_seconds=900), before)

    assert Sample("seconds_since_success", 0, POOL) in measured.samples


def test_what_a_leader_showed_is_gone_when_it_stands_by() -> None:
    clock = FakeClock()
    figures = LatestSamples(clock.now)
    figures.report(a_report(OBSERVED))
    clock.advance(10)
    figures.report(a_report(STANDING_BY, at_seconds=10))

    gauges = {
        one.metric.name: one.series[0].value
        for one in figures.families()
        if one.metric.kind == "gauge"
    }
    assert gauges == {"leader": 0}
    assert figures.checks() == ()
    assert clock.now() == at(10)
