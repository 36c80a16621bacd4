"""
What happens to the real pool happens to its shadow: children come, people and AWS intervene.

What the real pool's size does is left out: that is what the shadow decides for itself.
Imports ``autoscaler.core``, shadow.arrivals, shadow.takeover and the simulator.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from autoscaler.core.model import Group, Node, NodeStatus, NoticeKind, Observation
from autoscaler.shadow.arrivals import Dispatched
from autoscaler.shadow.takeover import Draw, Parts, spec_of
from autoscaler.simulator.clock import seconds_at


def follow(
    parts: Parts, real: Observation, arrived: Sequence[Dispatched], draw: Draw, now: datetime
) -> None:
    """Let time go on in the shadow until now, with all that came meanwhile."""
    for one in arrived:
        parts.clock.advance_to(seconds_at(min(one.at, now)))
        parts.cluster.dispatch(draw.arrival(one.job, one.at))
    parts.clock.advance_to(seconds_at(now))
    for queue in real.queues:
        parts.cluster.jobs[queue.job].spec = spec_of(queue)
    for group in real.groups or ():
        _follow_group(parts, group)
    if real.nodes is not None and real.groups is not None:
        marked = {instance_id for group in real.groups for instance_id in group.marks}
        for node in real.nodes:
            _follow_node(parts, node, ours=node.instance_id in marked)
        _end_others(parts, real.nodes)
    parts.clock.advance_to(seconds_at(now))


def _follow_group(parts: Parts, group: Group) -> None:
    state = parts.aws.groups[group.name]
    if (state.size_min, state.size_max) != (group.size_min, group.size_max):
        parts.aws.resize(group.name, size_min=group.size_min, size_max=group.size_max)
    for one in group.instances:
        instance = state.instances.get(one.instance_id)
        if one.notice is None or instance is None or instance.ended_at is not None:
            continue
        if one.notice.kind is NoticeKind.SPOT_INTERRUPTION:
            parts.aws.interrupt(one.instance_id)
        else:
            parts.aws.advise(one.instance_id)


def _follow_node(parts: Parts, node: Node, *, ours: bool) -> None:
    """Somebody cordons it, or takes that back; what a daemon of ours really does is not it."""
    machine = parts.cluster.nodes.get(node.node_id)
    if machine is None or ours:
        return
    taken = not node.eligible or node.draining
    if taken != machine.foreign and (taken or machine.foreign):
        parts.cluster.set_foreign(node.node_id, eligible=node.eligible, draining=node.draining)


def _end_others(parts: Parts, nodes: Iterable[Node]) -> None:
    running = Counter((node.node_id, one.job) for node in nodes for one in node.running)
    for key, ends in parts.others.items():
        while len(ends) > running[key]:
            ends.pop()()


def at_one(parts: Parts, real: Observation) -> bool:
    """Whether both are at rest and equal, so that the shadow need go on no more."""
    if not real.complete or real.pending_count or real.running_count:
        return False
    if parts.cluster.pending_count or parts.cluster.running_count:
        return False
    shadow = parts.aws.showing(frozenset())
    return _groups(real.groups) == _groups(shadow) and _nodes(real.nodes) == _nodes(
        machine.showing() for machine in parts.cluster.nodes.values()
    )


def _groups(groups: Iterable[Group] | None) -> set[tuple[object, ...]]:
    """Of each: its size, its members, and which of them we have cordoned."""
    return {
        (
            group.name,
            group.desired,
            frozenset((one.instance_id, one.lifecycle) for one in group.instances),
            frozenset(one.instance_id for one in group.instances if one.instance_id in group.marks),
        )
        for group in groups or ()
    }


def _nodes(nodes: Iterable[Node] | None) -> set[tuple[object, ...]]:
    """Those that are there, and whether they take work."""
    return {
        (node.node_id, node.status, node.eligible, node.draining)
        for node in nodes or ()
        if node.status is not NodeStatus.DOWN
    }
