"""
What a child waits for, from Nomad's account of its last attempt to place it.

Beside the recorded ones, the accounts are in the forms of ``Evaluation`` and ``AllocMetric`` of
hashicorp/nomad, as 1.0.18 and newer servers were seen to fill them.
"""

import pytest

from autoscaler.adapters.nomad_evaluations import ReadyNode, agreed, verdict_of
from autoscaler.core.model import Verdict, WaitsFor
from tests.unit.autoscaler.adapters.fake_nomad import recorded

OURS = ReadyNode("v1:ours", "transcode", "dc1", "default", create_index=10)
WINDOWS = "${attr.kernel.name} = windows"


def a_metric(**changes):
    return {
        "NodesEvaluated": 2,
        "NodesFiltered": 0,
        "NodesAvailable": {"dc1": 2},
        "ClassFiltered": None,
        "ConstraintFiltered": None,
        "NodesExhausted": 0,
        "ClassExhausted": None,
        "DimensionExhausted": None,
        "QuotaExhausted": None,
        **changes,
    }


def filtered(**changes):
    """All of two nodes of our class lack what is demanded."""
    fields = {
        "NodesFiltered": 2,
        "ClassFiltered": {"transcode": 2},
        "ConstraintFiltered": {WINDOWS: 1, "computed class ineligible": 1},
        **changes,
    }
    return a_metric(**fields)


def exhausted(**dimensions):
    return a_metric(NodesExhausted=2, DimensionExhausted=dimensions or {"memory": 2})


def blocked(**changes):
    """An evaluation that waits, made after the account that it follows."""
    return {"ID": "b", "Status": "blocked", "CreateIndex": 21, "SnapshotIndex": 20, **changes}


def account(**groups):
    """The evaluation that failed to place a child, as 1.0 has it."""
    return {
        "ID": "a",
        "Status": "complete",
        "CreateIndex": 20,
        "SnapshotIndex": 20,
        "FailedTGAllocs": groups,
    }


def verdict(*evaluations, ready=(OURS,)):
    found = verdict_of(evaluations, ready)
    return (found.waits_for, found.detail) if found else None


def test_a_recorded_child_without_any_node_waits_for_capacity():
    assert verdict(*recorded("child-evaluations"), ready=()) == (
        WaitsFor.CAPACITY,
        "group tc: no node to look at",
    )


def test_a_child_that_no_evaluation_holds_up_waits_for_nothing():
    assert verdict(account(tc=exhausted())) is None
    assert verdict({"ID": "p", "Status": "pending", "CreateIndex": 9}) is None
    assert verdict() is None


def test_full_nodes_are_a_matter_of_capacity_and_say_in_what():
    found = verdict(blocked(), account(tc=exhausted(cpu=2, memory=1)))

    assert found == (WaitsFor.CAPACITY, "group tc: cpu on 2 nodes, memory on 1 nodes")


def test_the_account_can_stand_in_the_blocked_evaluation_itself():
    """So from 1.1 on (``CreateBlockedEval``)."""
    found = verdict(blocked(FailedTGAllocs={"tc": exhausted(cpu=2)}), account(tc=a_metric()))

    assert found == (WaitsFor.CAPACITY, "group tc: cpu on 2 nodes")


@pytest.mark.parametrize(
    "metric",
    [
        a_metric(NodesEvaluated=0, NodesAvailable={"dc1": 0}),
        a_metric(NodesEvaluated=0, NodesAvailable={}),
        a_metric(NodesEvaluated=0, NodesAvailable=None),
    ],
)
def test_no_node_at_all_is_a_matter_of_capacity(metric):
    assert verdict(blocked(), account(tc=metric))[0] is WaitsFor.CAPACITY


def test_a_constraint_that_none_of_the_pools_nodes_satisfies_is_named():
    found = verdict(blocked(ClassEligibility={"v1:ours": False}), account(tc=filtered()))

    assert found == (WaitsFor.CONSTRAINT, f"no node of the pool satisfies: {WINDOWS}")


def test_nodes_of_other_pools_that_are_filtered_are_no_word_on_ours():
    """The classic trap: at zero nodes of the pool, everybody else's are filtered by our class."""
    theirs = filtered(ClassFiltered={"web": 2}, ConstraintFiltered={"${node.class} = transcode": 2})
    evaluations = blocked(ClassEligibility={"v1:web": False}), account(tc=theirs)

    assert verdict(*evaluations, ready=())[0] is WaitsFor.CAPACITY
    assert verdict(*evaluations)[0] is WaitsFor.CAPACITY


def test_a_node_that_joined_since_may_be_what_the_child_waits_for():
    new = ReadyNode("v1:new", "transcode", "dc1", "default", create_index=30)
    evaluations = blocked(ClassEligibility={"v1:ours": False}), account(tc=filtered())

    assert verdict(*evaluations, ready=(OURS, new))[0] is WaitsFor.CAPACITY


