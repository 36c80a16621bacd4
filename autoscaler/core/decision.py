"""
What one cycle decides, why, and what it hands to the next.

Reasons are made by the code that decides, with the numbers that it used; nothing explains a
decision afterwards.  Pure; imports ``autoscaler.core.model`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from autoscaler.core.model import Resources


class Rule(Enum):
    """A stable code for each rule that can shape a decision; logs, metrics and tests compare it."""

    QUIET = "quiet"
    INCOMPLETE = "incomplete"
    DEMAND = "demand"
    IN_FLIGHT = "in_flight"
    UNPLACEABLE = "unplaceable"
    UNJOINED = "unjoined"
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


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """The pool's nodes by state; each node is in ``ready``, ``cordoned`` or neither."""

    ready: int = 0
    busy: int = 0
    idle: int = 0
    cordoned: int = 0
    in_flight: int = 0
    unjoined: int = 0


def _no_times() -> Mapping[str, datetime]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Memory:
    """
    What a cycle must know of those before it.  Lost without harm: a node then idles a while longer.
    """

    #: Since when each idle node has been idle, by node id.
    idle_since: Mapping[str, datetime] = field(default_factory=_no_times)
    last_scale_out_at: datetime | None = None
    last_scale_in_at: datetime | None = None
    #: What a node of this pool was last seen to offer.
    shape: Resources | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The group's size and the nodes' fate after this cycle, with every reason."""

    pool: str
    #: The group's desired capacity as read; None where it could not be.
    current: int | None
    #: The desired capacity when all of this has been carried out.
    desired: int | None
    reasons: tuple[Reason, ...]
    memory: Memory
    counts: NodeCounts = NodeCounts()
    #: Pending children that no node of this pool can ever hold, by job.
    unplaceable: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    #: Nodes to buy.
    buy: int = 0
    uncordon: tuple[NodeRef, ...] = ()
    cordon: tuple[NodeRef, ...] = ()
    release: tuple[NodeRef, ...] = ()
    purge: tuple[NodeRef, ...] = ()
    #: When something is due before the next interval: a settle or an idle time that ends.
    look_again_at: datetime | None = None

    @property
    def acts(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.buy or self.uncordon or self.cordon or self.release or self.purge)

    @property
    def why(self) -> str:
        """All reasons in one line, for people."""
        return "; ".join(reason.detail for reason in self.reasons)
