"""Spot Instances look like such, are given notice, and are taken back."""

from typing import Any

import pytest

from devstack.errors import DevstackError
from tests.contract.devstack.conftest import Account


def instances(account: Account) -> list[dict[str, Any]]:
    found = account.ec2.describe_instances(InstanceIds=list(account.states()))
    return [one for reservation in found["Reservations"] for one in reservation["Instances"]]


def replace_template(account: Account, data: dict[str, Any]) -> None:
    version = account.ec2.create_launch_template_version(
        LaunchTemplateName=account.group, SourceVersion="1", LaunchTemplateData=data
    )["LaunchTemplateVersion"]["VersionNumber"]
    account.ec2.modify_launch_template(
        LaunchTemplateName=account.group, DefaultVersion=str(version)
    )


def test_an_instance_of_a_spot_group_has_its_request(account: Account) -> None:
    account.control.launch_spot(account.group)
    account.launch(1)
    (instance,) = instances(account)
    request = account.spot_request(instance["InstanceId"])

    assert instance["InstanceLifecycle"] == "spot"
    assert instance["SpotInstanceRequestId"] == request["SpotInstanceRequestId"]
    assert request["SpotInstanceRequestId"].startswith("sir-")
    assert (request["State"], request["Type"]) == ("active", "one-time")
    assert request["Status"]["Code"] == "fulfilled"
    assert request["Status"]["Message"] == "Your spot request is fulfilled."
    assert request["LaunchSpecification"]["InstanceType"] == "c5.large"
    assert request["LaunchedAvailabilityZone"] == "us-east-1a"


def test_an_on_demand_instance_has_none(account: Account) -> None:
    account.launch(1)
    (instance,) = instances(account)

    assert "InstanceLifecycle" not in instance
    assert "SpotInstanceRequestId" not in instance


def test_the_templates_market_options_make_spot_instances(account: Account) -> None:
    replace_template(
        account,
        {
            "ImageId": "ami-00000000000000001",
            "InstanceType": "c5.large",
            "InstanceMarketOptions": {"MarketType": "spot"},
        },
    )
    account.launch(1)

    assert [one["InstanceLifecycle"] for one in instances(account)] == ["spot"]


def test_a_mixed_instances_policy_divides_the_group(account: Account) -> None:
    account.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {
                    "LaunchTemplateName": account.group,
                    "Version": "$Default",
                },
                "Overrides": [{"InstanceType": "c5.large"}],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 1,
                "OnDemandPercentageAboveBaseCapacity": 25,
            },
        },
        MinSize=0,
        MaxSize=5,
        DesiredCapacity=5,
        AvailabilityZones=["us-east-1a"],
    )
    mixed = Account(account.aws, "mixed")

    lives = [one.get("InstanceLifecycle", "on-demand") for one in instances(mixed)]
    assert sorted(lives) == ["on-demand"] * 2 + ["spot"] * 3


def test_an_interrupted_one_has_its_notice_and_is_then_taken_back(account: Account) -> None:
    account.control.launch_spot(account.group)
    (victim,) = account.launch(1)
    account.control.interrupt(victim, after_seconds=0.5)
    noticed = account.spot_request(victim)
    assert account.states() == {victim: "InService"}
    assert account.on() == {victim}

    account.wait(lambda: victim not in account.states(), "the instance gone")
    closed = account.spot_request(victim)
    assert (noticed["State"], noticed["Status"]["Code"]) == ("active", "marked-for-termination")
    assert (closed["State"], closed["Status"]["Code"]) == (
        "closed",
        "instance-terminated-no-capacity",
    )
    assert closed["Status"]["UpdateTime"] >= noticed["Status"]["UpdateTime"]
    assert account.desired() == 1
    assert len(account.states()) == 1


def test_interrupted_ones_are_found_by_their_status(account: Account) -> None:
    account.control.launch_spot(account.group)
    first, _ = account.launch(2)
    account.control.interrupt(first)
    marked = account.ec2.describe_spot_instance_requests(
        Filters=[{"Name": "status-code", "Values": ["marked-for-termination"]}]
    )["SpotInstanceRequests"]

    assert [request["InstanceId"] for request in marked] == [first]
    by_id = account.ec2.describe_spot_instance_requests(
        SpotInstanceRequestIds=[marked[0]["SpotInstanceRequestId"]]
    )["SpotInstanceRequests"]
    assert by_id == marked


def test_one_that_we_terminate_was_terminated_by_a_user(account: Account) -> None:
    account.control.launch_spot(account.group)
    (instance_id,) = account.launch(1)
    account.terminate(instance_id)
    account.wait(lambda: account.states() == {}, "the instance gone")

    assert account.spot_request(instance_id)["Status"]["Code"] == "instance-terminated-by-user"


def test_a_hook_holds_one_whose_machine_is_off(account: Account) -> None:
    """EC2 takes it back when the notice is over, whatever the group waits for."""
    account.autoscaling.put_lifecycle_hook(
        LifecycleHookName="drain",
        AutoScalingGroupName=account.group,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )
    account.control.launch_spot(account.group)
    (victim,) = account.launch(1)
    account.control.interrupt(victim, after_seconds=0)

    assert account.states()[victim] == "Terminating:Wait"
    assert victim not in account.on()


def test_an_on_demand_instance_cannot_be_interrupted(account: Account) -> None:
    (instance_id,) = account.launch(1)

    with pytest.raises(DevstackError, match=instance_id):
        account.control.interrupt(instance_id)


def test_what_aws_does_by_itself_is_in_the_record_as_no_call_of_anybodys(account: Account) -> None:
    """So that the launcher sees at once what nobody called for."""
    account.control.launch_spot(account.group)
    (victim,) = account.launch(1)
    account.control.interrupt(victim, after_seconds=0.3)
    before = account.aws.record.size

    def advanced() -> bool:
        calls = account.aws.record.read(since=before)
        return [(call.action, call.writes, call.own) for call in calls] == [("Advance", True, True)]

    account.wait(advanced, "the end in the record")
