"""
What was observed of one pool: its queue, its nodes and its groups, as plain frozen values.

A part that could not be read is ``None`` and named in ``Observation.missing``: unknown is never
zero.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

from autoscaler.core.pause import Pause
from autoscaler.core.resources import Ask, Resources

_NOTHING = Resources()


@dataclass(frozen=True, slots=True)
class Constraint:
    """
    What a job wants of its node, in the words of its specification.

    Besides Nomad's operators there is ``datacenters``, whose value is the job's list with commas:
    names that may hold ``*``.
    """

    #: What is looked at, such as ``${attr.cpu.arch}`` or ``${node.class}``.
    target: str
    operator: str
    value: str

    @property
    def text(self) -> str:
        """For people."""
        return f"{self.target} {self.operator} {self.value}".strip()


@dataclass(frozen=True, slots=True)
class GroupAsk:
    """A task group of a parameterized job: what each child of the job wants placed."""

    name: str
    ask: Ask
    #: Allocations in each child.
    count: int = 1
    #: Whether those of one child must be on different nodes.
    distinct_hosts: bool = False
    #: The job's, the group's and its tasks', datacenters, node pool and drivers included.
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """Children that were dispatched together, as far as is known."""

    dispatched_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that completed, and how long it worked: one sample of the service time."""

    profile: str | None
    seconds: float
    #: Its own id, when it was dispatched and when it was placed, where that is known.
    child: str | None = None
    dispatched_at: datetime | None = None
    placed_at: datetime | None = None


class WaitsFor(Enum):
    """What Nomad says that a pending child waits for.  Only capacity can be bought."""

    CAPACITY = "capacity"
    CONSTRAINT = "constraint"
    QUOTA = "quota"
    #: Another job at the head of Nomad's batch queue, which cannot be placed itself.
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Nomad's own word on the children that have waited longest, from their evaluations."""

    waits_for: WaitsFor
    #: For people: the constraint, the quota or the job that holds them.
    detail: str


@dataclass(frozen=True, slots=True)
class JobQueue:
    """The dispatched children of one parameterized job."""

    job: str
    #: Children that wait for a node: the queue depth.
    pending_count: int
    running_count: int
    groups: tuple[GroupAsk, ...]
    #: Nomad places jobs of a higher one first.
    priority: int = 50
    #: The children that wait, oldest first.  May be fewer than are pending, never more.
    waiting: tuple[Cohort, ...] = ()
    #: How far Nomad's own count of pending children is off the list of them (its known drift).
    drift_count: int = 0
    #: Children ever dispatched, as far as Nomad still knows; only its growth has a meaning.
    dispatched_count: int | None = None
    #: None until Nomad has evaluated one that waits.
    verdict: Verdict | None = None
    #: Children that ended well since the observation before.
    finished: tuple[Finished, ...] = ()

    @property
    def oldest_pending_at(self) -> datetime | None:
        """When the child that waits longest was dispatched, as far as is known."""
        return self.waiting[0].dispatched_at if self.waiting and self.pending_count else None


