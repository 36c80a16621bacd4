"""What waits for Datadog's API: gathered, kept in order, bounded."""

from datetime import timedelta

from autoscaler.adapters.datadog_backlog import LANES, Backlog, DatedCheck, DatedEvent, Point
from autoscaler.metrics.measured import Check, Event, Measured, Sample
from tests.builders import EPOCH

_TAGS = (("pool", "a"),)
_AT = int(EPOCH.timestamp())


def measured(*samples, at=0, events=(), checks=()):
    """A cycle so many seconds after the epoch."""
    found = tuple(Sample(name, value, _TAGS) for name, value in samples)
    return Measured("a", EPOCH + timedelta(seconds=at), found, events, checks)


def gauge(value, at=0):
    """As it waits."""
    return Point("nodes.ready", _TAGS, _AT + at, (float(value),))


def test_an_interval_has_the_last_gauge_the_sum_of_counts_and_all_of_a_distribution():
    backlog = Backlog(100)
    backlog.add(measured(("nodes.ready", 1.0), ("scale_out", 2), ("cycle.seconds", 0.5), at=1))
    backlog.add(measured(("nodes.ready", 4.0), ("scale_out", 3), ("cycle.seconds", 0.7), at=2))

    assert backlog.take("series", 10) == ()
    backlog.seal(_AT + 10)

    assert backlog.take("series", 10) == (
        gauge(4, at=2),
        Point("scale_out", _TAGS, _AT + 10, (5.0,)),
    )
    assert backlog.take("distributions", 10) == (
        Point("cycle.seconds", _TAGS, _AT + 10, (0.5, 0.7)),
    )
    assert backlog.waiting == 0


def test_of_a_check_only_the_last_word_waits_and_none_counts_as_dropped():
    backlog = Backlog(100)
    for at, ok in ((0, True), (10, False)):
        backlog.add(measured(at=at, checks=(Check("aws", ok, "", _TAGS),)))
        backlog.seal(_AT + at)

    assert backlog.take("checks", 9) == (DatedCheck(Check("aws", False, "", _TAGS), _AT + 10),)
    assert backlog.waiting == backlog.dropped == 0


def test_what_could_not_be_sent_is_first_in_line_again():
    backlog = Backlog(100)
    for at in (0, 1, 2):
        backlog.add(measured(("nodes.ready", float(at)), at=at))
        backlog.seal(_AT + at)

    first = backlog.take("series", 2)
    backlog.put_back("series", first)

    assert backlog.take("series", 9) == (gauge(0), gauge(1, at=1), gauge(2, at=2))


def test_beyond_the_bound_the_oldest_of_all_lanes_is_given_up():
    event = Event("t", "x", _TAGS, "k", "info")
    backlog = Backlog(3)
    backlog.add(measured(at=0, events=(event,)))
    backlog.seal(_AT)
    for at in (1, 2, 3):
        backlog.add(measured(("nodes.ready", float(at)), at=at))
        backlog.seal(_AT + at)

    assert backlog.dropped == 1
    assert backlog.waiting == 3
    assert backlog.take("events", 9) == ()
    assert len(backlog.take("series", 9)) == 3


def test_a_distribution_weighs_as_much_as_it_has_values():
    backlog = Backlog(3)
    for at in (0, 1):
        backlog.add(measured(("cycle.seconds", 0.1), ("cycle.seconds", 0.2), at=at))
        backlog.seal(_AT + at)

    assert backlog.dropped == 2
    assert [one.at for one in backlog.take("distributions", 9)] == [_AT + 1]


def test_what_comes_back_beyond_the_bound_gives_way_first():
    backlog = Backlog(2)
    backlog.add(measured(("nodes.ready", 0.0)))
    backlog.seal(_AT)
    in_hand = backlog.take("series", 1)
    for at in (1, 2):
        backlog.add(measured(("nodes.ready", float(at)), at=at))
        backlog.seal(_AT + at)

    backlog.put_back("series", in_hand)

    assert backlog.take("series", 9) == (gauge(1, at=1), gauge(2, at=2))
    assert backlog.dropped == 1


def test_figures_expire_and_events_do_not():
    event = Event("t", "x", _TAGS, "k", "info")
    backlog = Backlog(100)
    backlog.add(measured(("nodes.ready", 1.0), ("cycle.seconds", 0.5), events=(event,)))
    backlog.seal(_AT)
    backlog.add(measured(("nodes.ready", 2.0), at=60))
    backlog.seal(_AT + 60)

    backlog.expire(_AT + 30)

    assert backlog.dropped == 2
    assert {lane: backlog.take(lane, 9) for lane in LANES} == {
        "series": (gauge(2, at=60),),
        "distributions": (),
        "events": (DatedEvent(event, _AT),),
        "checks": (),
    }


def test_what_is_given_up_is_counted_by_its_values():
    backlog = Backlog(100)

    backlog.give_up((Point("cycle.seconds", _TAGS, _AT, (1.0, 2.0)), gauge(1)))

    assert backlog.dropped == 3
