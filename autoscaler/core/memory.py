"""
What a cycle must know of those before it: the ledger of boots, what was learned, what went wrong.

A frozen value, handed from cycle to cycle and kept across restarts by the journal.  Lost without
harm to correctness: what is learned is learned again, and an idle node idles a while longer.
Pure; imports ``autoscaler.core`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from autoscaler.core.model import FailureKind, NodeFacts
from autoscaler.core.resources import Resources


def _none() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Request:
    """Instances that we asked a group for, and that have not been seen yet."""

    group: str
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Boot:
    """One instance on its way from the request to its first work; None where not yet reached."""

    group: str
    #: When it was asked for: by us, or else when AWS launched it.
    requested_at: datetime
    launched_at: datetime | None = None
    in_service_at: datetime | None = None
    #: Its node is known to Nomad.
    joined_at: datetime | None = None
    #: Nomad places work on it: the boot is over.
    eligible_at: datetime | None = None
    working_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A group whose launches fail: it is tried again, one instance at a time, ever more rarely."""

    kind: FailureKind
    #: Failed launches in a row.
    count: int
    last_at: datetime
    detail: str
    #: The failures that are counted already.
    activity_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NodeTemplate:
    """What a new node is expected to be, from those seen."""

    #: What it offers to children: system jobs' share is off.
    shape: Resources
    facts: NodeFacts | None = None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Children dispatched in a span of time that began then."""

    since: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A child that was seen to have ended well then, and how long it worked."""

    at: datetime
    job: str
    #: Empty: not known.
    profile: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Ends:
    """The children that ended in the last minutes, oldest first; all of them since then."""

    since: datetime
    children: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that is carried from one cycle of a pool to the next."""

    #: Since when each idle node has been idle, by node id.
    idle_since: Mapping[str, datetime] = field(default_factory=_none)
    last_scale_out_at: datetime | None = None
    last_scale_in_at: datetime | None = None
    template: NodeTemplate | None = None
    requests: tuple[Request, ...] = ()
    #: Instances of late, by id.
    boots: Mapping[str, Boot] = field(default_factory=_none)
    #: How long the last boots took, from request to eligible, oldest first.
    boot_seconds: tuple[float, ...] = ()
    #: How long the last children took, oldest first, by job and by profile (empty: not known).
    service_seconds: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=_none)
    #: None until one cycle has seen the pool.
    ends: Ends | None = None
    #: The last quarter of an hour, oldest first.
    arrivals: tuple[Arrivals, ...] = ()
    #: ``JobQueue.dispatched_count`` of the observation before, by job.
    dispatched: Mapping[str, int] = field(default_factory=_none)
    #: Groups whose launches fail, by name.
    troubles: Mapping[str, Trouble] = field(default_factory=_none)
    #: Since when each instance without a node has been seen to have none, by id.
    nodeless_since: Mapping[str, datetime] = field(default_factory=_none)
    #: Instances that were given up in a row because no node of theirs ever joined.
    never_joined_count: int = 0
    #: Since when children have waited for which ready nodes have room; None while none does.
    fitting_since: datetime | None = None
    #: When an instance that a lifecycle hook holds was last held on to, by id.
    heartbeats: Mapping[str, datetime] = field(default_factory=_none)
    last_never_joined_at: datetime | None = None
