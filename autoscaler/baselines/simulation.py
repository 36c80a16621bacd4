"""
The same simulated pool, sized by another autoscaler's policy.

Modelled charitably: no running child is ended.  Idle nodes go first; a node at work that must go
takes no more and ends when it is idle, and comes back before another is bought.  What a policy
looks at is read without delay or failure; what it does can fail as anybody's actions can.
Imports the simulator, ``autoscaler.core``, ports, errors and the rest of baselines.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from autoscaler.baselines.catalogue import BASELINES
from autoscaler.baselines.known import Known
from autoscaler.baselines.view import View
from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.model import Lifecycle
from autoscaler.core.plan import (
    Action,
    Cordon,
    LowerDesiredCapacity,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
    Uncordon,
)
from autoscaler.errors import ActionError
from autoscaler.ports import CycleReport, World
from autoscaler.simulator.machine import Machine
from autoscaler.simulator.run import Cadence, Scene, Simulation


class BaselineSimulation(Simulation):
    """Its cycles come as often as the policy looks; only the pool's first group is scaled."""

    def __init__(self, scene: Scene, name: str, known: Known) -> None:
        self.baseline = BASELINES[name]
        self._floor = self.baseline.floor(known)
        cadence = Cadence(interval_seconds=self.baseline.tick_seconds, on_change=False)
        super().__init__(replace(scene, cadence=cadence))
        self._known = known
        self._policy = self.baseline.make(known)
        self._group = self.aws.groups[scene.settings.groups[0]]
        #: Since when each idle node has been idle, by instance.
        self._idle_since: dict[str, float] = {}
        self._terminated_at = -math.inf

    def cycle(self, world: World | None = None) -> CycleReport | None:
        """Look, ask the policy, bring the group there.  There is no decision to report: None."""
        self.cycle_count += 1
        acts_on = world or self.world
        self._release(acts_on)
        view = self._view()
        wanted = min(max(self._policy.wanted(view), self.lowest_count), self._highest)
        if wanted > view.nodes:
            self._grow(acts_on, wanted - view.nodes)
        elif wanted < view.nodes:
            self._shrink(acts_on, view.nodes - wanted)
        self.peak_count = max(self.peak_count, self.aws.present_count())
        self._tell(None)
        return None

    @property
    def lowest_count(self) -> int:
        """The policy's own floor counts; spare nodes are our own idea."""
        least = max(self.aws.lowest_count, self.settings.size.min, self._floor)
        return min(least, self._highest)

    @property
    def _highest(self) -> int:
        return min(self.settings.size.max, self._group.size_max)

    # What it sees.

    def _view(self) -> View:
        now, group = self.clock.seconds, self._group
        leaving_count = sum(1 for machine in self._machines() if not machine.eligible)
        present = [one for one in group.instances.values() if one.present]
        return View(
            now_seconds=now,
            pending_count=self.cluster.pending_count,
            running_count=self.cluster.running_count,
            finished_count=self.tally.finished_count,
            nodes=group.desired - leaving_count,
            in_service_count=sum(1 for one in present if one.lifecycle is Lifecycle.IN_SERVICE),
            warming_count=sum(
                1 for one in present if now - one.launched_at < self._known.boot_seconds
            ),
            ready_count=sum(1 for _ in self._machines()) - leaving_count,
            activity_ended_at=self._activity_ended_at(),
        )

    def _activity_ended_at(self) -> float:
        """Of the launches and terminations; AWS takes its time for each."""
        ends = -math.inf
        for one in self._group.instances.values():
            if one.lifecycle is Lifecycle.PENDING or one.ended_at is not None:
                return math.inf
            ends = max(ends, one.launched_at + self._group.spec.in_service_seconds)
        return max(ends, self._terminated_at)

    def _machines(self) -> Iterator[Machine]:
        """The nodes of instances that are there."""
        for instance in self._group.instances.values():
            machine = self.cluster.node_on(instance.instance_id)
            if instance.present and machine is not None:
                yield machine

    # What it does.

    def _act(self, world: World, action: Action) -> bool:
        """Whether it was done: what AWS or Nomad refuses is tried again at a later look."""
        try:
            world.apply(action)
        except ActionError:
            return False
        if isinstance(action, Terminate | TerminateUnjoined):
            self._terminated_at = self.clock.seconds + self._group.spec.leaving_seconds
        return True

    def _grow(self, world: World, count: int) -> None:
        """First those that were on their way out: they cost already."""
        leaving = [machine for machine in self._machines() if not machine.eligible][:count]
        for machine in leaving:
            self._act(world, Uncordon(_ref(machine)))
        group, bought = self._group, count - len(leaving)
        bought = min(bought, group.size_max - group.desired)
        if bought > 0:
            order = SetDesiredCapacity(group.spec.name, group.desired, group.desired + bought)
            self._act(world, order)

    def _shrink(self, world: World, count: int) -> None:
        """What AWS has yet to launch, what boots if the policy does so, the idle, then the rest."""
        group = self._group
        missing = min(count, group.missing_count)
        if missing:
            name, desired = group.spec.name, group.desired
            self._act(world, LowerDesiredCapacity(name, desired, desired - missing))
            count -= missing
        if self.baseline.cancels_boots and count:
            count -= self._cancel_boots(world, count)
        here = sorted(
            (machine for machine in self._machines() if machine.eligible),
            key=lambda machine: len(machine.work),
        )
        for machine in here[:count]:
            if machine.work and not self.baseline.drains:
                break
            if self._act(world, Cordon(_ref(machine), self.clock.now())) and not machine.work:
                self._act(world, Terminate(_ref(machine), group.spec.name))

    def _cancel_boots(self, world: World, count: int) -> int:
        booting = [
            one
            for one in self._group.instances.values()
            if one.present and self.cluster.node_on(one.instance_id) is None
        ]
        for instance in booting[-count:]:  # The youngest have the longest to boot.
            ref = InstanceRef(instance.instance_id, self._group.spec.name)
            self._act(world, TerminateUnjoined(ref, replace=False))
        return min(count, len(booting))

    def _release(self, world: World) -> None:
        """End the nodes that finished their work on the way out, and those idle for too long."""
        machines = tuple(self._machines())
        spare_count = sum(1 for one in machines if one.eligible) - self.lowest_count
        for machine in machines:
            if machine.eligible and spare_count > 0 and self._idle_for_too_long(machine):
                spare_count -= 1
                self._act(world, Cordon(_ref(machine), self.clock.now()))
            if not machine.eligible and not machine.work:
                self._act(world, Terminate(_ref(machine), self._group.spec.name))

    def _idle_for_too_long(self, machine: Machine) -> bool:
        now, patience = self.clock.seconds, self.baseline.idle_seconds
        if patience is None:
            return False
        if machine.work:
            self._idle_since.pop(machine.instance_id, None)
            return False
        return now - self._idle_since.setdefault(machine.instance_id, now) >= patience


def _ref(machine: Machine) -> NodeRef:
    return NodeRef(machine.node_id, f"n{machine.number}", machine.instance_id)
