"""
Join a pool's nodes to the groups' instances, and say what each is to us.

Nodes and instances are told apart by whose they are: what somebody else made ineligible or drains
is theirs, no capacity, and never touched.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from autoscaler.core.decision import InstanceRef, NodeCounts, NodeRef
from autoscaler.core.model import Group, Instance, Lifecycle, Node, NodeStatus

#: A member of an enumeration takes a while to be looked up.
_IN_SERVICE = Lifecycle.IN_SERVICE
_READY = NodeStatus.READY
#: Nodes tell a Nomad that was restored of themselves with their next heartbeat.
_HEARD_WITHIN = timedelta(minutes=2)
_EVER = datetime.min.replace(tzinfo=UTC)


class Member(NamedTuple):
    """A node on an instance of a group, or a node that has none there (``instance`` is None)."""

    node: Node
    instance: Instance | None
    group: str = ""
    #: When we cordoned it, by our mark on the instance.
    marked_at: datetime | None = None

    @property
    def ref(self) -> NodeRef:
        """What an action needs to name it."""
        return NodeRef(self.node.node_id, self.node.name, self.node.instance_id or "", self.group)

    @property
    def instance_ref(self) -> InstanceRef:
        """What an action on its instance alone needs."""
        return InstanceRef(self.node.instance_id or "", self.group)

    @property
    def idle(self) -> bool:
        """Whether it runs nothing of ours."""
        return not self.node.running

    @property
    def warned(self) -> bool:
        """Whether AWS takes it, or advises to leave it."""
        if self.instance is None:
            return False
        return self.instance.notice is not None or self.instance.lifecycle is Lifecycle.HELD

    @property
    def lifecycle(self) -> Lifecycle | None:
        """Its instance's place in the group's life cycle."""
        return self.instance.lifecycle if self.instance else None


@dataclass(frozen=True, slots=True)
class InFlight:
    """An instance that is bought and not yet a node; None where AWS has not launched it yet."""

    group: str
    instance_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every node and instance of a pool, in exactly one of these (or of no concern to us)."""

    #: Nomad places work here, and AWS has nothing against it.
    ready: tuple[Member, ...]
    #: Nomad places work here, and AWS will take it: no capacity.
    warned: tuple[Member, ...] = ()
    #: Cordoned by us, on the way out.
    cordoned: tuple[Member, ...] = ()
    #: Ready, yet marked: a cordon was begun or taken back and not finished.
    stale: tuple[Member, ...] = ()
    #: Down, cordoned by us, and the instance has left: the record in Nomad is all that remains.
    gone: tuple[Member, ...] = ()
    #: Held by a lifecycle hook: those with work on them, idle ones, and those that are no nodes.
    held_busy: tuple[Member, ...] = ()
    held_idle: tuple[Member, ...] = ()
    held_bare: tuple[InstanceRef, ...] = ()
    #: Bought and not yet nodes: requested, launching, or in service within the boot timeout.
    in_flight: tuple[InFlight, ...] = ()
    #: For longer than the boot timeout no ready node; of these, whose node Nomad never knew.
    unjoined: tuple[InstanceRef, ...] = ()
    never_joined: tuple[InstanceRef, ...] = ()

    @property
    def counts(self) -> NodeCounts:
        """The nodes by state."""
        busy = sum(1 for member in self.ready if member.node.running)
        return NodeCounts(
            ready=len(self.ready),
            busy=busy,
            idle=len(self.ready) - busy,
            cordoned=len(self.cordoned),
            in_flight=len(self.in_flight),
            unjoined=len(self.unjoined),
        )