def test_a_class_that_may_run_one_of_the_groups_is_a_matter_of_capacity():
    evaluations = blocked(ClassEligibility={"v1:ours": True}), account(tc=filtered())

    assert verdict(*evaluations)[0] is WaitsFor.CAPACITY


def test_one_group_without_room_is_a_matter_of_capacity():
    evaluations = (
        blocked(ClassEligibility={"v1:ours": False}),
        account(tc=filtered(), report=exhausted(disk=2)),
    )

    assert verdict(*evaluations) == (WaitsFor.CAPACITY, "group report: disk on 2 nodes")


@pytest.mark.parametrize("reason", ["distinct_hosts", "distinct_property: ${meta.rack}=r1"])
def test_a_filter_that_another_node_lifts_is_a_matter_of_capacity(reason):
    metric = filtered(ConstraintFiltered={reason: 2})
    evaluations = blocked(ClassEligibility={"v1:ours": False}), account(tc=metric)

    assert verdict(*evaluations)[0] is WaitsFor.CAPACITY


def test_some_filtered_and_some_full_is_a_matter_of_capacity():
    metric = filtered(NodesFiltered=1, NodesExhausted=1, DimensionExhausted={"cpu": 1})
    evaluations = blocked(ClassEligibility={"v1:ours": False}), account(tc=metric)

    assert verdict(*evaluations)[0] is WaitsFor.CAPACITY


def escaped(**changes):
    """A constraint on what is unique to a node: Nomad judges no classes then."""
    metric = filtered(ConstraintFiltered={"${node.unique.name} = nobody": 2}, **changes)
    return blocked(EscapedComputedClass=True), account(tc=metric)


def test_without_classes_judged_the_nodes_own_class_must_have_been_filtered():
    assert verdict(*escaped()) == (
        WaitsFor.CONSTRAINT,
        "no node of the pool satisfies: ${node.unique.name} = nobody",
    )
    assert verdict(*escaped(ClassFiltered={"web": 2}))[0] is WaitsFor.CAPACITY


def test_without_classes_judged_a_newer_node_may_be_what_the_child_waits_for():
    newer = ReadyNode("v1:new", "transcode", "dc1", "default", create_index=21)

    assert verdict(*escaped(), ready=(OURS, newer))[0] is WaitsFor.CAPACITY


def test_nodes_without_a_class_were_filtered_if_all_of_their_datacenter_and_pool_were():
    plain = ReadyNode("v1:ours", "", "dc1", "video", create_index=10)

    def found(**changes):
        return verdict(*escaped(ClassFiltered=None, **changes), ready=(plain,))[0]

    assert found() is WaitsFor.CONSTRAINT
    assert found(NodePool="video") is WaitsFor.CONSTRAINT
    assert found(NodePool="all") is WaitsFor.CONSTRAINT
    assert found(NodePool="web") is WaitsFor.CAPACITY
    assert found(NodesAvailable={"dc2": 2}) is WaitsFor.CAPACITY
    assert found(NodesAvailable={"dc1": 5}) is WaitsFor.CAPACITY


def test_a_quota_is_named():
    found = verdict(blocked(QuotaLimitReached="video-team"), account(tc=exhausted()))

    assert found == (WaitsFor.QUOTA, "quota video-team is reached")


def test_a_quota_can_stand_in_the_account():
    metric = a_metric(NodesEvaluated=0, QuotaExhausted=["memory", "cpu"])

    assert verdict(blocked(), account(tc=metric)) == (
        WaitsFor.QUOTA,
        "quota of cpu, memory is reached",
    )


def test_the_newest_account_counts():
    old = {**account(tc=filtered()), "CreateIndex": 5}
    evaluations = blocked(ClassEligibility={"v1:ours": False}), old, account(tc=exhausted())

    assert verdict(*evaluations)[0] is WaitsFor.CAPACITY


def test_without_an_account_capacity_is_supposed():
    assert verdict(blocked()) == (WaitsFor.CAPACITY, "Nomad gives no account of it")


CAPACITY = Verdict(WaitsFor.CAPACITY, "no room")
CONSTRAINT = Verdict(WaitsFor.CONSTRAINT, "windows")
QUOTA = Verdict(WaitsFor.QUOTA, "quota")


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], None),
        ([CONSTRAINT, CONSTRAINT], CONSTRAINT),
        ([QUOTA], QUOTA),
        ([CONSTRAINT, CAPACITY, CONSTRAINT], CAPACITY),
        ([CONSTRAINT, QUOTA], Verdict(WaitsFor.CAPACITY, "windows; quota")),
    ],
)
def test_only_all_together_say_that_capacity_would_not_help(verdicts, expected):
    assert agreed(verdicts) == expected
