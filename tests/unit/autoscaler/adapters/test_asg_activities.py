"""When scaling activities are read, how far back, and what of them is told."""

from datetime import timedelta

import pytest

from autoscaler.adapters.asg_activities import Activities
from autoscaler.core.model import Lifecycle
from autoscaler.errors import GroupUnavailable, MalformedReply
from tests.builders import EPOCH, a_group, an_instance, at
from tests.unit.autoscaler.adapters.stubbed_aws import StubbedAws, an_activity

FULL = a_group(an_instance(1))
WAITING = a_group(an_instance(1), desired=2)


@pytest.fixture
def aws() -> StubbedAws:
    return StubbedAws()


@pytest.fixture
def activities(aws: StubbedAws) -> Activities:
    return Activities(aws.clients["autoscaling"])


def ids(failures: tuple[object, ...]) -> list[str]:
    return [failure.activity_id for failure in failures]


def test_failures_are_told_oldest_first(aws: StubbedAws, activities: Activities) -> None:
    aws.activities(
        an_activity(4, status="InProgress", started=-1),
        an_activity(3, started=-60),
        an_activity(2, status="Successful", started=-90),
        an_activity(1, started=-120),
    )

    assert ids(activities.failures(WAITING, EPOCH)) == ["a-1", "a-3"]


def test_they_are_told_each_time_while_they_are_young(
    aws: StubbedAws, activities: Activities
) -> None:
    for _ in range(2):
        aws.activities(an_activity(1, started=-60))

    assert ids(activities.failures(WAITING, EPOCH)) == ["a-1"]
    assert ids(activities.failures(WAITING, at(10))) == ["a-1"]


def test_older_than_half_an_hour_is_not_told_nor_looked_beyond(
    aws: StubbedAws, activities: Activities
) -> None:
    """The answer has a next page, and no second call is expected."""
    aws.activities(an_activity(2, started=-1800), an_activity(1, started=-1801), token="more")

    assert ids(activities.failures(WAITING, EPOCH)) == ["a-2"]
    aws.assert_all_asked()


def test_one_that_is_long_in_progress_does_not_hide_the_pages_behind_it(
    aws: StubbedAws, activities: Activities
) -> None:
    aws.activities(an_activity(2, status="InProgress", started=-7200), token="more")
    aws.activities(an_activity(1))

    assert ids(activities.failures(WAITING, EPOCH)) == ["a-1"]


def test_pages_are_read_to_a_bound(aws: StubbedAws, activities: Activities) -> None:
    for number in (3, 2, 1):
        aws.activities(an_activity(number, started=-100 + number), token=f"t-{number}")

    assert ids(activities.failures(WAITING, EPOCH)) == ["a-1", "a-2", "a-3"]
    aws.assert_all_asked()


def test_a_group_that_has_what_it_wants_is_asked_once_at_the_start_and_then_no_more(
    aws: StubbedAws, activities: Activities
) -> None:
    aws.activities()
    activities.failures(FULL, EPOCH)
    aws.assert_all_asked()

    assert activities.failures(FULL, at(10)) == ()


def test_each_group_is_asked_for_by_itself(aws: StubbedAws, activities: Activities) -> None:
    aws.activities(an_activity(1))
    aws.activities()

    assert ids(activities.failures(WAITING, EPOCH)) == ["a-1"]
    assert activities.failures(a_group(name="other", desired=1), EPOCH) == ()


@pytest.mark.parametrize("state", [Lifecycle.LEAVING, Lifecycle.HELD, Lifecycle.ASIDE])
def test_instances_that_do_not_count_leave_the_group_waiting(
    aws: StubbedAws, activities: Activities, state: Lifecycle
) -> None:
    aws.activities()
    activities.failures(FULL, EPOCH)
    aws.activities(an_activity(1))

    waiting = a_group(an_instance(1, lifecycle=state), desired=1)
    assert ids(activities.failures(waiting, at(10))) == ["a-1"]


def test_for_a_quarter_of_an_hour_after_a_failure_it_is_asked_on(
    aws: StubbedAws, activities: Activities
) -> None:
    aws.activities(an_activity(1, started=0))
    activities.failures(FULL, at(1))
    aws.activities(an_activity(1, started=0))

    assert ids(activities.failures(FULL, at(900))) == ["a-1"]
    assert activities.failures(FULL, at(901)) == ()


def test_for_some_minutes_after_more_was_asked_for_it_is_asked_on(
    aws: StubbedAws, activities: Activities
) -> None:
    """AWS may not show the new desired capacity, or have given up on it, by the next cycle."""
    aws.activities()
    activities.failures(FULL, EPOCH)

    activities.asked(FULL.name)
    for _ in range(2):
        aws.activities()
    activities.failures(FULL, at(10))
    activities.failures(FULL, at(10) + timedelta(minutes=3))
    aws.assert_all_asked()

    assert activities.failures(FULL, at(11) + timedelta(minutes=3)) == ()


def test_throttling_names_the_call(aws: StubbedAws, activities: Activities) -> None:
    aws.refuse("autoscaling", "describe_scaling_activities", "Throttling", "Rate exceeded")

    with pytest.raises(GroupUnavailable, match="throttles DescribeScalingActivities"):
        activities.failures(WAITING, EPOCH)


def test_an_activity_that_is_not_whole_is_no_success(
    aws: StubbedAws, activities: Activities
) -> None:
    # The stub checks answers, too; so this one comes from beside it.
    class Broken:
        def describe_scaling_activities(self, **_: object) -> dict[str, object]:
            return {"Activities": [{"ActivityId": "a-1"}]}

    with pytest.raises(MalformedReply, match="DescribeScalingActivities"):
        Activities(Broken()).failures(WAITING, EPOCH)
