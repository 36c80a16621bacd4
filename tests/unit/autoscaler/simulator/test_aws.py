"""The simulated Auto Scaling groups launch, end and choose victims as AWS does."""

from collections.abc import Sequence

import pytest

from autoscaler.core.model import FailureKind, Lifecycle, NoticeKind
from autoscaler.errors import ActionError
from autoscaler.simulator.faults import NoFaults
from tests.unit.autoscaler.simulator.worlds import HOOK, Parts, a_spec


class FailingLaunches(NoFaults):
    """The next launches fail, in turn."""

    def __init__(self, *kinds: FailureKind) -> None:
        self._kinds = list(kinds)

    def launch(self, group: str, at_seconds: float) -> FailureKind | None:
        """The next in line."""
        return self._kinds.pop(0) if self._kinds else None


class BadBoots(NoFaults):
    """The next boots take so many times as long; None: for ever."""

    def __init__(self, *factors: float | None) -> None:
        self._factors: list[float | None] = list(factors)

    def boot(self, group: str) -> float | None:
        """The next in line."""
        return self._factors.pop(0) if self._factors else 1.0


def lifecycles(parts: Parts) -> Sequence[Lifecycle]:
    """Of the instances that the first group shows."""
    (group, *_) = parts.aws.showing(frozenset())
    return [instance.lifecycle for instance in group.instances]


def test_an_instance_is_pending_then_in_service_then_a_node() -> None:
    parts = Parts(a_spec(launch_seconds=5.0, in_service_seconds=20.0, boot_seconds=60.0))
    parts.aws.set_desired("nomad-clients", 1)
    seen = []
    for seconds in (4, 2, 20, 40):
        parts.clock.advance(seconds)
        seen.append((list(lifecycles(parts)), len(parts.cluster.nodes)))

    assert seen == [
        ([], 0),
        ([Lifecycle.PENDING], 0),
        ([Lifecycle.IN_SERVICE], 0),
        ([Lifecycle.IN_SERVICE], 1),
    ]


@pytest.mark.parametrize("desired", [1, 11])
def test_beyond_the_bounds_of_the_group_is_refused(desired: int) -> None:
    parts = Parts(a_spec(size_min=2, size_max=10))

    with pytest.raises(ActionError, match="not within 2 and 10"):
        parts.aws.set_desired("nomad-clients", desired)


def test_lowered_below_what_is_there_aws_takes_an_unprotected_instance() -> None:
    parts = Parts(a_spec(protects_new=False))
    parts.grown(2)
    for _ in range(4):
        parts.dispatch()
    parts.aws.set_desired("nomad-clients", 1)

    assert parts.aws.present_count() == 1
    assert parts.tally.killed_count == 2  # It was our call that cost them.


def test_lowered_below_what_is_there_aws_finds_no_victim_among_the_protected() -> None:
    parts = Parts()
    parts.grown(2)
    parts.aws.set_desired("nomad-clients", 1)
    parts.clock.advance(60)

    assert parts.aws.present_count() == 2


def test_an_instance_that_is_terminated_with_a_decrement_is_not_replaced() -> None:
    parts = Parts()
    parts.grown(2)
    parts.aws.terminate("i-1", decrement=True)
    parts.clock.advance(120)

    assert parts.aws.desired_count == parts.aws.present_count() == 1


def test_an_instance_that_is_terminated_without_a_decrement_is_replaced() -> None:
    parts = Parts()
    parts.grown(1)
    parts.aws.terminate("i-1", decrement=False)
    parts.clock.advance(120)

    assert parts.aws.desired_count == parts.aws.present_count() == 1
    assert [one.instance_id for one in parts.aws.launched] == ["i-1", "i-2"]


def test_a_decrement_below_the_minimum_is_refused() -> None:
    parts = Parts(a_spec(size_min=1))
    parts.clock.advance(70)

    with pytest.raises(ActionError, match="minimum"):
        parts.aws.terminate("i-1", decrement=True)


def test_an_instance_that_is_no_member_is_not_terminated() -> None:
    with pytest.raises(ActionError, match="no instance i-9"):
        Parts().aws.terminate("i-9", decrement=True)


def test_a_failed_launch_is_told_and_tried_again_by_aws() -> None:
    parts = Parts(a_spec(retry_seconds=45.0), faults=FailingLaunches(FailureKind.CAPACITY))
    parts.aws.set_desired("nomad-clients", 1)
    parts.clock.advance(1)
    (group,) = parts.aws.showing(frozenset())
    assert [failure.kind for failure in group.failures] == [FailureKind.CAPACITY]
    parts.clock.advance(45)

    assert parts.aws.present_count() == 1


def test_an_instance_whose_boot_fails_never_becomes_a_node() -> None:
    parts = Parts(faults=BadBoots(None, 3.0))
    parts.aws.set_desired("nomad-clients", 2)
    parts.clock.advance(170)
    assert not parts.cluster.nodes
    parts.clock.advance(3600)

    assert [node.instance_id for node in parts.cluster.nodes.values()] == ["i-2"]


