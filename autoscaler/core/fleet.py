"""
Join a pool's nodes to the group's instances, and say what each is to us.

Nodes and instances are told apart by whose they are: what somebody else made ineligible or drains
is theirs, no capacity, and never touched.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoscaler.core.decision import NodeCounts, NodeRef
from autoscaler.core.model import Group, Instance, Lifecycle, Node, NodeStatus


@dataclass(frozen=True, slots=True)
class Member:
    """A node on an instance of the group, or a node that has none there (``instance`` is None)."""

    node: Node
    instance: Instance | None
    #: When we cordoned it, by our mark on the instance.
    marked_at: datetime | None = None

    @property
    def ref(self) -> NodeRef:
        """What an action needs to name it."""
        return NodeRef(self.node.node_id, self.node.name, self.node.instance_id or "")

    @property
    def idle(self) -> bool:
        """Whether it runs nothing of ours."""
        return self.node.live_count == 0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every node and instance of a pool, in exactly one of these (or of no concern to us)."""

    #: Nomad places work here.
    ready: tuple[Member, ...]
    #: Cordoned by us, on the way out.
    cordoned: tuple[Member, ...]
    #: Ready, yet marked: a cordon was begun or taken back and not finished.
    stale: tuple[Member, ...]
    #: Down, cordoned by us, and the instance has left: the record in Nomad is all that remains.
    gone: tuple[Member, ...]
    #: Bought and not yet nodes: requested, launching, or in service within the boot timeout.
    in_flight_count: int
    #: In service for longer than the boot timeout, and no ready node.
    unjoined: tuple[Instance, ...]

    @property
    def counts(self) -> NodeCounts:
        """The nodes by state."""
        busy = sum(1 for member in self.ready if not member.idle)
        return NodeCounts(
            ready=len(self.ready),
            busy=busy,
            idle=len(self.ready) - busy,
            cordoned=len(self.cordoned),
            in_flight=self.in_flight_count,
            unjoined=len(self.unjoined),
        )


def muster(nodes: tuple[Node, ...], group: Group, boot_timeout: timedelta, now: datetime) -> Fleet:
    """Sort nodes and instances by what they are to us."""
    instances = {instance.instance_id: instance for instance in group.instances}
    members = [_member(node, instances, group.marks) for node in nodes]
    # A new node can be down for a moment, until its first heartbeat: it is on its way all the same,
    # and one that is lost for good is told from it by its instance's age.
    joined = {
        member.node.instance_id for member in members if member.node.status is NodeStatus.READY
    }
    unborn = [
        instance
        for instance in group.instances
        if instance.lifecycle in (Lifecycle.PENDING, Lifecycle.IN_SERVICE)
        and instance.instance_id not in joined
    ]
    unjoined = tuple(instance for instance in unborn if _overdue(instance, boot_timeout, now))
    present = sum(1 for instance in group.instances if instance.lifecycle is not Lifecycle.LEAVING)
    requested_count = max(0, group.desired - present)
    return Fleet(
        ready=tuple(member for member in members if _is_ready(member)),
        cordoned=tuple(member for member in members if _is_ours_to_release(member)),
        stale=tuple(member for member in members if _is_ready(member) and member.marked_at),
        gone=tuple(member for member in members if _is_gone(member)),
        in_flight_count=requested_count + len(unborn) - len(unjoined),
        unjoined=unjoined,
    )


def _member(node: Node, instances: Mapping[str, Instance], marks: Mapping[str, datetime]) -> Member:
    if node.instance_id is None:
        return Member(node, None)
    return Member(node, instances.get(node.instance_id), marks.get(node.instance_id))


def _is_ready(member: Member) -> bool:
    leaving = member.instance is not None and member.instance.lifecycle is Lifecycle.LEAVING
    return member.node.places_work and not leaving


def _is_ours_to_release(member: Member) -> bool:
    node, instance = member.node, member.instance
    return (
        member.marked_at is not None
        and instance is not None
        and instance.lifecycle is not Lifecycle.LEAVING
        and node.status is NodeStatus.READY
        and not node.eligible
        and not node.draining
    )


def _is_gone(member: Member) -> bool:
    # An instance that is still in the group may be cut off rather than gone, and come back.
    return (
        member.marked_at is not None
        and member.instance is None
        and member.node.status is NodeStatus.DOWN
        and not member.node.eligible
    )


def _overdue(instance: Instance, boot_timeout: timedelta, now: datetime) -> bool:
    return instance.launched_at is not None and now - instance.launched_at > boot_timeout
