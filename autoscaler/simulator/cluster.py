"""
A simulated Nomad: a queue of children, client nodes, and a scheduler that brings them together.

As Nomad does, it works on what it knew: a plan that was made before a node was cordoned can land
just after; a lost node's children wait again once its heartbeats have been missed.
Imports the standard library, ``autoscaler.core``, errors and, of the simulator, children, clock,
machine and workload.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from autoscaler.core.model import JobQueue, Node, NodeFacts, NodeStatus, Running
from autoscaler.core.resources import Ask, Resources
from autoscaler.errors import ActionError
from autoscaler.simulator.children import Child, JobState
from autoscaler.simulator.clock import SimulatedClock, instant
from autoscaler.simulator.machine import Allocation, Identity, Machine
from autoscaler.simulator.placing import Placing
from autoscaler.simulator.tally import Tally
from autoscaler.simulator.workload import Arrival, JobSpec

#: Nomad forgets a node that has been down for so long.
_NODE_GC_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerSettings:
    """How Nomad schedules."""

    #: From a change until a plan is made, and from the plan until it is applied.
    evaluation_seconds: float = 0.0
    plan_seconds: float = 0.0
    #: How often a plan that a cordon overtook is applied all the same.
    late_plan_chance: float = 0.0
    #: Children in the order of their arrival; else, as Nomad's workers do, in any.
    in_order: bool = True
    #: Of how many nodes with room the fullest is taken; None: of all.  Nomad looks at two.
    choices: int | None = None
    #: From a node's last heartbeat until it is down.
    heartbeat_seconds: float = 20.0


class Cluster:
    """Nomad's side of the world."""

    def __init__(
        self,
        clock: SimulatedClock,
        jobs: Iterable[JobSpec],
        rng: random.Random,
        settings: SchedulerSettings,
        tally: Tally,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._settings = settings
        self.tally = tally
        self.jobs = {spec.name: JobState(spec) for spec in jobs}
        self.nodes: dict[str, Machine] = {}
        #: How often the nodes have been read.
        self.read_count = 0
        self._by_instance: dict[str, Machine] = {}
        self._placing = Placing(rng, settings.choices)
        self._node_count = 0
        self._allocation_count = 0
        self._child_count = 0
        self._pass_scheduled = False
        self._at_once = settings.in_order and not settings.evaluation_seconds
        #: Called when the queue changes, as a blocking query would return.
        self.on_change: Callable[[], None] = lambda: None

    # What people and machines do.

    def dispatch(self, arrival: Arrival) -> None:
        """A child is dispatched, now."""
        self._child_count += 1
        self.tally.dispatched_count += 1
        job = self.jobs[arrival.job]
        job.dispatch(Child(self._child_count, arrival))
        # Where a pass comes at once, the one before has left no room for what is too large now.
        if not (self._at_once and self._placing.is_full_for(job.spec)):
            self._schedule()
        self.on_change()

    def join(
        self,
        instance_id: str,
        capacity: Resources,
        system: Resources,
        facts: NodeFacts | None = None,
        identity: Identity | None = None,
    ) -> Machine:
        """A client registers, ready; without facts it satisfies every constraint."""
        self._node_count += 1
        node = Machine(
            self._node_count, instance_id, capacity, system=system, facts=facts, identity=identity
        )
        self.nodes[node.node_id] = node
        self._by_instance[instance_id] = node
        self._has_room(node)
        return node

    def resume(
        self, node: Machine, running: Running, ask: Ask, arrival: Arrival, left_seconds: float
    ) -> Callable[[], None]:
        """A child is at work there, for so much longer, or until what is returned is called."""
        self._child_count += 1
        self._allocation_count += 1
        child = Child(self._child_count, arrival)
        child.started_at, child.working, child.run_number = arrival.at_seconds, True, 1
        child.begun_at = instant(arrival.at_seconds)
        allocation = Allocation(self._allocation_count, child, node, ask)
        node.plan(allocation)
        node.place(allocation, running)
        job = self.jobs[arrival.job]
        job.running_count += 1
        finish = partial(self._finish, job, (allocation,), child.run_number)
        if left_seconds < float("inf"):
            self._clock.after(left_seconds, finish)
        return finish

    def node_on(self, instance_id: str) -> Machine | None:
        """The node on that instance."""
        return self._by_instance.get(instance_id)

    def power_off(self, instance_id: str, *, ours: bool) -> None:
        """The machine is gone, and what it runs; Nomad learns it from the missed heartbeats."""
        node = self._by_instance.get(instance_id)
        if node is None or not node.powered:
            return
        ended = [one for one in node.work.values() if one.running is not None]
        self.tally.ended(len({one.child.number for one in ended}), ours=ours)
        node.powered = False
        for allocation in ended:
            allocation.child.run_number += 1
        self.cut_off(node.node_id)

    def cut_off(self, node_id: str) -> None:
        """Its heartbeats no longer come."""
        node = self.nodes[node_id]
        node.heard = False
        self._clock.after(self._settings.heartbeat_seconds, partial(self._miss, node))

    def reconnect(self, node_id: str) -> None:
        """Its heartbeats come again."""
        node = self.nodes.get(node_id)
        if node is None or not node.powered:
            return
        node.heard = True
        if node.status is NodeStatus.DOWN:
            node.change(status=NodeStatus.READY)
            self._has_room(node)

    def set_foreign(self, node_id: str, *, eligible: bool, draining: bool = False) -> None:
        """Somebody else cordons, drains or takes it back."""
        node = self.nodes[node_id]
        node.foreign_since = self.read_count if not eligible or draining else None
        self._change(node, eligible=eligible and not draining, draining=draining)

    # What the autoscaler does.

    def set_eligibility(self, node_id: str, *, eligible: bool, known: int) -> None:
        """Cordon it, or take that back, by what that read told.  Raises ``ActionError``."""
        node = self._known(node_id)
        if eligible and node.draining:
            raise ActionError(f"{node_id} is draining", stage="nomad", retryable=False)
        self.respect(node, known, f"eligibility set to {eligible}")
        self._change(node, eligible=eligible)

    def respect(self, node: Machine, known: int, what: str) -> None:
        """Somebody else's cordon stays as it is, unless it came after the read that we know."""
        if node.foreign_since is not None and node.foreign_since < known:
            self.tally.offend(f"9: {node.node_id}: {what}, though somebody else cordoned it")
        node.foreign_since = None

    def purge(self, node_id: str) -> None:
        """Forget it.  Raises ``ActionError``."""
        node = self._known(node_id)
        if node.status is not NodeStatus.DOWN:
            self.tally.ended(len({one.child.number for one in node.work.values()}), ours=True)
            self.tally.offend(f"1: {node_id} purged while it was {node.status.value}")
        self._lose_work(node)
        self._forget(node)

    # What Nomad tells.

    def queues(self, jobs: Sequence[str], now: datetime) -> tuple[JobQueue, ...]:
        """The jobs' queues."""
        return tuple(self.jobs[job].showing(now) for job in jobs)

    def showing(self) -> tuple[Node, ...]:
        """The nodes, in one read more."""
        self.read_count += 1
        return tuple([node.showing() for node in self.nodes.values()])

    @property
    def pending_count(self) -> int:
        """Children that wait, of all jobs."""
        return sum(job.pending_count for job in self.jobs.values())

    @property
    def running_count(self) -> int:
        """Children at work, of all jobs."""
        return sum(job.running_count for job in self.jobs.values())

    # The scheduler.

    def _change(self, node: Machine, *, eligible: bool, draining: bool | None = None) -> None:
        took = node.places_work
        node.change(eligible=eligible, draining=draining)
        if node.places_work:
            node.ineligible_at = None
            self._has_room(node)
        elif took:
            node.ineligible_at = self._clock.seconds
            self._placing.close(node)

    def _has_room(self, node: Machine) -> None:
        if node.places_work:
            self._placing.open(node)
            self._schedule()

    def _schedule(self) -> None:
        if not self._pass_scheduled:
            self._pass_scheduled = True
            self._clock.after(self._settings.evaluation_seconds, self._run_pass)

    def _run_pass(self) -> None:
        """Plan every child that fits somewhere, jobs of a higher priority first."""
        self._pass_scheduled = False
        open_jobs = [job for job in self.jobs.values() if job.placeable]
        while open_jobs:
            alone = len(open_jobs) == 1 and self._settings.in_order
            job = open_jobs[0] if alone else min(open_jobs, key=self._turn)
            machines = self._placing.find(job.spec)
            if machines is None:
                open_jobs.remove(job)  # Its other children ask for the same.
                continue
            self._plan(job, job.take(None if self._settings.in_order else self._rng), machines)
            if not job.placeable:
                open_jobs.remove(job)

    def _turn(self, job: JobState) -> tuple[int, float]:
        chance = 0.0 if self._settings.in_order else self._rng.random()
        return (-job.spec.priority, job.head_at if self._settings.in_order else chance)

    def _plan(self, job: JobState, child: Child, machines: Sequence[Machine]) -> None:
        planned: list[Allocation] = []
        for machine, ask in zip(machines, job.asks, strict=True):
            self._allocation_count += 1
            allocation = Allocation(self._allocation_count, child, machine, ask)
            machine.plan(allocation)
            planned.append(allocation)
        decided_at, seconds = self._clock.seconds, self._settings.plan_seconds
        if seconds > 0:
            self._clock.after(seconds, partial(self._land, job, planned, decided_at))
        else:
            self._land(job, planned, decided_at)

    def _land(self, job: JobState, planned: Sequence[Allocation], decided_at: float) -> None:
        """Apply the plan, or refuse it where a node takes no work any more."""
        child = planned[0].child
        if not all(self._accepts(one.node, decided_at) for one in planned):
            for one in planned:
                one.node.remove(one)
                self._has_room(one.node)
            job.wait_again(child)
            self._schedule()
            return
        now = self._clock.seconds
        running = job.running(child, now)
        for one in planned:
            one.node.place(one, running)
        job.running_count += 1
        child.working = True
        child.run_number += 1
        if not all(one.node.powered for one in planned):
            self.tally.stranded_count += 1  # It waits again when the node is found to be down.
            return
        if child.started_at is None:
            child.started_at, child.begun_at = now, running.started_at
            self.tally.start(job.spec.name, now - child.arrival.at_seconds)
        self.on_change()
        finish = partial(self._finish, job, planned, child.run_number)
        self._clock.after(child.arrival.service_seconds, finish)

    def _accepts(self, node: Machine, decided_at: float) -> bool:
        if node.places_work:
            return True
        overtaken = node.ineligible_at is not None and node.ineligible_at >= decided_at
        able = node.status is NodeStatus.READY and not node.draining and overtaken
        return able and self._rng.random() < self._settings.late_plan_chance

    def _finish(self, job: JobState, planned: Sequence[Allocation], run_number: int) -> None:
        child = planned[0].child
        if child.run_number != run_number or not child.working:
            return  # That start of it was lost, or has ended.
        self._end(job, planned)
        job.finish(child)
        self.tally.finished_count += 1
        self.on_change()

    def _end(self, job: JobState, planned: Iterable[Allocation]) -> None:
        for one in planned:
            one.node.remove(one)
            self._has_room(one.node)
            one.child.working = False
        job.running_count -= 1

    # Lost nodes.

    def _miss(self, node: Machine) -> None:
        if node.heard or node.status is NodeStatus.DOWN or node.node_id not in self.nodes:
            return
        self.find_down(node)

    def find_down(self, node: Machine) -> None:
        """Nomad counts it as down: its children wait again."""
        node.change(status=NodeStatus.DOWN)
        self._placing.close(node)
        self.tally.cut_off_count += 0 if not node.powered else len(node.work)
        self._lose_work(node)
        self._clock.after(_NODE_GC_SECONDS, partial(self._collect, node))

    def _lose_work(self, node: Machine) -> None:
        """Its children wait again, each once, and their other allocations end."""
        for allocation in tuple(node.work.values()):
            child = allocation.child
            if allocation.running is None or not child.working:
                continue  # A plan is refused when it comes to land.
            child.run_number += 1
            job = self.jobs[child.arrival.job]
            everywhere = [
                one
                for other in self.nodes.values()
                for one in other.work.values()
                if one.child is child and one.running is not None
            ]
            self._end(job, everywhere)
            job.wait_again(child)
        self._schedule()

    def _collect(self, node: Machine) -> None:
        if node.status is NodeStatus.DOWN and self.nodes.get(node.node_id) is node:
            self._forget(node)

    def _forget(self, node: Machine) -> None:
        del self.nodes[node.node_id]
        del self._by_instance[node.instance_id]
        self._placing.close(node)

    def _known(self, node_id: str) -> Machine:
        node = self.nodes.get(node_id)
        if node is None:
            raise ActionError(f"no node {node_id}", stage="nomad", retryable=False)
        return node