def test_a_spot_interruption_gives_notice_and_then_takes_the_instance() -> None:
    parts = Parts()
    parts.grown(1)
    parts.dispatch(1000.0)
    parts.aws.interrupt("i-1")
    (group,) = parts.aws.showing(frozenset())
    notice = group.instances[0].notice
    assert notice is not None
    assert notice.kind is NoticeKind.SPOT_INTERRUPTION
    parts.clock.advance(119)
    assert parts.tally.lost_count == 0
    parts.clock.advance(2)

    assert (parts.tally.lost_count, parts.tally.killed_count) == (1, 0)


def test_a_rebalance_recommendation_ends_nothing() -> None:
    parts = Parts()
    parts.grown(1)
    parts.aws.advise("i-1")
    parts.clock.advance(3600)

    assert lifecycles(parts) == [Lifecycle.IN_SERVICE]


def test_a_lifecycle_hook_holds_an_instance_until_it_is_completed() -> None:
    parts = Parts(a_spec(hooks=(HOOK,)))
    parts.grown(1)
    parts.aws.retire("i-1")
    parts.clock.advance(500)
    parts.aws.extend_hook("i-1")
    parts.clock.advance(500)
    assert lifecycles(parts)[0] is Lifecycle.HELD
    parts.aws.complete_hook("i-1")

    assert lifecycles(parts)[0] is Lifecycle.LEAVING


def test_without_a_heartbeat_aws_goes_on_by_itself() -> None:
    parts = Parts(a_spec(hooks=(HOOK,)))
    parts.grown(1)
    parts.dispatch(5000.0)
    parts.aws.retire("i-1")
    parts.clock.advance(601)

    assert (parts.tally.lost_count, parts.tally.killed_count) == (1, 0)


def test_to_complete_a_hook_while_work_runs_is_to_kill() -> None:
    parts = Parts(a_spec(hooks=(HOOK,)))
    parts.grown(1)
    parts.dispatch(5000.0)
    parts.aws.retire("i-1")
    parts.aws.complete_hook("i-1")

    assert parts.tally.killed_count == 1


def test_an_instance_that_no_hook_holds_has_none_to_complete() -> None:
    parts = Parts(a_spec(hooks=(HOOK,)))
    parts.grown(1)

    with pytest.raises(ActionError, match="held by no lifecycle hook"):
        parts.aws.complete_hook("i-1")


def test_somebody_elses_smaller_maximum_moves_the_desired_capacity_and_is_not_our_doing() -> None:
    parts = Parts(a_spec(protects_new=False))
    parts.grown(3)
    for _ in range(6):
        parts.dispatch()
    parts.aws.resize("nomad-clients", size_min=0, size_max=2)

    assert parts.aws.desired_count == parts.aws.present_count() == 2
    assert (parts.tally.killed_count, parts.tally.lost_count) == (0, 2)


def test_the_mark_of_an_instance_that_has_gone_is_shown_for_an_hour() -> None:
    parts = Parts()
    parts.grown(1)
    parts.aws.mark("i-1", parts.clock.now())
    parts.aws.terminate("i-1", decrement=True)
    seen = []
    for seconds in (60, 3700):
        parts.clock.advance(seconds)
        (group,) = parts.aws.showing(frozenset())
        seen.append((len(group.instances), list(group.marks)))

    assert seen == [(0, ["i-1"]), (0, [])]


def test_an_instance_costs_from_its_launch_to_its_end_and_a_minute_at_least() -> None:
    parts = Parts()
    parts.grown(2)
    parts.clock.advance(230)
    parts.aws.terminate("i-1", decrement=True)
    parts.clock.advance(100)
    parts.aws.set_desired("nomad-clients", 2)
    parts.clock.advance(1)

    assert parts.aws.billed_seconds() == pytest.approx(300 + 401 + 60)


def test_launch_times_are_shown_only_of_instances_without_a_node() -> None:
    parts = Parts()
    parts.grown(2)
    (group,) = parts.aws.showing(frozenset({"i-1"}))

    assert [instance.launched_at is None for instance in group.instances] == [True, False]


def test_an_instance_is_told_anew_only_when_something_about_it_changed() -> None:
    parts = Parts()
    parts.aws.set_desired("nomad-clients", 1)
    parts.clock.advance(1)
    told = [parts.aws.showing(frozenset())[0].instances[0] for _ in range(2)]
    parts.clock.advance(30)
    in_service = parts.aws.showing(frozenset())[0].instances[0]
    joined = parts.aws.showing(frozenset({in_service.instance_id}))[0].instances[0]
    parts.aws.advise(in_service.instance_id)
    warned = parts.aws.showing(frozenset({in_service.instance_id}))[0].instances[0]

    assert told[0] is told[1]
    assert told[0].lifecycle is Lifecycle.PENDING
    assert in_service.lifecycle is Lifecycle.IN_SERVICE
    assert (in_service.launched_at is None, joined.launched_at) == (False, None)
    assert joined.notice is None
    assert warned.notice is not None


def test_instances_are_counted_until_they_end() -> None:
    parts = Parts()
    parts.grown(3)
    assert parts.aws.present_count() == 3
    parts.aws.terminate("i-2", decrement=True)

    assert parts.aws.present_count() == 2