def muster(
    nodes: tuple[Node, ...],
    groups: tuple[Group, ...],
    boot_timeout: timedelta,
    now: datetime,
    stuck: frozenset[str] = frozenset(),
    nodeless_since: Mapping[str, datetime] = MappingProxyType({}),
) -> Fleet:
    """
    Sort nodes and instances by what they are to us.

    What was asked of a group that is ``stuck`` (its launches fail) is not on its way.
    ``nodeless_since`` tells since when instances have been seen without a node: only then does
    their boot time run out.
    """
    requested = [
        InFlight(group.name)
        for group in groups
        if group.name not in stuck
        for _ in range(group.desired - group.present_count)
    ]
    ready: list[Member] = []
    special: list[Member] = []
    for member in members_of(nodes, groups):
        # Most are ready and no more is to be said of them: the others are looked at more closely.
        if _is_ordinary(member):
            ready.append(member)
            continue
        special.append(member)
        if _is_ready(member) and not member.warned:
            ready.append(member)
    # A new node can be down for a moment, until its first heartbeat: it is on its way all the same,
    # and one that is lost for good is told from it by its instance's age.
    joined = {node.instance_id for node in nodes if node.status is _READY}
    if not special and len(joined) == sum(len(group.instances) for group in groups):
        return Fleet(tuple(ready), in_flight=tuple(requested))
    known = {node.instance_id for node in nodes}
    unborn = [
        (InstanceRef(instance.instance_id, group.name), instance)
        for group in groups
        for instance in group.instances
        if instance.lifecycle in (Lifecycle.PENDING, Lifecycle.IN_SERVICE)
        and instance.instance_id not in joined
    ]
    unjoined = [
        ref
        for ref, instance in unborn
        if _overdue(instance, boot_timeout, now)
        and (ref.instance_id in known or _absent(ref, nodeless_since, boot_timeout, now))
    ]
    overdue = set(unjoined)
    held = [member for member in special if member.lifecycle is Lifecycle.HELD]
    launched = [
        InFlight(ref.group, ref.instance_id)
        for ref, instance in unborn
        if ref not in overdue and instance.notice is None
    ]
    able = [member for member in special if _is_ready(member)]
    return Fleet(
        ready=tuple(ready),
        warned=tuple(member for member in able if member.warned),
        cordoned=tuple(member for member in special if _is_ours_to_release(member)),
        stale=tuple(member for member in able if member.marked_at and not member.warned),
        gone=tuple(member for member in special if _is_gone(member)),
        held_busy=tuple(member for member in held if _may_work(member)),
        held_idle=tuple(member for member in held if not _may_work(member)),
        held_bare=tuple(
            ref
            for ref in held_instances(groups)
            if ref.instance_id not in known and _absent(ref, nodeless_since, _HEARD_WITHIN, now)
        ),
        in_flight=(*launched, *requested),
        unjoined=tuple(unjoined),
        never_joined=tuple(ref for ref in unjoined if ref.instance_id not in known),
    )


def members_of(nodes: Iterable[Node], groups: Sequence[Group]) -> list[Member]:
    """Each node with the instance that it is on."""
    instances = {one.instance_id: (one, group.name) for group in groups for one in group.instances}
    marks = {key: at for group in groups for key, at in group.marks.items()}
    members = []
    for node in nodes:
        instance_id = node.instance_id
        if instance_id is None:
            members.append(Member(node, None))
            continue
        instance, group_name = instances.get(instance_id, (None, ""))
        members.append(Member(node, instance, group_name, marks.get(instance_id)))
    return members


def held_instances(groups: Iterable[Group]) -> tuple[InstanceRef, ...]:
    """The instances that a lifecycle hook holds."""
    return tuple(
        InstanceRef(instance.instance_id, group.name)
        for group in groups
        for instance in group.instances
        if instance.lifecycle is Lifecycle.HELD
    )


def _is_ordinary(member: Member) -> bool:
    """Whether it is ready and no more is to be said of it."""
    node, instance, _, marked_at = member
    return (
        instance is not None
        and instance.lifecycle is _IN_SERVICE
        and instance.notice is None
        and marked_at is None
        and node.places_work
    )


def _may_work(member: Member) -> bool:
    """What runs on a node that Nomad has lost touch with is not known, which is not nothing."""
    return not member.idle or member.node.status is not NodeStatus.READY


def _is_ready(member: Member) -> bool:
    return member.node.places_work and member.lifecycle is not Lifecycle.LEAVING


def _is_ours_to_release(member: Member) -> bool:
    node = member.node
    return (
        member.marked_at is not None
        and member.lifecycle not in (None, Lifecycle.LEAVING, Lifecycle.HELD)
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


def _absent(
    ref: InstanceRef, nodeless_since: Mapping[str, datetime], least: timedelta, now: datetime
) -> bool:
    """Whether it has been seen without a node for so long."""
    return now - nodeless_since.get(ref.instance_id, _EVER) >= least
