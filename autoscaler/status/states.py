"""
Every node and instance of a pool with the one state that it is shown in.

The sorting is the core's own (``fleet.muster``), so that what is listed adds up to what is counted.
Pure; imports core, ports and status.documents.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from autoscaler.core.fleet import Fleet, Member, members_of, muster
from autoscaler.core.model import Group, Instance, Lifecycle, NodeStatus
from autoscaler.core.troubles import failing
from autoscaler.ports import CycleReport
from autoscaler.status.documents import NodeState


@dataclass(frozen=True, slots=True)
class Entry:
    """A node, an instance that is none yet, or one that was asked for (then both are None)."""

    state: NodeState
    #: Empty where it is in none of the pool's groups.
    group: str
    member: Member | None = None
    instance: Instance | None = None

    @property
    def key(self) -> str | None:
        """What tells it from others for as long as it lives; None of what has only been asked."""
        if self.member is not None:
            return self.member.node.node_id
        return self.instance.instance_id if self.instance is not None else None

    @property
    def draining(self) -> bool:
        """Whether somebody drains the node."""
        return self.member is not None and self.member.node.draining


@dataclass(frozen=True, slots=True)
class Sightings:
    """
    Since when each node has been in its state, as far as this daemon has seen.

    None in place of an instant: it was in that state when the pool was first looked at.
    """

    since: Mapping[str, tuple[NodeState, datetime | None]]

    def after(self, entries: Iterable[Entry], now: datetime) -> "Sightings":
        """With what one more cycle saw."""
        before, seen = self.since, {}
        for entry in entries:
            key = entry.key
            if key is None:
                continue
            known = before.get(key)
            same = known is not None and known[0] == entry.state
            seen[key] = known if known is not None and same else (entry.state, now)
        return Sightings(seen)

    @staticmethod
    def first(entries: Iterable[Entry]) -> "Sightings":
        """Of the first cycle: whatever is, may have been so for long."""
        return Sightings({one.key: (one.state, None) for one in entries if one.key is not None})


def entries_of(report: CycleReport) -> tuple[Entry, ...] | None:
    """Nodes first, as they were read; None where the nodes or the groups were not."""
    nodes, groups = report.observation.nodes, report.observation.groups
    if nodes is None or groups is None:
        return None
    memory, boot_timeout = report.decision.memory, report.settings.boot_timeout
    stuck = failing(memory)
    fleet = muster(nodes, groups, boot_timeout, report.now, stuck, memory.nodeless_since)
    places = _Places(fleet)
    of_nodes = [
        Entry(places.state_of(member), member.group, member, member.instance)
        for member in members_of(nodes, groups)
    ]
    known = {node.instance_id for node in nodes}
    return (*of_nodes, *_bare(groups, known, places), *_asked_for(fleet))


class _Places:
    """Where the fleet has which node or instance, by its id."""

    def __init__(self, fleet: Fleet) -> None:
        self._ready = {one.node.node_id for one in fleet.ready}
        self._cordoned = {one.node.node_id for one in fleet.cordoned}
        self._unjoined = {one.instance_id for one in fleet.unjoined}
        self._in_flight = {one.instance_id for one in fleet.in_flight} - {None}

    def state_of(self, member: Member) -> NodeState:
        """Of a node."""
        node = member.node
        if node.node_id in self._ready:
            return "busy" if node.running else "idle"
        if node.node_id in self._cordoned:
            return "cordoned"
        if node.status is not NodeStatus.READY:
            joining = self._joining(node.instance_id)
            if joining is not None:
                return joining
        if member.warned or member.lifecycle in (Lifecycle.LEAVING, Lifecycle.ASIDE):
            return "leaving"
        if node.status is not NodeStatus.READY:
            return "down"
        # Ours, and its instance has left the group: what remains is its record in Nomad.
        gone = member.marked_at is not None and not node.eligible and not node.draining
        return "leaving" if gone else "foreign"

    def state_of_bare(self, instance: Instance) -> NodeState:
        """Of an instance that Nomad knows nothing of."""
        return self._joining(instance.instance_id) or "leaving"

    def _joining(self, instance_id: str | None) -> NodeState | None:
        if instance_id in self._unjoined:
            return "unjoined"
        if instance_id in self._in_flight:
            # An instance is one, also where Nomad keeps an old record of it beside the new.
            self._in_flight.discard(instance_id)
            return "in_flight"
        return None


def _bare(groups: Iterable[Group], known: Iterable[str | None], places: _Places) -> Iterator[Entry]:
    joined = frozenset(known)
    for group in groups:
        for instance in group.instances:
            if instance.instance_id not in joined:
                yield Entry(places.state_of_bare(instance), group.name, None, instance)


def _asked_for(fleet: Fleet) -> Iterator[Entry]:
    """AWS has yet to launch them."""
    for one in fleet.in_flight:
        if one.instance_id is None:
            yield Entry("in_flight", one.group)
