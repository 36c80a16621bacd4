"""
The Auto Scaling groups of a pool: read as a whole, changed one call at a time.

Translates; decides nothing.  Imports core.model, errors and the parts of AWS beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autoscaler.adapters.asg_activities import Activities
from autoscaler.adapters.asg_hooks import Hooks
from autoscaler.adapters.asg_instances import Facts, Marks, SpotNotices
from autoscaler.adapters.asg_replies import InstanceFacts, group_of
from autoscaler.adapters.aws import AwsConnection, for_an_action, read, understanding, write
from autoscaler.adapters.fence import Fence
from autoscaler.adapters.notices import NoticeBoard, graver
from autoscaler.adapters.witness import Signed, Witness
from autoscaler.core.model import Group, Instance, Lifecycle, Notice
from autoscaler.errors import ActionError, GroupMissing

_DESCRIBE = "DescribeAutoScalingGroups"
_GOING = (Lifecycle.LEAVING, Lifecycle.HELD)


@dataclass(frozen=True, slots=True)
class _AllGroups:
    """What is read for all groups in one go, by instance id."""

    marks: Mapping[str, datetime]
    facts: Mapping[str, InstanceFacts]
    notices: Mapping[str, Notice]
    joined: frozenset[str]


class AutoScalingGroups:
    """A pool's groups, in order of preference: observed by one thread, changed by another."""

    def __init__(
        self,
        connection: AwsConnection,
        names: Sequence[str],
        board: NoticeBoard | None = None,
        fence: Fence | None = None,
        witness: Witness | None = None,
    ) -> None:
        """
        ``board``: the notices that came through a queue; none without one.

        ``fence``: is asked before each call that changes something; ``witness``: signs the marks,
        and is shown them all.
        """
        self._names = tuple(names)
        self._region = connection.region
        self._board = board or NoticeBoard()
        self._autoscaling = connection.client("autoscaling", fence=fence)
        ec2 = connection.client("ec2", fence=fence)
        self._activities = Activities(self._autoscaling)
        self._hooks = Hooks(self._autoscaling)
        self._facts = Facts(ec2)
        self._witness = witness
        self._marks = Marks(ec2, witness.me if witness is not None else "")
        self._spot = SpotNotices(ec2)
        self._instance_ids: frozenset[str] = frozenset()

    def observe(self, now: datetime, joined: Sequence[str] = ()) -> tuple[Group, ...]:
        """
        The groups as they are, in their order; launch times only of instances not in ``joined``.

        Raises ``ObservationError``: ``GroupMissing`` names what is not there.
        """
        groups = self._described(self._names)
        instance_ids = [one.instance_id for group in groups for one in group.instances]
        self._instance_ids = frozenset(instance_ids)
        facts = self._facts.of(instance_ids)
        marks = self._marks.read()
        self._show_marks(marks, now)
        read_once = _AllGroups(
            marks=marks,
            facts=facts,
            notices=self._notices([one for one in instance_ids if _is_spot(facts, one)], now),
            joined=frozenset(joined),
        )
        return tuple(self._completed(group, read_once, now) for group in groups)

    def holds(self, instance_id: str) -> bool:
        """Whether the instance was in one of the groups when they were last observed."""
        return instance_id in self._instance_ids

    def set_desired_capacity(self, group: str, desired: int) -> None:
        """
        Ask for so many instances, now: our cooldowns are ours to keep, not the group's.

        Where as many or more are asked for by now, by whomever, nothing is left to do.
        """
        if self._looked_at_again(group).desired < desired:
            self._set_desired_capacity(group, desired)
        self._activities.asked(group)

    def lower_desired_capacity(self, group: str, desired: int) -> None:
        """Take a request back, where AWS cannot take it for an order to end an instance."""
        seen = self._looked_at_again(group)
        if seen.desired <= desired:
            return
        exposed = [one.instance_id for one in seen.instances if not one.protected]
        if seen.present_count > desired:
            why = f"it has {seen.present_count} instances by now"
        elif exposed:
            why = f"{', '.join(sorted(exposed)[:3])} is not protected from scale-in"
        elif not seen.protects_new:
            why = "it does not protect new instances from scale-in"
        else:
            self._set_desired_capacity(group, desired)
            return
        message = f"the desired capacity of {group!r} is not lowered to {desired}: {why}"
        raise ActionError(message, stage="aws", retryable=True)

    def terminate(self, group: str, instance_id: str, *, decrement: bool = True) -> None:
        """
        End this very instance, and lower the desired capacity with it.

        Without ``decrement`` AWS launches another in its place.
        """
        write(
            "TerminateInstanceInAutoScalingGroup",
            lambda: self._autoscaling.terminate_instance_in_auto_scaling_group(
                InstanceId=instance_id, ShouldDecrementDesiredCapacity=decrement
            ),
            # Of one that is going already AWS says in many ways that it cannot do it again.
            already=lambda refusal: (
                refusal.code == "ValidationError" and self._is_going(group, instance_id)
            ),
        )

    def complete_hook(self, group: str, instance_id: str) -> None:
        """Let AWS go on with the instance's termination."""
        self._hooks.complete(group, instance_id)

    def extend_hook(self, group: str, instance_id: str) -> None:
        """Hold the instance's termination up for the hooks' whole timeouts again."""
        self._hooks.extend(group, instance_id)

    def mark(self, instance_id: str, at: datetime) -> None:
        """Write our mark on an instance: we cordoned its node then."""
        self._marks.set(instance_id, at)

    def unmark(self, instance_id: str) -> None:
        """Take our mark off an instance."""
        self._marks.clear(instance_id)

    def _show_marks(self, marks: Mapping[str, datetime], now: datetime) -> None:
        """Those of this pool's instances: others' are other daemons' business."""
        if self._witness is not None:
            signatures = self._marks.signatures
            ours = marks.keys() & self._instance_ids
            signed = {one: Signed(marks[one], signatures.get(one, "")) for one in ours}
            self._witness.saw(signed, now)

    def _described(self, names: Sequence[str]) -> tuple[Group, ...]:
        paginator = self._autoscaling.get_paginator("describe_auto_scaling_groups")
        pages = read(_DESCRIBE, lambda: list(paginator.paginate(AutoScalingGroupNames=list(names))))
        with understanding(_DESCRIBE):
            found = {
                group.name: group
                for page in pages
                for group in map(group_of, page["AutoScalingGroups"])
            }
        missing = [name for name in names if name not in found]
        if missing:
            raise GroupMissing(
                f"AWS has no Auto Scaling group {', '.join(map(repr, missing))} in {self._region}; "
                "mend the pool's `group` or aws.region"
            )
        return tuple(found[name] for name in names)

    def _notices(self, spot_ids: Sequence[str], now: datetime) -> Mapping[str, Notice]:
        notices = dict(self._board.read(now))
        for instance_id, notice in self._spot.of(spot_ids, now).items():
            notices[instance_id] = graver(notices.get(instance_id), notice)
        return notices

    def _completed(self, group: Group, seen: _AllGroups, now: datetime) -> Group:
        held = any(one.lifecycle is Lifecycle.HELD for one in group.instances)
        return replace(
            group,
            instances=tuple(_instance(one, seen) for one in group.instances),
            marks=seen.marks,
            failures=self._activities.failures(group, now),
            hooks=self._hooks.of(group.name, now) if held else (),
        )

    def _looked_at_again(self, group: str) -> Group:
        """The group as it is now: what was observed is as old as the cycle."""
        with for_an_action():
            return self._described([group])[0]

    def _is_going(self, group: str, instance_id: str) -> bool:
        there = {one.instance_id: one.lifecycle for one in self._looked_at_again(group).instances}
        return there.get(instance_id, Lifecycle.LEAVING) in _GOING

    def _set_desired_capacity(self, group: str, desired: int) -> None:
        write(
            "SetDesiredCapacity",
            lambda: self._autoscaling.set_desired_capacity(
                AutoScalingGroupName=group, DesiredCapacity=desired, HonorCooldown=False
            ),
        )


def _is_spot(facts: Mapping[str, InstanceFacts], instance_id: str) -> bool:
    return instance_id in facts and facts[instance_id].spot


def _instance(instance: Instance, seen: _AllGroups) -> Instance:
    facts = seen.facts.get(instance.instance_id)
    waited_for = facts is not None and instance.instance_id not in seen.joined
    return replace(
        instance,
        launched_at=facts.launched_at if facts is not None and waited_for else None,
        notice=seen.notices.get(instance.instance_id),
    )
