"""The local AWS answers what an autoscaler asks as AWS does, where moto alone would not."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from devstack.aws import LocalAws, describe

TAG = "autoscaler:cordoned-at"


@pytest.fixture
def group(running: LocalAws, request: pytest.FixtureRequest) -> str:
    """A group of one to four instances, of this test's own."""
    name = request.node.name[:60]
    running.create_group(name, min_size=1, max_size=4)
    running.control.set_pace(terminating_seconds=0)
    return str(name)


@pytest.fixture
def autoscaling(running: LocalAws) -> Any:
    return running.client("autoscaling")


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    assert error["Code"] == "ValidationError"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(error["Message"])


def test_a_new_group_is_set_up_as_an_autoscaler_wants_it(autoscaling: Any, group: str) -> None:
    (found,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])[
        "AutoScalingGroups"
    ]

    assert found["NewInstancesProtectedFromScaleIn"] is True
    assert [process["ProcessName"] for process in found["SuspendedProcesses"]] == ["AZRebalance"]
    assert len(found["AvailabilityZones"]) == 2
    (instance,) = found["Instances"]
    assert instance["ProtectedFromScaleIn"] is True


def test_a_group_that_is_not_there_is_an_empty_list(autoscaling: Any) -> None:
    assert (
        autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["none"])[
            "AutoScalingGroups"
        ]
        == []
    )


def test_instances_are_pending_until_they_are_launched(
    running: LocalAws, autoscaling: Any, group: str
) -> None:
    """And while they are, asking for the same capacity again launches no more."""
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=3)
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=3)
    before = describe(autoscaling, group)
    running.launched(before.instances[0].id)
    after = describe(autoscaling, group)

    assert [instance.state for instance in before.instances] == ["Pending"] * 3
    assert [instance.state for instance in after.instances] == ["InService", "Pending", "Pending"]


def test_desired_above_max_is_refused_and_changes_nothing(autoscaling: Any, group: str) -> None:
    message = refused(
        autoscaling.set_desired_capacity, AutoScalingGroupName=group, DesiredCapacity=5
    )

    assert (
        message == "New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup."
    )
    assert describe(autoscaling, group).desired == 1


def test_desired_of_a_group_that_is_not_there_is_refused(autoscaling: Any) -> None:
    message = refused(
        autoscaling.set_desired_capacity, AutoScalingGroupName="none", DesiredCapacity=1
    )

    assert message.startswith("AutoScalingGroup name not found")


def test_terminating_with_decrement_takes_that_very_instance(autoscaling: Any, group: str) -> None:
    """Protection from scale-in does not stop it."""
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=3)
    first, victim, last = describe(autoscaling, group).instances
    autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=victim.id, ShouldDecrementDesiredCapacity=True
    )
    after = describe(autoscaling, group)

    assert after.desired == 2
    assert {instance.id for instance in after.instances} == {first.id, last.id}


def test_terminating_at_the_minimum_is_refused(autoscaling: Any, group: str) -> None:
    (only,) = describe(autoscaling, group).instances
    message = refused(
        autoscaling.terminate_instance_in_auto_scaling_group,
        InstanceId=only.id,
        ShouldDecrementDesiredCapacity=True,
    )

    assert message.startswith("Currently, desiredSize equals minSize (1).")
    assert describe(autoscaling, group).instances == (only,)


def test_terminating_an_unknown_instance_is_refused(autoscaling: Any) -> None:
    message = refused(
        autoscaling.terminate_instance_in_auto_scaling_group,
        InstanceId="i-00000000000000000",
        ShouldDecrementDesiredCapacity=True,
    )

    assert "No managed instance found" in message


def test_lowering_desired_ends_no_protected_instance(autoscaling: Any, group: str) -> None:
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=3)
    autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=1)

    after = describe(autoscaling, group)
    assert (after.desired, len(after.instances)) == (1, 3)


def test_tags_are_found_by_their_key_and_instances_by_their_id(
    running: LocalAws, autoscaling: Any, group: str
) -> None:
    ec2 = running.client("ec2")
    (instance,) = describe(autoscaling, group).instances
    ec2.create_tags(Resources=[instance.id], Tags=[{"Key": TAG, "Value": "now"}])
    by_key = [{"Name": "key", "Values": [TAG]}, {"Name": "resource-type", "Values": ["instance"]}]
    tagged = ec2.describe_tags(Filters=by_key)["Tags"]
    (reservation,) = ec2.describe_instances(InstanceIds=[instance.id])["Reservations"]
    ec2.delete_tags(Resources=[instance.id], Tags=[{"Key": TAG}])

    assert [(tag["ResourceId"], tag["Value"]) for tag in tagged] == [(instance.id, "now")]
    assert reservation["Instances"][0]["State"]["Name"] == "running"
    assert ec2.describe_tags(Filters=by_key)["Tags"] == []


def test_every_call_is_recorded_and_our_own_are_told_apart(
    running: LocalAws, autoscaling: Any
) -> None:
    import botocore.session

    before = running.record.size
    stranger = botocore.session.Session().create_client(
        "autoscaling",
        region_name="us-east-1",
        endpoint_url=running.endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    stranger.describe_auto_scaling_groups(AutoScalingGroupNames=["none"])
    autoscaling.describe_auto_scaling_groups()
    refused(stranger.set_desired_capacity, AutoScalingGroupName="none", DesiredCapacity=7)
    calls = running.record.read(since=before)

    assert [(call.action, call.status, call.own) for call in calls] == [
        ("DescribeAutoScalingGroups", 200, False),
        ("DescribeAutoScalingGroups", 200, True),
        ("SetDesiredCapacity", 400, False),
    ]
    assert calls[2].parameters["DesiredCapacity"] == "7"
    assert calls[0].arrived_at < calls[1].arrived_at < calls[2].arrived_at


def test_objects_are_stored_and_their_requests_recorded(running: LocalAws, tmp_path: Path) -> None:
    running.create_bucket("videos")
    s3, before = running.client("s3"), running.record.size
    s3.put_object(Bucket="videos", Key="a/b.mp4", Body=b"x" * 1_000_000)
    s3.download_file("videos", "a/b.mp4", str(tmp_path / "b.mp4"))

    assert (tmp_path / "b.mp4").stat().st_size == 1_000_000
    stored = running.record.read(since=before)[0]
    assert (stored.service, stored.action, stored.parameters["path"]) == (
        "s3",
        "PUT",
        "/videos/a/b.mp4",
    )
