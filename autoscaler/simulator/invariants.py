"""
What must hold in every cycle, and at the end, whatever happens in between.

Judged from what the cycle saw, decided and did, by arithmetic of its own: none of the core's is
used to check the core.  Imports ports, ``autoscaler.core``'s values and, of the simulator, run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autoscaler.core.model import (
    Group,
    Instance,
    JobQueue,
    Lifecycle,
    Node,
    NodeStatus,
    Observation,
    WaitsFor,
)
from autoscaler.core.plan import (
    Cordon,
    ExtendHook,
    LowerDesiredCapacity,
    Purge,
    SetDesiredCapacity,
    Terminate,
    TerminateUnjoined,
)
from autoscaler.core.resources import Ask, Resources
from autoscaler.core.settings import PoolSettings
from autoscaler.ports import CycleReport
from autoscaler.simulator.instance import GroupSpec
from autoscaler.simulator.run import Simulation

_LEAVING = (Lifecycle.LEAVING, Lifecycle.HELD)
_SCALE_IN = (Terminate, LowerDesiredCapacity, TerminateUnjoined)


def after_cycle(report: CycleReport, simulation: Simulation) -> Iterator[str]:
    """Each invariant that this cycle violates, in words."""
    yield from simulation.tally.offences
    if simulation.tally.killed_count:
        yield f"1: {simulation.tally.killed_count} children at work were ended by us"
    if report.observation.pause is not None:
        done = [one.action for one in report.actions if not isinstance(one.action, ExtendHook)]
        yield from (f"10: {action} while the pool is paused" for action in done)
    observation, settings = report.observation, simulation.settings
    if observation.groups is None or observation.nodes is None:
        if report.actions and any(isinstance(one.action, _SCALE_IN) for one in report.actions):
            yield "8: a scale-in without the nodes or the groups having been read"
        return
    yield from _bounds(report, observation.groups, settings)
    yield from _bought(report, observation, settings, simulation.scene.groups[0])
    yield from _scale_in_of_unknown(report, observation)


def at_rest(simulation: Simulation) -> Iterator[str]:
    """Each invariant that does not hold once all has come to rest."""
    cluster, aws = simulation.cluster, simulation.aws
    waiting = [
        f"{job.pending_count} children of {name} wait"
        for name, job in cluster.jobs.items()
        if job.placeable and name in simulation.settings.jobs
    ]
    if waiting or cluster.running_count:
        yield f"3: {', '.join(waiting)} and {cluster.running_count} run at the end"
    waits = sum(job.pending_count for job in cluster.jobs.values())
    unserved = simulation.tally.dispatched_count - simulation.tally.finished_count - waits
    if unserved:
        yield f"3: {unserved} children were never finished"
    lowest = simulation.lowest_count
    if aws.desired_count != lowest:
        yield f"5: with no work {aws.desired_count} are desired, and the minimum is {lowest}"
    marked = [
        node.node_id
        for node in cluster.nodes.values()
        if node.status is NodeStatus.READY and not node.eligible and not node.foreign
    ]
    if marked:
        yield f"6: {', '.join(marked)} left cordoned by us"
    leftover = [
        instance_id
        for group in aws.groups.values()
        for instance_id in group.marks
        if instance_id in group.instances
    ]
    if leftover:
        yield f"6: our mark is left on {', '.join(leftover)}"


def _bounds(report: CycleReport, groups: Sequence[Group], settings: PoolSettings) -> Iterator[str]:
    """2: what we ask for stays within the bounds of the pool and of each group."""
    by_name = {group.name: group for group in groups}
    desired = {group.name: group.desired for group in groups}
    for one in report.actions:
        if isinstance(one.action, SetDesiredCapacity | LowerDesiredCapacity):
            group = by_name[one.action.group]
            if not group.size_min <= one.action.desired <= group.size_max:
                yield f"2: {one.action} beyond {group.size_min} to {group.size_max} of the group"
            raised = one.action.desired - group.desired
            if isinstance(one.action, SetDesiredCapacity) and raised <= 0:
                yield f"2: {one.action} raises nothing, and AWS would choose a victim"
            desired[group.name] = one.action.desired
    before = sum(group.desired for group in groups)
    failed = any(one.outcome == "failed" for one in report.actions)
    if sum(desired.values()) > max(settings.size.max, before) and not failed:
        yield f"2: {sum(desired.values())} asked for, above the maximum of {settings.size.max}"
    released = sum(
        1 for one in report.actions if isinstance(one.action, Terminate) and not one.action.replace
    )
    given_up = sum(
        1
        for one in report.actions
        if isinstance(one.action, TerminateUnjoined) and not one.action.replace
    )
    after = sum(desired.values()) - released - given_up
    lowest = min(
        max(settings.size.min, sum(group.size_min for group in groups)),
        sum(group.size_max for group in groups),
    )
    if released + given_up and after < lowest:
        yield f"2: {after} left after a scale-in, below the minimum of {lowest}"


def _scale_in_of_unknown(report: CycleReport, observation: Observation) -> Iterator[str]:
    """8: what was not read in whole lets go of nothing."""
    if observation.complete:
        return
    warned = {
        instance.instance_id
        for group in observation.groups or ()
        for instance in group.instances
        if instance.notice is not None or instance.lifecycle is Lifecycle.HELD
    }
    for one in report.actions:
        action = one.action
        # A node that AWS takes is cordoned at once: that lets go of nothing that we could keep.
        cordoned = isinstance(action, Cordon) and action.node.instance_id not in warned
        if cordoned or isinstance(action, (*_SCALE_IN, Purge)):
            yield f"8: {action} though {observation.missing} was not read"


def _bought(
    report: CycleReport, observation: Observation, settings: PoolSettings, spec: GroupSpec
) -> Iterator[str]:
    """4: no more is bought than the pending children need beyond what is there and on its way."""
    bought = report.decision.buy
    if bought <= 0:
        return
    groups = observation.groups or ()
    stuck = frozenset(
        name for name, trouble in report.decision.memory.troubles.items() if trouble.count
    )
    room = _room(observation, settings, spec, stuck, report)
    needed = room.needed(observation.queues, settings)
    least = max(settings.size.min, sum(group.size_min for group in groups))
    for_min = max(0, least - room.standing)
    # Between the sizes of several shapes the order of packing leaves a gap, of one node each.
    shapes = len({queue.groups for queue in observation.queues if queue.pending_count})
    allowed = max(needed + max(0, shapes - 1), for_min) + settings.scaling.spare
    if bought > allowed:
        yield f"4: {bought} bought, and {needed} are needed, {for_min} for the minimum"


@dataclass(slots=True)
class _Room:
    """Room that is there or on its way, node by node, and an empty new node."""

    free: list[Resources]
    empty: Resources
    #: Instances that are to become such nodes.
    coming: int
    #: Instances asked for that are of use.
    standing: int

    def needed(self, queues: Sequence[JobQueue], settings: PoolSettings) -> int:
        """Whole new nodes that hold what finds no room, each job's children by themselves last."""
        asks: list[Ask] = []
        for queue in queues:
            held = queue.verdict is not None and queue.verdict.waits_for is not WaitsFor.CAPACITY
            if not held and queue.pending_count > 0:
                each = [group.ask for group in queue.groups for _ in range(group.count)]
                asks.extend(each * queue.pending_count)
        asks.sort(key=lambda ask: (-ask.memory_mib, -ask.cpu_mhz))
        per_node = settings.scaling.strategy == "per_node"
        slots = settings.scaling.children_per_node if per_node else 1 << 30
        new = [(self.empty, 0)] * self.coming
        for ask in asks:
            if not self.empty.room_for(ask, 0) or self._placed(ask):
                continue
            for index, (left, count) in enumerate(new):
                if count < slots and left.room_for(ask, 0):
                    new[index] = (left.less(ask, 1, 0), count + 1)
                    break
            else:
                new.append((self.empty.less(ask, 1, 0), 1))
        return len(new) - self.coming

    def _placed(self, ask: Ask) -> bool:
        for index, left in enumerate(self.free):
            if left.room_for(ask, 0):
                self.free[index] = left.less(ask, 1, 0)
                return True
        return False


