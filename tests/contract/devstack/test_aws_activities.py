"""DescribeScalingActivities tells the truth of what the group did."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.contract.devstack.conftest import Account


def test_a_launch_is_told_from_its_start_to_its_end(account: Account) -> None:
    account.set_desired(1)
    (instance_id,) = account.states()
    (pending,) = account.activities()
    account.aws.launched(instance_id)
    (done,) = account.activities()

    assert pending["Description"] == f"Launching a new EC2 instance: {instance_id}"
    assert (pending["StatusCode"], pending["Progress"]) == ("PreInService", 30)
    assert "EndTime" not in pending
    assert "StatusMessage" not in pending
    assert abs(datetime.now(UTC) - pending["StartTime"]) < timedelta(seconds=30)
    assert done["ActivityId"] == pending["ActivityId"]
    assert (done["StatusCode"], done["Progress"]) == ("Successful", 100)
    assert done["EndTime"].microsecond == 0
    assert done["AutoScalingGroupName"] == account.group
    assert done["AutoScalingGroupARN"].endswith(f":autoScalingGroupName/{account.group}")
    assert json.loads(done["Details"]).keys() == {"Subnet ID", "Availability Zone"}


def test_each_missing_instance_is_an_activity_and_the_cause_tells_who_asked(
    account: Account,
) -> None:
    account.set_desired(3)
    launches = account.activities()

    assert {one["Description"] for one in launches} == {
        f"Launching a new EC2 instance: {instance_id}" for instance_id in account.states()
    }
    cause = launches[0]["Cause"]
    assert (
        "Z a user request explicitly set group desired capacity changing the desired capacity "
        "from 0 to 3.  At " in cause
    )
    assert cause.endswith(
        "Z an instance was started in response to a difference between desired and actual "
        "capacity, increasing the capacity from 0 to 3."
    )


def test_a_termination_by_a_user_is_answered_and_listed(account: Account) -> None:
    first, second = account.launch(2)
    answer = account.terminate(first)
    account.wait(lambda: list(account.states()) == [second], "the instance gone")
    listed = account.activities()[0]

    assert answer["Description"] == f"Terminating EC2 instance: {first}"
    assert answer["StatusCode"] == "InProgress"
    assert answer["Cause"].endswith(
        f"Z instance {first} was taken out of service in response to a user request, shrinking "
        "the capacity from 2 to 1."
    )
    assert listed["ActivityId"] == answer["ActivityId"]
    assert (listed["StatusCode"], listed["Progress"]) == ("Successful", 100)


def test_an_instance_that_ec2_ended_is_replaced_and_both_are_told(account: Account) -> None:
    (victim,) = account.launch(1)
    account.ec2.terminate_instances(InstanceIds=[victim])
    account.wait(lambda: victim not in account.states(), "the instance gone")

    (replacement,) = account.states()
    launched, ended = (
        next(one for one in account.activities() if one["Description"].endswith(which))
        for which in (replacement, f"Terminating EC2 instance: {victim}")
    )
    assert ended["Cause"].endswith(
        "in response to an EC2 health check indicating it has been terminated or stopped."
    )
    assert launched["Cause"].endswith("increasing the capacity from 0 to 1.")
    assert account.desired() == 1


def test_an_instance_that_a_user_finds_unhealthy_is_replaced(account: Account) -> None:
    (victim,) = account.launch(1)
    account.autoscaling.set_instance_health(InstanceId=victim, HealthStatus="Unhealthy")
    account.wait(lambda: victim not in account.states(), "the instance gone")

    assert len(account.states()) == 1
    causes = [one["Cause"] for one in account.activities()]
    assert any(cause.endswith("in response to a user health-check.") for cause in causes)


def test_what_is_in_progress_comes_first_and_then_the_newest(account: Account) -> None:
    account.set_desired(1)
    (pending,) = account.states()
    account.set_desired(2)
    account.aws.launched(next(one for one in account.states() if one != pending))
    account.set_desired(3)

    statuses = [one["StatusCode"] for one in account.activities()]
    starts = [one["StartTime"] for one in account.activities()]
    assert statuses == ["PreInService", "PreInService", "Successful"]
    assert starts[0] > starts[1]
    assert account.activities()[1]["Description"].endswith(pending)


def test_activities_come_in_pages(account: Account) -> None:
    account.launch(5)
    pages = list(
        account.autoscaling.get_paginator("describe_scaling_activities").paginate(
            AutoScalingGroupName=account.group, PaginationConfig={"PageSize": 2}
        )
    )

    assert [len(page["Activities"]) for page in pages] == [2, 2, 1]
    paged = [one["ActivityId"] for page in pages for one in page["Activities"]]
    assert paged == [one["ActivityId"] for one in account.activities()]
    assert "NextToken" not in pages[-1]


def test_one_page_is_as_long_as_asked_for_and_activities_are_found_by_id(account: Account) -> None:
    account.launch(3)
    page = account.autoscaling.describe_scaling_activities(
        AutoScalingGroupName=account.group, MaxRecords=1
    )
    (newest,) = page["Activities"]
    by_id = account.autoscaling.describe_scaling_activities(ActivityIds=[newest["ActivityId"]])

    assert page["NextToken"]
    assert by_id["Activities"] == [newest]


def test_a_token_that_aws_never_gave_is_refused(account: Account) -> None:
    with pytest.raises(ClientError) as raised:
        account.autoscaling.describe_scaling_activities(
            AutoScalingGroupName=account.group, NextToken="none"
        )

    assert raised.value.response["Error"]["Code"] == "InvalidNextToken"


def test_another_groups_activities_are_not_listed(account: Account) -> None:
    account.aws.create_group("somebody-elses", min_size=1, max_size=1)

    assert account.activities() == []
    everybodys = account.autoscaling.describe_scaling_activities()["Activities"]
    assert "somebody-elses" in {one["AutoScalingGroupName"] for one in everybodys}
