"""What people should look at: since when, in which order, and what outlives an outage."""

from dataclasses import replace

from autoscaler.core.model import Missing, Verdict, WaitsFor
from tests.builders import a_group, a_node, a_queue, an_observation, some_settings
from tests.builders import at as at_second
from tests.unit.autoscaler.status.cycles import Shown

QUOTA = a_queue(2, verdict=Verdict(WaitsFor.QUOTA, "cpu"))
NO_QUEUE = (Missing("nomad", "queue", "refused"),)
NO_GROUP = (Missing("aws", "group", "Throttling"),)
UNPROTECTED = replace(a_group(), protects_new=False)


def without_groups(observed):
    """AWS does not answer."""
    return replace(observed, groups=None, missing=NO_GROUP)


def test_what_stays_wrong_keeps_its_beginning_and_what_comes_back_begins_anew():
    shown = Shown()
    shown.clock.advance(5)
    shown.see(an_observation(queue=QUOTA))
    shown.clock.advance(60)
    shown.see(an_observation(queue=QUOTA))
    assert shown.wrongs["queue.quota"].since == at_second(5)

    shown.see(an_observation())
    assert "queue.quota" not in shown.wrongs
    shown.clock.advance(1)
    shown.see(an_observation(queue=QUOTA))
    assert shown.wrongs["queue.quota"].since == at_second(66)


def test_what_could_not_be_looked_at_stands_as_it_was():
    """An outage of AWS neither mends a group nor makes its hazards younger."""
    shown = Shown()
    shown.see(an_observation(group=UNPROTECTED))
    shown.clock.advance(60)
    shown.see(without_groups(an_observation()))
    assert shown.wrongs["group.unprotected"].since == at_second(0)
    assert shown.wrongs["aws.unread"].since == at_second(60)

    shown.see(an_observation(group=UNPROTECTED))
    assert shown.wrongs["group.unprotected"].since == at_second(0)
    assert "aws.unread" not in shown.wrongs
    shown.see(an_observation())
    assert "group.unprotected" not in shown.wrongs


def test_a_job_that_was_read_is_judged_though_another_was_not():
    shown = Shown(some_settings(jobs=("transcode", "thumbs")))
    both = replace(an_observation(), queues=(QUOTA, replace(QUOTA, job="thumbs")))
    shown.see(both)
    only_one = replace(an_observation(), queues=(a_queue(),), missing=NO_QUEUE)
    shown.see(only_one)

    (held,) = [one for one in shown.board.status().wrongs if one.code == "queue.quota"]
    assert "of thumbs" in held.what


def test_errors_come_first_and_then_what_has_stood_longest():
    shown = Shown()
    shown.see(an_observation(a_node(1, eligible=False)))
    shown.clock.advance(10)
    shown.alarms.sound("metrics.dropped", what="no agent listens", mend="start it")
    shown.alarms.sound("journal.lost", what="no disk", mend="buy one", severity="error")
    shown.clock.advance(10)
    shown.see(an_observation(a_node(1, eligible=False), queue=QUOTA))

    assert [one.code for one in shown.board.status().wrongs] == [
        "journal.lost",
        "queue.quota",
        "group.az_rebalance",
        "nodes.foreign_cordon",
        "metrics.dropped",
    ]


def test_an_alarm_is_told_as_it_sounds_with_its_pool():
    shown = Shown()
    shown.clock.advance(3)
    shown.alarms.sound("cycle.broken", what="a defect", mend="report it", pool="transcode")

    wrong = shown.wrongs["cycle.broken"]

    assert (wrong.what, wrong.mend, wrong.pool) == ("a defect", "report it", "transcode")
    assert wrong.since == at_second(3)


def test_pools_that_are_served_no_more_are_not_wrong():
    shown = Shown(some_settings(), replace(some_settings(), name="other"))
    shown.see(replace(an_observation(queue=QUOTA), pool="other"))
    assert "queue.quota" in shown.wrongs

    shown.configure(some_settings())
    shown.configure(some_settings(), replace(some_settings(), name="other"))

    assert "queue.quota" not in shown.wrongs
