"""The log of scaling activities: its order, its pages, its members."""

from datetime import UTC, datetime, timedelta

import pytest

from devstack.awsactivities import Activity, ActivityLog, UnknownToken

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def an_activity(log: ActivityLog, *, over: bool = True, group: str = "one") -> Activity:
    activity = log.add(Activity(group, f"arn:{group}", "Launching", "because", NOON))
    if over:
        activity.end("Successful", NOON + timedelta(seconds=1))
    return activity


def test_those_in_progress_come_first_and_then_the_newest() -> None:
    log = ActivityLog()
    old, under_way, new = an_activity(log), an_activity(log, over=False), an_activity(log)

    assert log.page(group="one") == ([under_way, new, old], None)


def test_pages_follow_on_each_other_though_a_new_activity_comes_between() -> None:
    log = ActivityLog()
    oldest, older, newer = (an_activity(log) for _ in range(3))
    page, token = log.page(group="one", most=2)
    an_activity(log)

    assert page == [newer, older]
    assert log.page(group="one", most=2, token=token) == ([oldest], None)


def test_activities_are_found_by_group_and_by_id() -> None:
    log = ActivityLog()
    mine, _ = an_activity(log), an_activity(log, group="other")

    assert log.page(group="one")[0] == [mine]
    assert len(log.page(group=None)[0]) == 2
    assert log.page(group=None, ids=[mine.id, "unknown"])[0] == [mine]


def test_an_unknown_token_is_refused() -> None:
    with pytest.raises(UnknownToken):
        ActivityLog().page(group="one", token="never given")


def test_what_has_no_value_yet_is_left_out() -> None:
    activity = an_activity(ActivityLog(), over=False)

    assert "EndTime" not in activity.answer()
    assert "StatusMessage" not in activity.answer()
    assert activity.answer()["StatusCode"] == "InProgress"


def test_the_end_is_in_whole_seconds_and_final() -> None:
    activity = an_activity(ActivityLog(), over=False)
    activity.end("Failed", NOON, "no room")
    activity.end("Successful", NOON + timedelta(hours=1))

    answer = activity.answer()
    assert answer["EndTime"] == NOON.replace(microsecond=0)
    assert (answer["StatusCode"], answer["StatusMessage"]) == ("Failed", "no room")
    assert answer["Progress"] == 100