def _room(
    observation: Observation,
    settings: PoolSettings,
    spec: GroupSpec,
    stuck: frozenset[str],
    report: CycleReport,
) -> _Room:
    groups = observation.groups or ()
    instances = {one.instance_id: one for group in groups for one in group.instances}
    marks = {instance_id for group in groups for instance_id in group.marks}
    nodes = observation.nodes or ()
    empty = spec.capacity - spec.system
    free = [node.free for node in nodes if _offers_room(node, instances, marks)]
    joined = {node.instance_id for node in nodes if node.status is NodeStatus.READY}
    known = {node.instance_id for node in nodes}
    lost = coming = 0
    for instance in instances.values():
        if instance.lifecycle in (*_LEAVING, Lifecycle.ASIDE) or instance.instance_id in joined:
            continue
        age = report.ended_at - (instance.launched_at or report.ended_at)
        if age > settings.boot_timeout:
            lost += instance.instance_id not in known
        elif instance.notice is None:
            coming += 1
    coming += sum(
        max(0, group.desired - group.present_count) for group in groups if group.name not in stuck
    )
    standing = sum(
        min(group.desired, max(group.size_min, group.present_count))
        if group.name in stuck
        else group.desired
        for group in groups
    )
    return _Room(free, empty, coming, standing - lost)


def _offers_room(node: Node, instances: dict[str, Instance], marks: set[str]) -> bool:
    instance = instances.get(node.instance_id or "")
    if node.status is not NodeStatus.READY or node.draining:
        return False
    if instance is not None and (instance.lifecycle in _LEAVING or instance.notice is not None):
        return False
    return node.eligible or (instance is not None and instance.instance_id in marks)
