"""
What one cycle decides, why, and what it hands to the next.

Reasons are made by the code that decides, with the numbers that it used; nothing explains a
decision afterwards.  Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from autoscaler.core.memory import Memory
from autoscaler.core.model import no_counts


class Rule(Enum):
    """A stable code for each rule that can shape a decision; logs, metrics and tests compare it."""

    QUIET = "quiet"
    STANDING_BY = "standing_by"
    PAUSED = "paused"
    INCOMPLETE = "incomplete"
    DEMAND = "demand"
    IN_FLIGHT = "in_flight"
    UNPLACEABLE = "unplaceable"
    NOT_PLACED = "not_placed"
    CONSTRAINT = "constraint"
    QUOTA = "quota"
    QUEUE_HEAD = "queue_head"
    BACKLOG = "backlog"
    LAST_CHANCE = "last_chance"
    LAZY_SINGLE = "lazy_single"
    STEPS = "steps"
    SPARE = "spare"
    SCHEDULE = "schedule"
    UNJOINED = "unjoined"
    NEVER_JOINED = "never_joined"
    LAUNCH_FAILURE = "launch_failure"
    FAIL_OVER = "fail_over"
    PROBE = "probe"
    RETRACT = "retract"
    NOTICE = "notice"
    HOOK = "hook"
    SIZE_MIN = "size_min"
    SIZE_MAX = "size_max"
    MAX_STEP = "max_step"
    SCALE_OUT_COOLDOWN = "scale_out_cooldown"
    UNCORDON = "uncordon"
    CORDON = "cordon"
    SETTLE = "settle"
    RELEASE = "release"
    BUSY_AGAIN = "busy_again"
    STALE_MARK = "stale_mark"
    IDLE_AFTER = "idle_after"
    KEEP_WARM = "keep_warm"
    PACK_TAIL = "pack_tail"
    SCALE_IN_COOLDOWN = "scale_in_cooldown"
    SCALE_IN_STEP = "scale_in_step"
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that shaped the decision, and how, in a clause with its numbers."""

    rule: Rule
    detail: str


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node and the instance under it: what an action needs to name both."""

    node_id: str
    name: str
    instance_id: str
    #: The instance's Auto Scaling group; empty where it has left.
    group: str = ""


@dataclass(frozen=True, slots=True)
class InstanceRef:
    """An instance that is no node of ours (yet, or any more)."""

    instance_id: str
    group: str


@dataclass(frozen=True, slots=True)
class HeldRef:
    """An instance that a lifecycle hook holds, and its node; None where it has none."""

    instance: InstanceRef
    node: NodeRef | None


@dataclass(frozen=True, slots=True)
class Order:
    """A group's desired capacity, before and after."""

    group: str
    current: int
    desired: int

    @property
    def count(self) -> int:
        """How many instances more; below zero for fewer."""
        return self.desired - self.current


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """The pool's nodes by state; each node is in ``ready``, ``cordoned`` or neither."""

    ready: int = 0
    busy: int = 0
    idle: int = 0
    cordoned: int = 0
    in_flight: int = 0
    unjoined: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The group's size and the nodes' fate after this cycle, with every reason."""

    pool: str
    #: The groups' desired capacity together, as read; None where it could not be.
    current: int | None
    #: What it is when all of this has been carried out.
    desired: int | None
    reasons: tuple[Reason, ...]
    memory: Memory
    counts: NodeCounts = NodeCounts()
    #: Pending children that buying would not serve, by job.
    unplaceable: Mapping[str, int] = field(default_factory=no_counts)
    #: Nodes to buy.
    buy: int = 0
    #: From which groups; together they are ``buy``.
    orders: tuple[Order, ...] = ()
    #: Requests that a group cannot fulfil, taken back: down to the instances that it has.
    retract: tuple[Order, ...] = ()
    uncordon: tuple[NodeRef, ...] = ()
    cordon: tuple[NodeRef, ...] = ()
    release: tuple[NodeRef, ...] = ()
    #: Nodes that go while the desired capacity stays: those that AWS advises to leave and the
    #: minimum needs, for which it launches others, and those beyond the desired capacity.
    swap: tuple[NodeRef, ...] = ()
    purge: tuple[NodeRef, ...] = ()
    #: Instances whose node never joined: to be replaced, and those no longer needed.
    replace: tuple[InstanceRef, ...] = ()
    give_up: tuple[InstanceRef, ...] = ()
    #: Instances held by a lifecycle hook: idle ones let go, those at work held on to.
    let_go: tuple[HeldRef, ...] = ()
    hold_on: tuple[InstanceRef, ...] = ()
    #: When something is due before the next interval: a settle or an idle time that ends.
    look_again_at: datetime | None = None
    #: People have paused the pool, or another daemon acts upon it: this is what would be done, and
    #: ``plan`` does none of it.
    paused: bool = False

    @property
    def acts(self) -> bool:
        """Whether anything is to be done; while paused only what holds on to work is."""
        if self.paused:
            return bool(self.hold_on)
        return any(
            (
                self.orders,
                self.retract,
                self.uncordon,
                self.cordon,
                self.release,
                self.swap,
                self.purge,
                self.replace,
                self.give_up,
                self.let_go,
                self.hold_on,
            )
        )

    def placed_only(self, groups: AbstractSet[str]) -> "Decision":
        """As it stands when only the orders of these groups were taken."""
        orders = tuple(order for order in self.orders if order.group in groups)
        return replace(self, orders=orders, buy=sum(order.count for order in orders))

    @property
    def stands_by(self) -> bool:
        """Whether it is ``paused`` because another daemon acts."""
        return any(reason.rule is Rule.STANDING_BY for reason in self.reasons)

    @property
    def paused_why(self) -> str:
        """What keeps it from being done, in a clause, where it is ``paused``."""
        return "this daemon stands by" if self.stands_by else "the pool is paused"

    @property
    def why(self) -> str:
        """All reasons in one line, for people."""
        return "; ".join(reason.detail for reason in self.reasons)
