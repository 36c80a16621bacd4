"""
Simulated Auto Scaling groups: they launch what is desired, and end what they are told to.

Where the desired capacity is lowered below what is there, AWS chooses the victim, as the real one
does.  Imports the standard library, ``autoscaler.core``, errors and, of the simulator, clock,
cluster, faults and instance.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from autoscaler.core.model import Group, Lifecycle, Notice, NoticeKind
from autoscaler.errors import ActionError
from autoscaler.simulator.clock import SimulatedClock, seconds_at
from autoscaler.simulator.cluster import Cluster
from autoscaler.simulator.faults import Faults
from autoscaler.simulator.instance import GroupSpec, GroupState, Machinery

#: From a spot interruption notice to the end.
NOTICE_SECONDS = 120.0


class AutoScaling:
    """AWS's side of the world."""

    def __init__(
        self,
        clock: SimulatedClock,
        cluster: Cluster,
        specs: Iterable[GroupSpec],
        faults: Faults,
        rng: random.Random,
    ) -> None:
        self._clock = clock
        self._cluster = cluster
        self._faults = faults
        self._rng = rng
        self.groups = {spec.name: GroupState(spec) for spec in specs}
        #: Every instance that ever was, oldest first.
        self.launched: list[Machinery] = []
        self._failure_count = 0
        self._present_count = 0
        for group in self.groups.values():
            self._launch_missing(group)

    def adopt(self, group: Group, boot_seconds_left: Mapping[str, float]) -> None:
        """
        Go on from a real group's state.

        ``boot_seconds_left`` tells of each instance that is no node yet how long it boots still.
        """
        state = self.groups[group.name]
        state.size_min, state.size_max, state.desired = (
            group.size_min,
            group.size_max,
            group.desired,
        )
        state.marks = dict(group.marks)
        now = self._clock.seconds
        for one in group.instances:
            at = now if one.launched_at is None else seconds_at(one.launched_at)
            instance = Machinery(one.instance_id, state, at, protected=one.protected)
            instance.lifecycle, instance.notice = one.lifecycle, one.notice
            state.instances[one.instance_id] = instance
            self._present_count += 1
            self._go_on(instance, boot_seconds_left.get(one.instance_id))
        self._launch_missing(state)

    def _go_on(self, instance: Machinery, boot_seconds_left: float | None) -> None:
        spec = instance.group.spec
        match instance.lifecycle:
            case Lifecycle.LEAVING:
                instance.ended_at = self._clock.seconds
                self._present_count -= 1
                self._clock.after(spec.leaving_seconds, partial(self._forget, instance))
            case Lifecycle.HELD if spec.hooks:
                self._hold(instance)
            case Lifecycle.PENDING:
                self._clock.after(spec.in_service_seconds, partial(self._serve, instance))
            case _:
                pass
        if boot_seconds_left is not None and instance.ended_at is None:
            self._clock.after(boot_seconds_left, partial(self._join, instance))

    # What the autoscaler does.

    def set_desired(self, name: str, desired: int) -> None:
        """Ask for so many instances.  Raises ``ActionError`` beyond the group's own bounds."""
        group = self.groups[name]
        if not group.size_min <= desired <= group.size_max:
            raise _refused(
                f"{desired} is not within {group.size_min} and {group.size_max} of {name}"
            )
        group.desired = desired
        self._choose_victims(group, ours=True)
        self._launch_missing(group)

    def terminate(self, instance_id: str, *, decrement: bool) -> None:
        """End this very instance.  Raises ``ActionError``."""
        instance = self._member(instance_id)
        group = instance.group
        if decrement and group.desired - 1 < group.size_min:
            raise _refused(f"{group.spec.name} is at its minimum of {group.size_min}")
        if not instance.present:
            return
        group.desired -= 1 if decrement else 0
        instance.ours = True
        self._begin_end(instance)

    def complete_hook(self, instance_id: str) -> None:
        """Let an instance go that a hook holds; what it runs then, we end.  Raises."""
        instance = self._held(instance_id)
        instance.ours = True
        self._end(instance)

    def extend_hook(self, instance_id: str) -> None:
        """A heartbeat.  Raises ``ActionError``."""
        self._hold(self._held(instance_id))

    def mark(self, instance_id: str, at: datetime) -> None:
        """Write our tag on an instance.  Raises ``ActionError``."""
        self._member(instance_id).group.marks[instance_id] = at

    def unmark(self, instance_id: str) -> None:
        """Take our tag off; no matter if there is none."""
        for group in self.groups.values():
            group.marks.pop(instance_id, None)

    # What AWS and people do.

    def interrupt(self, instance_id: str) -> None:
        """A spot interruption: notice now, the end two minutes later."""
        instance = self._member(instance_id)
        if instance.notice is None or instance.notice.kind is not NoticeKind.SPOT_INTERRUPTION:
            instance.notice = Notice(NoticeKind.SPOT_INTERRUPTION, self._clock.now())
            self._clock.after(NOTICE_SECONDS, partial(self._end, instance))

    def advise(self, instance_id: str) -> None:
        """A rebalance recommendation: perhaps an interruption later, perhaps none."""
        instance = self._member(instance_id)
        if instance.notice is None:
            instance.notice = Notice(NoticeKind.REBALANCE, self._clock.now())

    def retire(self, instance_id: str) -> None:
        """AWS ends an instance of its own accord; hooks hold it first, and it is replaced."""
        instance = self._member(instance_id)
        if instance.present:
            self._begin_end(instance)

    def resize(self, name: str, *, size_min: int, size_max: int) -> None:
        """Somebody changes the group's bounds; AWS moves the desired capacity within them."""
        group = self.groups[name]
        group.size_min, group.size_max = size_min, size_max
        group.desired = min(max(group.desired, size_min), size_max)
        self._choose_victims(group, ours=False)
        self._launch_missing(group)

    # What AWS tells.

    def showing(self, joined: frozenset[str]) -> tuple[Group, ...]:
        """The groups, in their order."""
        now = self._clock.seconds
        return tuple(group.showing(joined, now) for group in self.groups.values())

    @property
    def lowest_count(self) -> int:
        """The groups' minima together."""
        return sum(group.size_min for group in self.groups.values())

    @property
    def highest_count(self) -> int:
        """The groups' maxima together."""
        return sum(group.size_max for group in self.groups.values())

    @property
    def desired_count(self) -> int:
        """Of all groups."""
        return sum(group.desired for group in self.groups.values())

    def billed_seconds(self) -> float:
        """Node-seconds so far."""
        now = self._clock.seconds
        return sum(instance.billed_seconds(now) for instance in self.launched)

    def present_count(self) -> int:
        """Instances that have not ended."""
        return self._present_count

    # Launching.

    def _launch_missing(self, group: GroupState) -> None:
        if group.missing_count and not group.attempt_scheduled:
            self._attempt_after(group, group.spec.launch_seconds)

    def _attempt_after(self, group: GroupState, seconds: float) -> None:
        group.attempt_scheduled = True
        self._clock.after(seconds, partial(self._attempt, group))

    def _attempt(self, group: GroupState) -> None:
        group.attempt_scheduled = False
        now = self._clock.seconds
        for _ in range(group.missing_count):
            kind = self._faults.launch(group.spec.name, now)
            if kind is None:
                self._launch(group)
                continue
            self._failure_count += 1
            group.fail(kind, self._failure_count, now)
        if group.missing_count:
            self._attempt_after(group, group.spec.retry_seconds)

    def _launch(self, group: GroupState) -> None:
        spec, now = group.spec, self._clock.seconds
        instance_id = f"{spec.instance_prefix}{len(self.launched) + 1}"
        instance = Machinery(instance_id, group, now, protected=spec.protects_new)
        self.launched.append(instance)
        self._present_count += 1
        group.instances[instance_id] = instance
        self._clock.after(spec.in_service_seconds, partial(self._serve, instance))
        factor = self._faults.boot(spec.name)
        if factor is not None:
            jitter = self._rng.uniform(1 - spec.boot_jitter, 1 + spec.boot_jitter)
            self._clock.after(spec.boot_seconds * jitter * factor, partial(self._join, instance))

    def _serve(self, instance: Machinery) -> None:
        if instance.lifecycle is Lifecycle.PENDING:
            instance.lifecycle = Lifecycle.IN_SERVICE

    def _join(self, instance: Machinery) -> None:
        if instance.ended_at is None:
            spec = instance.group.spec
            self._cluster.join(instance.instance_id, spec.capacity, spec.system, spec.facts)

    # Ending.

    def _choose_victims(self, group: GroupState, *, ours: bool) -> None:
        """AWS ends what is above the desired capacity, unless it is protected from scale-in."""
        present = [one for one in group.instances.values() if one.present]
        # Protection begins in service.
        bare = [one for one in present if not one.protected or one.lifecycle is Lifecycle.PENDING]
        self._rng.shuffle(bare)
        for instance in bare[: max(0, len(present) - group.desired)]:
            instance.ours = instance.ours or ours  # Whose call it was that cost it.
            self._begin_end(instance)

    def _begin_end(self, instance: Machinery) -> None:
        if instance.group.spec.hooks and instance.lifecycle is Lifecycle.IN_SERVICE:
            instance.lifecycle = Lifecycle.HELD
            self._hold(instance)
            self._launch_missing(instance.group)
        else:
            self._end(instance)

    def _hold(self, instance: Machinery) -> None:
        timeout = max(hook.timeout for hook in instance.group.spec.hooks).total_seconds()
        until = self._clock.seconds + timeout
        instance.held_until = until
        self._clock.after(timeout, partial(self._give_up_hold, instance, until))

    def _give_up_hold(self, instance: Machinery, until: float) -> None:
        if instance.lifecycle is Lifecycle.HELD and instance.held_until == until:
            self._end(instance)

    def _end(self, instance: Machinery) -> None:
        if instance.ended_at is not None:
            return
        instance.ended_at = self._clock.seconds
        self._present_count -= 1
        instance.lifecycle = Lifecycle.LEAVING
        self._cluster.power_off(instance.instance_id, ours=instance.ours)
        forget = partial(self._forget, instance)
        self._clock.after(instance.group.spec.leaving_seconds, forget)
        self._launch_missing(instance.group)

    def _forget(self, instance: Machinery) -> None:
        instance.group.forget(instance, self._clock.seconds)

    def _member(self, instance_id: str) -> Machinery:
        for group in self.groups.values():
            instance = group.instances.get(instance_id)
            if instance is not None and instance.ended_at is None:
                return instance
        raise _refused(f"no instance {instance_id} in any group")

    def _held(self, instance_id: str) -> Machinery:
        instance = self._member(instance_id)
        if instance.lifecycle is not Lifecycle.HELD:
            raise _refused(f"{instance_id} is held by no lifecycle hook")
        return instance


def _refused(why: str) -> ActionError:
    return ActionError(why, stage="aws", retryable=False)
