"""
The objects that Nomad's state is made of, as frozen values.

A change is a new value (``dataclasses.replace``), so a value that was read may be rendered or
streamed without holding any lock.  Instants are nanoseconds since the epoch, as Nomad's API has
them.  May import the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A JSON object, as the API gives and takes it.  Held ones are never changed in place.
Json = dict[str, Any]

SECOND = 1_000_000_000


def in_go(number: int) -> bool:
    """Whether Nomad can hold a number at all: it has 64 bits for it."""
    return -(2**63) <= number < 2**63


# Statuses, in Nomad's words.
PENDING, RUNNING, DEAD = "pending", "running", "dead"
COMPLETE, FAILED, LOST = "complete", "failed", "lost"
BLOCKED, CANCELED = "blocked", "canceled"
RUN, STOP = "run", "stop"
READY, DOWN, INITIALIZING = "ready", "down", "initializing"
ELIGIBLE, INELIGIBLE = "eligible", "ineligible"

NO_STRINGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Ask:
    """Resources: MHz, MiB and MiB, asked for, offered or in use."""

    cpu: int = 0
    memory: int = 0
    disk: int = 0

    def __add__(self, other: Ask) -> Ask:
        return Ask(self.cpu + other.cpu, self.memory + other.memory, self.disk + other.disk)

    def __sub__(self, other: Ask) -> Ask:
        return Ask(self.cpu - other.cpu, self.memory - other.memory, self.disk - other.disk)

    def shortage(self, offered: Ask) -> str:
        """The first dimension in which this is more than ``offered``; empty if it fits."""
        if self.cpu > offered.cpu:
            return "cpu"
        if self.memory > offered.memory:
            return "memory"
        return "disk" if self.disk > offered.disk else ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: ``left operand right``, where each side may be a ``${…}`` of the node."""

    left: str
    operand: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.operand} {self.right}"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What the scheduler and the client need to know of a task group."""

    name: str
    count: int
    ask: Ask
    constraints: tuple[Constraint, ...]
    drivers: tuple[str, ...]
    wants_devices: bool
    #: The task group's API form, and its tasks' by name.
    spec: Json
    tasks: Mapping[str, Json]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One version of a job; ``spec`` is its API form less what stands in the other fields."""

    id: str
    spec: Json
    groups: tuple[Group, ...]
    datacenters: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    #: All that decides whether this work fits somewhere: jobs of one shape share one fate.
    shape: str
    parent_id: str = ""
    status: str = PENDING
    stop: bool = False
    version: int = 0
    submit_time: int = 0
    create_index: int = 0
    modify_index: int = 0
    job_modify_index: int = 0
    idempotency_token: str = ""

    @property
    def type(self) -> str:
        return str(self.spec["Type"])

    @property
    def priority(self) -> int:
        return int(self.spec["Priority"])

    @property
    def parameterized(self) -> bool:
        """Whether this is a template for children, rather than work."""
        return self.spec["ParameterizedJob"] is not None and not self.spec["Dispatched"]

    def group(self, name: str) -> Group:
        return next(group for group in self.groups if group.name == name)


@dataclass(frozen=True, slots=True, eq=False)
class GroupCounts:
    """The allocations of one task group, by what has become of them."""

    queued: int = 0
    starting: int = 0
    running: int = 0
    complete: int = 0
    failed: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A job's summary: counts of its children, and of its own allocations by group."""

    job_id: str
    groups: Mapping[str, GroupCounts]
    pending: int = 0
    running: int = 0
    dead: int = 0
    create_index: int = 0
    modify_index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """One run of the scheduler for one job: due, blocked, or done."""

    id: str
    job_id: str
    type: str
    priority: int
    triggered_by: str
    status: str = PENDING
    status_description: str = ""
    job_modify_index: int = 0
    node_id: str = ""
    node_modify_index: int = 0
    previous_eval: str = ""
    blocked_eval: str = ""
    next_eval: str = ""
    wait_until: int = 0
    failed_groups: Mapping[str, Json] | None = None
    queued: Mapping[str, int] | None = None
    #: Of a blocked one: whether nodes of a class may run the job at all; None where a constraint
    #: is about what is unique to a node.
    class_eligibility: Mapping[str, bool] | None = field(default_factory=dict)
    snapshot_index: int = 0
    create_index: int = 0
    modify_index: int = 0
    create_time: int = 0
    modify_time: int = 0

    @property
    def over(self) -> bool:
        return self.status not in {PENDING, BLOCKED}


@dataclass(frozen=True, slots=True, eq=False)
class TaskState:
    """Where one task of an allocation stands, and the events that led there."""

    state: str = PENDING
    failed: bool = False
    restarts: int = 0
    last_restart: int = 0
    started_at: int = 0
    finished_at: int = 0
    events: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """One placement of one task group on one node."""

    id: str
    name: str
    eval_id: str
    job: Job
    group: Group
    node_id: str
    node_name: str
    metrics: Json
    desired_status: str = RUN
    desired_description: str = ""
    client_status: str = PENDING
    client_description: str = ""
    states: Mapping[str, TaskState] | None = None
    previous: str = ""
    next: str = ""
    migrate: bool | None = None
    #: When an earlier allocation of this work failed and was replaced: instants.
    rescheduled_at: tuple[int, ...] = ()
    followup_eval: str = ""
    create_index: int = 0
    modify_index: int = 0
    alloc_modify_index: int = 0
    create_time: int = 0
    modify_time: int = 0

    @property
    def client_over(self) -> bool:
        """Whether the client is done with it."""
        return self.client_status in {COMPLETE, FAILED, LOST}

    @property
    def over(self) -> bool:
        """Whether it holds no resources any more, in the servers' reckoning."""
        return self.desired_status != RUN or self.client_over


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One client node, as it has registered itself."""

    id: str
    name: str
    instance_id: str
    node_class: str
    datacenter: str
    offers: Ask
    attributes: Mapping[str, str]
    meta: Mapping[str, str]
    drivers: Mapping[str, Json]
    #: The same for all nodes that differ only in what is unique to each.
    computed_class: str = ""
    http_address: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    status: str = INITIALIZING
    eligibility: str = ELIGIBLE
    drain: Json | None = None
    events: tuple[Json, ...] = ()
    status_updated_at: int = 0
    create_index: int = 0
    modify_index: int = 0

    @property
    def takes_work(self) -> bool:
        return self.status == READY and self.eligibility == ELIGIBLE and self.drain is None
