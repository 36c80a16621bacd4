"""
What people are shown, as plain frozen values: the API's documents, the page's and the command's.

Field names are the API's.  Instants are aware UTC, lengths are seconds, and None is unknown, never
zero.  Imports the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: ``ready`` nodes are ``busy`` or ``idle``.  ``cordoned``: by us; ``foreign``: made ineligible or
#: drained by somebody else; ``in_flight``: launching, or not joined yet; ``unjoined``: beyond
#: ``boot_timeout``; ``down``: Nomad has lost it; ``leaving``: AWS is ending it or set it aside.
NodeState = Literal[
    "busy", "idle", "cordoned", "foreign", "in_flight", "unjoined", "down", "leaving"
]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that people should look at, and the mend."""

    code: str
    severity: Literal["error", "warning"]
    what: str
    mend: str
    since: datetime
    #: None: the daemon as a whole.
    pool: str | None


@dataclass(frozen=True, slots=True)
class Leadership:
    """
    Whether this daemon acts, where several may serve the same pools.

    ``alone``: no lock is configured, so that only a daemon on this machine would be noticed.
    """

    role: Literal["alone", "leading", "standing_by"]
    #: Who leads, as ``HOST, pid N``; None: not known.
    leader: str | None = None
    #: Since when, by the leader's own clock.
    since: datetime | None = None
    #: Where the lock is; None where there is none.
    lock: str | None = None


#: Of a daemon without a lock, which nobody disturbs.
ALONE = Leadership("alone")


@dataclass(frozen=True, slots=True)
class Paused:
    """The pool is observed, and not acted upon."""

    since: datetime
    until: datetime | None
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class JobQueueStatus:
    """The dispatched children of one parameterized job; figures are None where it was not read."""

    job: str
    pending: int | None
    running: int | None
    unplaceable: int | None
    oldest_seconds: float | None
    #: What Nomad says that they wait for, where that is not capacity.
    held_by: str | None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The pool's queue: its jobs together, and each."""

    pending: int | None
    running: int | None
    unplaceable: int | None
    oldest_seconds: float | None
    #: What ``oldest_seconds`` is measured by, where the strategy has one.
    target_wait_seconds: float | None
    jobs: tuple[JobQueueStatus, ...]


@dataclass(frozen=True, slots=True)
class NodesStatus:
    """How many nodes are in which state; ``ready`` is ``busy`` and ``idle`` together."""

    ready: int | None
    busy: int | None
    idle: int | None
    cordoned: int | None
    in_flight: int | None
    unjoined: int | None
    #: Neither of these: lost, foreign or leaving.
    other: int | None


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """One Auto Scaling group."""

    name: str
    desired: int
    in_service: int
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class ReasonStatus:
    """A rule that shaped the decision, in its own words."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """What was done, or tried."""

    #: A sentence, such as ``ask nomad-clients for 4 instances``.
    what: str
    #: ``applied``, ``given_up`` or ``failed``.
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class DecisionStatus:
    """One cycle: decided what, why, and what became of it."""

    pool: str
    cycle_id: str
    at: datetime
    outcome: Literal["applied", "no_op", "failed"]
    seconds: float
    current: int | None
    #: What it is when all of this has been done; of a paused pool what it would be.
    desired: int | None
    #: The whole decision in words.
    why: str
    reasons: tuple[ReasonStatus, ...]
    actions: tuple[ActionStatus, ...]
    #: The pool was paused: nothing of this is done.
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """One pool now."""

    name: str
    paused: Paused | None
    queue: QueueStatus
    nodes: NodesStatus
    #: None where they could not be read.
    groups: tuple[GroupStatus, ...] | None
    #: Our bounds; the groups' own hold as well.
    size_min: int
    size_max: int
    #: None until the first cycle has ended.
    decision: DecisionStatus | None
    last_success_at: datetime | None
    #: The median from request to eligible; None until one has been measured.
    boot_seconds: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at a glance; nodes and history are documents of their own."""

    at: datetime
    version: str
    pid: int
    started_at: datetime
    dry_run: bool
    leadership: Leadership
    interval_seconds: float
    #: Grows with whatever changes below.
    revision: int
    pools: tuple[PoolStatus, ...]
    #: The last capacity changes and failures of actions of all pools, newest first.
    changes: tuple[DecisionStatus, ...]
    #: Errors first.
    wrongs: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class RunningStatus:
    """A live allocation on a node."""

    job: str
    child: str | None
    profile: str | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class NodeStatusDocument:
    """One node, or an instance that is not one yet."""

    pool: str
    state: NodeState
    #: None of an instance that has not joined.
    node_id: str | None
    name: str | None
    instance_id: str | None
    group: str | None
    #: In this state; None: not known.
    since: datetime | None
    #: A clause for people, such as ``launching for 40 s``.
    note: str
    running: tuple[RunningStatus, ...]
    #: MHz and MiB; None of an instance that has not joined.
    cpu_allocated: int | None
    cpu_total: int | None
    memory_allocated: int | None
    memory_total: int | None


@dataclass(frozen=True, slots=True)
class Nodes:
    """Every node of every pool; those of a pool whose nodes were not read are left out."""

    at: datetime
    revision: int
    nodes: tuple[NodeStatusDocument, ...]
    #: Pools whose nodes could not be read, so that none are listed.
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """The last decisions that were news, newest first."""

    decisions: tuple[DecisionStatus, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A minute of a pool; figures that nobody could read in it are None."""

    at: datetime
    #: The most that waited.
    pending: int | None
    running: int | None
    oldest_seconds: float | None
    busy: int | None
    idle: int | None
    cordoned: int | None
    in_flight: int | None
    desired: int | None


@dataclass(frozen=True, slots=True)
class PoolHistory:
    """A pool's minutes, oldest first; a minute without a cycle is missing."""

    pool: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The last hours of every pool."""

    step_seconds: int
    pools: tuple[PoolHistory, ...]
