"""
What was observed of one pool: its queue, its nodes and its group, as plain frozen values.

A part that could not be read is ``None`` and named in ``Observation.missing``: unknown is never
zero.  Pure; imports the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Resources:
    """An amount of what Nomad schedules by: MHz of CPU, MiB of memory, MiB of disk."""

    cpu_mhz: int = 0
    memory_mib: int = 0
    disk_mib: int = 0

    def __add__(self, other: "Resources") -> "Resources":
        """The two together."""
        return Resources(
            self.cpu_mhz + other.cpu_mhz,
            self.memory_mib + other.memory_mib,
            self.disk_mib + other.disk_mib,
        )

    def __sub__(self, other: "Resources") -> "Resources":
        """What is left; below zero where more is used than there is."""
        return self + other.times(-1)

    def times(self, count: int) -> "Resources":
        """That many of it."""
        return Resources(self.cpu_mhz * count, self.memory_mib * count, self.disk_mib * count)

    def at_most(self, other: "Resources") -> "Resources":
        """The smaller of the two in each dimension."""
        return Resources(
            min(self.cpu_mhz, other.cpu_mhz),
            min(self.memory_mib, other.memory_mib),
            min(self.disk_mib, other.disk_mib),
        )

    def room_for(self, ask: "Resources") -> int:
        """
        How many such asks fit here.

        Nomad asks for at least 1 MHz and 10 MiB, so an ask is never nothing.
        """
        pairs = (
            (self.cpu_mhz, ask.cpu_mhz),
            (self.memory_mib, ask.memory_mib),
            (self.disk_mib, ask.disk_mib),
        )
        return max(0, min((have // want for have, want in pairs if want > 0), default=0))

    def exceeded_by(self, ask: "Resources") -> tuple[str, ...]:
        """The dimensions in which one such ask does not fit, each with its numbers."""
        pairs = (
            ("cpu", "MHz", self.cpu_mhz, ask.cpu_mhz),
            ("memory", "MiB", self.memory_mib, ask.memory_mib),
            ("disk", "MiB", self.disk_mib, ask.disk_mib),
        )
        return tuple(
            f"{name} {want} {unit} of {have} {unit}"
            for name, unit, have, want in pairs
            if want > have
        )


@dataclass(frozen=True, slots=True)
class JobQueue:
    """The dispatched children of one parameterized job."""

    job: str
    #: Children that wait for a node: the queue depth.
    pending_count: int
    running_count: int
    #: What one child takes of a node.
    ask: Resources
    #: When the child that waits longest was dispatched, as far as is known.
    oldest_pending_at: datetime | None = None
    #: How far Nomad's own count of pending children is off the list of them (its known drift).
    drift_count: int = 0


class NodeStatus(Enum):
    """Nomad's word for a client node's state; others it may add are ``OTHER``: no capacity."""

    INITIALIZING = "initializing"
    READY = "ready"
    DOWN = "down"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Node:
    """A Nomad client node of this pool."""

    node_id: str
    name: str
    #: The EC2 instance that it runs on; None where Nomad's fingerprint does not say.
    instance_id: str | None
    status: NodeStatus
    eligible: bool
    draining: bool
    #: What it offers: total less reserved.
    capacity: Resources
    #: What its live allocations hold.
    allocated: Resources
    #: Allocations with a live task, those of system jobs left out.
    live_count: int

    @property
    def free(self) -> Resources:
        """What is left for more."""
        return self.capacity - self.allocated

    @property
    def places_work(self) -> bool:
        """Whether Nomad places new allocations here now."""
        return self.status is NodeStatus.READY and self.eligible and not self.draining


class Lifecycle(Enum):
    """An instance's place in the group's life cycle, AWS's many states in four."""

    PENDING = "pending"
    IN_SERVICE = "in_service"
    #: Terminating or detaching, at whichever step.
    LEAVING = "leaving"
    #: Standby and warmed ones: in the group, not in service.
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Instance:
    """A member of the Auto Scaling group."""

    instance_id: str
    lifecycle: Lifecycle
    protected: bool
    #: None where it was not asked for: only instances that have no node need it.
    launched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The Auto Scaling group, and our marks on its instances."""

    name: str
    desired: int
    size_min: int
    size_max: int
    instances: tuple[Instance, ...]
    #: Instances that carry our mark, with the time when we cordoned their node.
    marks: Mapping[str, datetime]
    suspended: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the world that could not be read."""

    #: The outside system: ``nomad`` or ``aws``.
    stage: str
    #: The part: ``queue``, ``nodes`` or ``group``.
    part: str
    detail: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One consistent picture of a pool."""

    pool: str
    #: The queues that could be read; one that could not is in ``missing``.
    queues: tuple[JobQueue, ...]
    nodes: tuple[Node, ...] | None
    group: Group | None
    missing: tuple[Missing, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every part was read."""
        return not self.missing

    @property
    def pending_count(self) -> int:
        """The queue depth over all jobs that could be read."""
        return sum(queue.pending_count for queue in self.queues)

    @property
    def running_count(self) -> int:
        """Running children over all jobs that could be read."""
        return sum(queue.running_count for queue in self.queues)
