"""What in the groups and nodes puts work in danger, as far as a cycle sees it."""

from dataclasses import replace

import pytest

from autoscaler.core.model import Lifecycle, NodeStatus
from autoscaler.status.hazards import hazards
from autoscaler.status.states import entries_of
from tests.builders import a_group, a_node, an_instance, an_observation, at, some_settings
from tests.unit.autoscaler.status.cycles import a_report

SAFE = replace(a_group(an_instance(1)), suspended=frozenset({"AZRebalance"}))


def in_cycle(report):
    """What is found, in order."""
    return list(hazards(report, entries_of(report)))


def found(*nodes, group=SAFE, settings=None):
    """What is found, by code."""
    observed = an_observation(*(nodes or (a_node(1),)), group=group)
    return {one.code: one for one in in_cycle(a_report(observed, settings=settings))}


def test_a_group_as_it_should_be_is_no_hazard():
    assert found() == {}


@pytest.mark.parametrize(
    ("code", "severity", "changes", "mend"),
    [
        ("group.unprotected", "error", {"protects_new": False}, "--new-instances-protected"),
        ("group.az_rebalance", "warning", {"suspended": frozenset()}, "suspend-processes"),
        (
            "group.suspended",
            "error",
            {"suspended": frozenset({"AZRebalance", "Launch"})},
            "resume-processes --auto-scaling-group-name nomad-clients --scaling-processes Launch",
        ),
        ("group.pinned", "warning", {"size_min": 20}, "--min-size 0"),
        ("group.above_max", "warning", {"desired": 21, "size_max": 30}, "size.max"),
        ("group.below_max", "warning", {"size_max": 19}, "the groups' max"),
    ],
)
def test_each_hazard_of_a_group_has_its_mend(code, severity, changes, mend):
    hazard = found(group=replace(SAFE, **changes))[code]

    assert hazard.severity == severity
    assert mend in hazard.mend


def test_instances_at_work_that_are_not_protected_are_named():
    instances = (
        an_instance(1, protected=False),
        an_instance(2, protected=False, lifecycle=Lifecycle.LEAVING),
    )

    hazard = found(group=replace(SAFE, instances=instances))["instances.unprotected"]

    assert hazard.what.startswith("1 instance of nomad-clients not protected from scale-in")
    assert hazard.what.endswith(": i-1")


def test_sizes_are_compared_over_all_groups_together():
    groups = tuple(replace(SAFE, name=name, size_max=10) for name in ("spot", "steady"))
    settings = some_settings(groups=("spot", "steady"), size_max=20)
    observed = replace(an_observation(a_node(1)), groups=groups)

    assert in_cycle(a_report(observed, settings=settings)) == []


@pytest.mark.parametrize(
    ("code", "node", "command"),
    [
        ("nodes.foreign_cordon", {"eligible": False}, "nomad node eligibility -enable node-1"),
        ("nodes.foreign_drain", {"draining": True}, "nomad node drain -disable node-1"),
    ],
)
def test_nodes_that_others_hold_are_named_with_the_command_that_gives_them_back(
    code, node, command
):
    hazards_found = found(a_node(1, **node))

    assert list(hazards_found) == [code]
    assert "n1: no capacity" in hazards_found[code].what
    assert command in hazards_found[code].mend


def test_nodes_that_we_cordoned_or_that_go_are_not_others():
    ours = replace(SAFE, marks={"i-1": at(-60)})
    leaving = replace(SAFE, instances=(an_instance(1, lifecycle=Lifecycle.LEAVING),))

    assert found(a_node(1, eligible=False), group=ours) == {}
    assert found(a_node(1, eligible=False), group=leaving) == {}
    assert found(a_node(1, status=NodeStatus.DOWN)) == {}


@pytest.mark.parametrize("instance_id", [None, "i-elsewhere"])
def test_nodes_on_no_instance_of_the_groups_count_and_never_go_which_is_told(instance_id):
    hazard = found(a_node(1, instance_id=instance_id))["nodes.no_instance"]

    assert hazard.what.startswith("on no instance of the pool's groups: n1;")
    assert "fingerprint" in hazard.mend


def test_many_are_named_in_part():
    nodes = [a_node(number, eligible=False) for number in range(1, 9)]
    group = replace(SAFE, instances=tuple(an_instance(number) for number in range(1, 9)))

    assert (
        "n1, n2, n3, n4, n5 and 3 more" in found(*nodes, group=group)["nodes.foreign_cordon"].what
    )


def test_without_the_groups_nothing_is_claimed_and_without_the_nodes_of_groups_alone():
    report = a_report(an_observation(a_node(1, eligible=False), group=replace(SAFE, size_max=9)))
    unread = replace(report.observation, nodes=None)

    assert in_cycle(replace(report, observation=replace(unread, groups=None))) == []
    seen = [one.code for one in in_cycle(replace(report, observation=unread))]
    assert seen == ["group.below_max"]
