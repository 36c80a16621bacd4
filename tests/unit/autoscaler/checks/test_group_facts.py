"""AWS's descriptions of a group, translated: what the local AWS does not know is recorded here."""

from datetime import timedelta
from typing import Any

from autoscaler.adapters.asg_replies import group_of
from autoscaler.checks.group_facts import (
    GroupFacts,
    HookFacts,
    RefreshFacts,
    ScheduledFacts,
    read_group,
)
from autoscaler.checks.reading import Unread
from tests.builders import at
from tests.unit.autoscaler.adapters.stubbed_aws import GROUP, StubbedAws, a_description, a_member

ARN = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:id:autoScalingGroupName/g"


def a_stub(**replies: Any) -> StubbedAws:
    """Answers the four calls in their order; nothing is there unless said."""
    stub = StubbedAws()
    for operation, key in (
        ("describe_policies", "ScalingPolicies"),
        ("describe_scheduled_actions", "ScheduledUpdateGroupActions"),
        ("describe_instance_refreshes", "InstanceRefreshes"),
        ("describe_lifecycle_hooks", "LifecycleHooks"),
    ):
        stub.answer("autoscaling", operation, {key: replies.get(key, [])})
    return stub


def facts_of(stub: StubbedAws, **described: Any) -> GroupFacts:
    """Of a group with an instance."""
    form = a_description(a_member(1), **{"AutoScalingGroupARN": ARN, **described})
    found = read_group(stub.client("autoscaling"), form, group_of(form))
    stub.assert_all_asked()
    return found


def test_a_plain_group_has_nothing_of_note() -> None:
    found = facts_of(a_stub())

    assert found == GroupFacts(group=found.group, arn=ARN, zone_count=1)


def test_a_mixed_policy_with_weights_and_spot_is_seen() -> None:
    mixed = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateName": "t", "Version": "$Latest"},
            "Overrides": [
                {"InstanceType": "c5.large", "WeightedCapacity": "1"},
                {"InstanceType": "c5.xlarge", "WeightedCapacity": "2"},
            ],
        },
        "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 0},
    }

    found = facts_of(a_stub(), MixedInstancesPolicy=mixed, CapacityRebalance=True)

    assert found.weighted
    assert found.spot
    assert found.rebalances
    assert found.template_version == "$Latest"


def test_weights_of_one_are_none() -> None:
    overrides = [{"InstanceType": "c5.large", "WeightedCapacity": "1"}]
    found = facts_of(a_stub(), MixedInstancesPolicy={"LaunchTemplate": {"Overrides": overrides}})

    assert not found.weighted


def test_lifetime_units_checks_and_a_warm_pool_are_seen() -> None:
    found = facts_of(
        a_stub(),
        MaxInstanceLifetime=172_800,
        DesiredCapacityType="vcpu",
        HealthCheckType="EC2,ELB",
        WarmPoolConfiguration={"MinSize": 1},
        AvailabilityZones=["us-east-1a", "us-east-1b"],
    )

    assert found.lifetime == timedelta(days=2)
    assert found.counted_in == "vcpu"
    assert found.health_checks == ("ELB",)
    assert found.warm_pool
    assert found.zone_count == 2


def test_a_lifetime_of_zero_is_none() -> None:
    assert facts_of(a_stub(), MaxInstanceLifetime=0).lifetime is None


def test_tags_that_instances_get_are_told_apart() -> None:
    tags = [
        {"Key": "team", "Value": "video", "PropagateAtLaunch": True},
        {"Key": "managed", "Value": "yes", "PropagateAtLaunch": False},
    ]
    found = facts_of(a_stub(), Tags=tags)

    assert found.propagated == {"team": "video"}
    assert found.tags == {"team": "video", "managed": "yes"}


def test_policies_that_are_off_do_not_count_and_scheduled_actions_tell_what_they_set() -> None:
    stub = a_stub(
        ScalingPolicies=[
            {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "Enabled": True},
            {"PolicyName": "old", "PolicyType": "SimpleScaling", "Enabled": False},
        ],
        ScheduledUpdateGroupActions=[
            {"ScheduledActionName": "day", "MinSize": 2},
            {"ScheduledActionName": "night", "DesiredCapacity": 0},
        ],
    )

    found = facts_of(stub)

    assert found.policies == (("cpu", "TargetTrackingScaling"),)
    assert found.scheduled == (
        ScheduledFacts("day", sets_desired=False),
        ScheduledFacts("night", sets_desired=True),
    )


def a_refresh(status: str, **preferences: str) -> dict[str, Any]:
    """An instance refresh."""
    return {
        "InstanceRefreshId": "r",
        "Status": status,
        "Preferences": preferences,
        "StartTime": at(0),
    }


def test_a_refresh_under_way_tells_what_it_does_to_protected_instances() -> None:
    plain = facts_of(a_stub(InstanceRefreshes=[a_refresh("InProgress")]))
    hard = facts_of(
        a_stub(InstanceRefreshes=[a_refresh("Pending", ScaleInProtectedInstances="Refresh")])
    )

    assert plain.refresh == RefreshFacts("InProgress", "Wait")
    assert hard.refresh == RefreshFacts("Pending", "Refresh")


def test_a_refresh_that_ended_is_none() -> None:
    assert facts_of(a_stub(InstanceRefreshes=[a_refresh("Cancelled")])).refresh is None


def test_only_hooks_on_termination_count() -> None:
    hook = {"HeartbeatTimeout": 60, "GlobalTimeout": 6000}
    stub = a_stub(
        LifecycleHooks=[
            {
                "LifecycleHookName": "up",
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                **hook,
            },
            {
                "LifecycleHookName": "down",
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
                **hook,
            },
        ]
    )

    expected = HookFacts("down", timedelta(minutes=1), timedelta(minutes=100))
    assert facts_of(stub).hooks == (expected,)


def test_what_is_refused_is_unread_and_the_rest_is_read() -> None:
    stub = StubbedAws()
    stub.refuse("autoscaling", "describe_policies", "AccessDenied", status=403)
    stub.answer("autoscaling", "describe_scheduled_actions", {"ScheduledUpdateGroupActions": []})
    stub.refuse("autoscaling", "describe_instance_refreshes", "AccessDenied", status=403)
    stub.answer("autoscaling", "describe_lifecycle_hooks", {"LifecycleHooks": []})

    found = facts_of(stub)

    assert isinstance(found.policies, Unread)
    assert found.policies.kind == "denied"
    assert isinstance(found.refresh, Unread)
    assert (found.scheduled, found.hooks) == ((), ())
    assert found.group.name == GROUP
