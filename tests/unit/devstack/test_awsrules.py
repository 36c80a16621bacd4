"""The local AWS refuses what AWS refuses, in its words."""

import pytest

from devstack.awsrules import GroupSize, refusal

GROUP = GroupSize("nomad-clients", 1, 4, desired=2, instances=frozenset({"i-a", "i-b"}))


def set_desired(count: int, group: str = "nomad-clients") -> str | None:
    parameters = {"AutoScalingGroupName": group, "DesiredCapacity": str(count)}
    return refusal("SetDesiredCapacity", parameters, [GROUP])


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_capacity_within_the_bounds_is_obeyed(count: int) -> None:
    assert set_desired(count) is None


def test_a_capacity_above_max_is_refused() -> None:
    expected = "New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup."
    assert set_desired(5) == expected


def test_a_capacity_below_min_is_refused() -> None:
    expected = "New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup."
    assert set_desired(0) == expected


def test_a_group_that_is_not_there_is_named() -> None:
    assert "group-b" in (set_desired(1, group="group-b") or "")


def terminate(instance: str, group: GroupSize, decrement: str = "true") -> str | None:
    parameters = {"InstanceId": instance, "ShouldDecrementDesiredCapacity": decrement}
    return refusal("TerminateInstanceInAutoScalingGroup", parameters, [group])


def test_an_instance_above_the_minimum_may_go() -> None:
    assert terminate("i-a", GROUP) is None


def test_shrinking_below_the_minimum_is_refused() -> None:
    at_minimum = GroupSize("nomad-clients", 2, 4, desired=2, instances=frozenset({"i-a", "i-b"}))

    assert (terminate("i-a", at_minimum) or "").startswith(
        "Currently, desiredSize equals minSize (2)."
    )


def test_replacing_an_instance_at_the_minimum_is_obeyed() -> None:
    at_minimum = GroupSize("nomad-clients", 2, 4, desired=2, instances=frozenset({"i-a", "i-b"}))

    assert terminate("i-a", at_minimum, decrement="false") is None


def test_an_instance_that_is_not_managed_is_named() -> None:
    expected = "Instance Id not found - No managed instance found for instance ID: i-z"
    assert terminate("i-z", GROUP) == expected


def test_other_actions_are_not_judged() -> None:
    assert refusal("DescribeAutoScalingGroups", {}, []) is None


def test_a_lifecycle_hook_needs_its_group() -> None:
    parameters = {"AutoScalingGroupName": "none", "LifecycleHookName": "drain"}

    message = refusal("PutLifecycleHook", parameters, [GROUP])
    assert message == "AutoScalingGroup name not found - AutoScalingGroup: none not found"
    assert (
        refusal("PutLifecycleHook", parameters | {"AutoScalingGroupName": GROUP.name}, [GROUP])
        is None
    )
