"""What a scrape sees: gauges as they are, counts and distributions as running totals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autoscaler.core.memory import Memory, Trouble
from autoscaler.core.model import FailureKind, LaunchFailure, Missing
from autoscaler.metrics.catalogue import METRICS
from autoscaler.metrics.latest import LatestSamples, Series
from autoscaler.metrics.measured import Sample
from tests.builders import EPOCH, a_group, a_node, a_queue, an_instance, an_observation, at
from tests.fakes import FakeClock
from tests.unit.autoscaler.metrics.reports import a_report

_POOL = (("pool", "transcode"),)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def latest(clock):
    return LatestSamples(clock.now)


def shown(latest, name):
    """The series of one metric; none where it is not shown."""
    return next((one.series for one in latest.families() if one.metric.name == name), ())


def buying(pending=5, **changes):
    """A cycle that buys."""
    return a_report(an_observation(a_node(1), queue=a_queue(pending)), **changes)


def test_a_gauge_is_what_it_was_last(latest):
    latest.report(buying(5))
    latest.report(buying(3))

    tags = (*_POOL, ("job", "transcode"))
    assert shown(latest, "queue.pending") == (Series(tags, 3),)


def test_a_count_goes_on_rising_and_begins_at_zero(latest):
    latest.report(a_report())
    begun = shown(latest, "scale_out")
    latest.report(buying(5))
    latest.report(buying(5))

    assert begun == (Series(_POOL, 0.0),)
    assert shown(latest, "scale_out") == (Series(_POOL, 4.0),)
    assert shown(latest, "never_joined") == (Series(_POOL, 0.0),)


def test_a_distribution_is_its_sum_and_how_many(latest):
    latest.report(a_report(duration_seconds=0.5))
    latest.report(a_report(duration_seconds=0.25))

    assert shown(latest, "cycle.seconds") == (Series(_POOL, 0.75, 2),)


def test_what_could_not_be_read_is_not_shown_as_it_was(latest):
    latest.report(buying())
    blind = replace(
        an_observation(a_node(1)),
        queues=(),
        nodes=None,
        missing=(Missing("nomad", "queue", "no leader"), Missing("nomad", "nodes", "no leader")),
    )
    latest.report(a_report(blind))

    assert shown(latest, "queue.pending") == ()
    assert shown(latest, "nodes.ready") == ()
    assert shown(latest, "group.desired")[0].value == 1
    assert [check.ok for check in latest.checks()] == [False, True]


def test_a_pool_whose_cycles_do_not_end_shows_only_how_long_that_has_been(latest, clock):
    latest.report(buying())
    clock.advance(299)
    assert shown(latest, "queue.pending")

    clock.advance(2)

    assert shown(latest, "queue.pending") == ()
    assert shown(latest, "seconds_since_success") == (Series(_POOL, 301.0),)
    assert shown(latest, "scale_out") == (Series(_POOL, 2.0),)
    assert latest.checks() == ()


def test_cycles_that_are_far_apart_may_be_silent_for_longer(clock):
    latest = LatestSamples(clock.now)
    latest.configure({"transcode": Memory()}, interval=timedelta(minutes=20))
    latest.report(buying())
    clock.advance(3599)

    assert shown(latest, "queue.pending")


def test_what_is_counted_beside_the_cycles_is_shown_too(latest):
    latest.add(Sample("datadog.dropped", 3, ()))
    latest.add(Sample("datadog.dropped", 2, ()))

    assert shown(latest, "datadog.dropped") == (Series((), 5.0),)


def test_pools_that_are_gone_are_forgotten(latest):
    latest.report(buying())
    latest.report(replace(buying(), pool="other"))
    latest.add(Sample("datadog.dropped", 1, ()))

    latest.configure({"other": Memory()}, interval=timedelta(seconds=10))

    pools = {
        dict(series.tags).get("pool") for family in latest.families() for series in family.series
    }
    assert pools == {"other", None}
    assert {dict(check.tags)["pool"] for check in latest.checks()} == {"other"}


def test_families_come_in_the_catalogues_order_and_each_has_a_series(latest):
    latest.report(buying())

    names = [family.metric.name for family in latest.families()]

    assert names == [name for name in METRICS if name in names]
    assert all(family.series for family in latest.families())


def test_what_a_memory_has_counted_is_not_counted_again(clock):
    trouble = Trouble(FailureKind.SPOT, 1, EPOCH, "None left.", frozenset({"a-1"}))
    latest = LatestSamples(clock.now)
    memory = Memory(troubles={"spot": trouble})
    latest.configure({"transcode": memory}, interval=timedelta(seconds=10))
    listed = LaunchFailure("a-1", at(-5), FailureKind.SPOT, "None left.")
    group = replace(a_group(an_instance(1), name="spot"), failures=(listed,))

    latest.report(a_report(an_observation(a_node(1), group=group)))

    assert shown(latest, "launch_failures") == ()
