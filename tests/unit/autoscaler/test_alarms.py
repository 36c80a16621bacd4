"""What is wrong stands from its beginning until it is right again."""

from autoscaler.alarms import Alarms
from tests.builders import EPOCH, at
from tests.fakes import FakeClock


def test_an_alarm_that_sounds_again_keeps_its_beginning_and_takes_the_newer_words():
    clock = FakeClock()
    alarms = Alarms(clock.now)
    alarms.sound("journal.failing", what="the disk is full", mend="make room")
    clock.advance(60)

    alarms.sound("journal.failing", what="it may not be written", mend="give it to the user")

    (alarm,) = alarms.standing()
    assert (alarm.since, alarm.what) == (EPOCH, "it may not be written")


def test_one_that_was_cleared_begins_anew():
    clock = FakeClock()
    alarms = Alarms(clock.now)
    alarms.sound("journal.failing", what="the disk is full", mend="make room")
    alarms.clear("journal.failing")
    assert alarms.standing() == ()
    clock.advance(60)

    alarms.sound("journal.failing", what="the disk is full", mend="make room")

    assert alarms.standing()[0].since == at(60)


def test_each_pool_has_its_own_and_clearing_one_leaves_the_other():
    alarms = Alarms(FakeClock().now)
    for pool in ("transcode", "other"):
        alarms.sound("cycle.broken", what="a defect", mend="upgrade", pool=pool)

    alarms.clear("cycle.broken", "transcode")

    assert [one.pool for one in alarms.standing()] == ["other"]


def test_errors_come_before_older_warnings():
    clock = FakeClock()
    alarms = Alarms(clock.now)
    alarms.sound("first", what="a", mend="b")
    clock.advance(1)
    alarms.sound("second", what="a", mend="b", severity="error")

    assert [one.code for one in alarms.standing()] == ["second", "first"]