class NodeStatus(Enum):
    """Nomad's word for a client node's state; others it may add are ``OTHER``: no capacity."""

    INITIALIZING = "initializing"
    READY = "ready"
    DOWN = "down"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """
    What constraints can look at: ``attr.…``, ``meta.…``, ``node.class`` and the like, by name.

    Nodes of one kind share them: those that are unique to a node are left out.
    """

    #: Nomad's computed class: equal for nodes with equal facts.
    kind: str
    values: Mapping[str, str] = field(compare=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A live allocation of any job but system jobs: at least one of its tasks may still run."""

    #: The parameterized job that it is a child of; else its own.
    job: str
    #: When its first task began; None while none has.
    started_at: datetime | None = None
    #: When Nomad placed it.
    placed_at: datetime | None = None
    profile: str | None = None
    #: The child's own id; None of what is no child, or where it was not read.
    child: str | None = None


def _less(whole: Resources, part: Resources) -> Resources:
    return whole if part is _NOTHING or part == _NOTHING else whole - part


class _WorkedOut:
    """Room for what follows from a node's fields, asked for often and worked out once."""

    __slots__ = ("_free", "_offers")
    _free: Resources
    _offers: Resources


@dataclass(frozen=True, slots=True)
class Node(_WorkedOut):
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
    #: What its live allocations hold, those of system jobs included.
    allocated: Resources = _NOTHING
    #: Of that, what system jobs hold.
    system: Resources = _NOTHING
    running: tuple[Running, ...] = ()
    facts: NodeFacts | None = None

    @property
    def live_count(self) -> int:
        """Allocations with a live task, those of system jobs left out."""
        return len(self.running)

    @property
    def offers(self) -> Resources:
        """What it has for children when none is there: what system jobs hold is off."""
        try:
            return self._offers
        except AttributeError:
            object.__setattr__(self, "_offers", _less(self.capacity, self.system))
            return self._offers

    @property
    def free(self) -> Resources:
        """What is left for more."""
        try:
            return self._free
        except AttributeError:
            object.__setattr__(self, "_free", _less(self.capacity, self.allocated))
            return self._free

    @property
    def places_work(self) -> bool:
        """Whether Nomad places new allocations here now."""
        return self.status is NodeStatus.READY and self.eligible and not self.draining


class Lifecycle(Enum):
    """An instance's place in the group's life cycle, AWS's many states in five."""

    PENDING = "pending"
    IN_SERVICE = "in_service"
    #: About to be terminated, and held by a lifecycle hook until that is completed.
    HELD = "held"
    #: Terminating or detaching, at whichever step.
    LEAVING = "leaving"
    #: Standby and warmed ones: in the group, not in service.
    ASIDE = "aside"


class NoticeKind(Enum):
    """What AWS can announce of an instance."""

    SPOT_INTERRUPTION = "spot_interruption"
    REBALANCE = "rebalance"


@dataclass(frozen=True, slots=True)
class Notice:
    """AWS will take this instance, or advises to leave it."""

    kind: NoticeKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Instance:
    """A member of an Auto Scaling group."""

    instance_id: str
    lifecycle: Lifecycle
    protected: bool
    #: None where it was not asked for: only instances that have no node need it.
    launched_at: datetime | None = None
    notice: Notice | None = None


class FailureKind(Enum):
    """Why AWS could not launch an instance."""

    #: No such instances to be had in the zone now.
    CAPACITY = "capacity"
    #: No spot capacity at this price, or none at all.
    SPOT = "spot"
    #: The account's limit is reached.
    QUOTA = "quota"
    #: The launch template, or what it names, is wrong.
    TEMPLATE = "template"
    #: The service role lacks a right.
    PERMISSION = "permission"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LaunchFailure:
    """A scaling activity that ended without an instance."""

    activity_id: str
    at: datetime
    kind: FailureKind
    #: AWS's own words.
    detail: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A lifecycle hook of the group on termination: it holds an instance until completed."""

    name: str
    #: After so long without a heartbeat AWS goes on by itself.
    timeout: timedelta


class _Counted:
    """Room for what follows from a group's fields, asked for often and worked out once."""

    __slots__ = ("_present_count",)
    _present_count: int


@dataclass(frozen=True, slots=True)
class Group(_Counted):
    """An Auto Scaling group, and our marks on its instances."""

    name: str
    desired: int
    size_min: int
    size_max: int
    instances: tuple[Instance, ...]
    #: Instances that carry our mark, with the time when we cordoned their node.
    marks: Mapping[str, datetime]
    suspended: frozenset[str] = frozenset()
    #: Whether new instances are protected from scale-in.
    protects_new: bool = True
    #: Failed launches of late, oldest first; read only while instances are waited for.
    failures: tuple[LaunchFailure, ...] = ()
    hooks: tuple[Hook, ...] = ()

    @property
    def present_count(self) -> int:
        """Instances that count towards the desired capacity: neither leaving nor set aside."""
        try:
            return self._present_count
        except AttributeError:
            counted = (Lifecycle.PENDING, Lifecycle.IN_SERVICE)
            count = sum(1 for instance in self.instances if instance.lifecycle in counted)
            object.__setattr__(self, "_present_count", count)
            return count


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the world that could not be read."""

    #: The outside system: ``nomad`` or ``aws``.
    stage: str
    #: The part: ``queue``, ``nodes`` or ``group``.
    part: str
    detail: str


@dataclass(frozen=True, slots=True)
class Window:
    """A schedule that is in force: so many nodes at least, until then."""

    cron: str
    size_min: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """One consistent picture of a pool."""

    pool: str
    #: The queues that could be read; one that could not is in ``missing``.
    queues: tuple[JobQueue, ...]
    nodes: tuple[Node, ...] | None
    #: The pool's groups in order of preference: all of them, or None.
    groups: tuple[Group, ...] | None
    missing: tuple[Missing, ...] = ()
    windows: tuple[Window, ...] = ()
    #: In force now: the pool is observed and decided on, and not acted upon.
    pause: Pause | None = None
    #: Why this daemon leaves acting to another, in a clause; empty where it acts itself.
    standing_by: str = ""

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


def no_counts() -> Mapping[str, int]:
    """An empty mapping that nobody can fill."""
    return MappingProxyType({})
