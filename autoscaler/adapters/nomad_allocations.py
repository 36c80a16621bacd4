"""
What lives on the nodes, from ``/v1/allocations?resources=true``.

Pure; imports core and the Nomad modules beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autoscaler.adapters.nomad_amounts import allocated
from autoscaler.adapters.nomad_replies import instant, instant_of, is_child, parent_of
from autoscaler.core.model import Running
from autoscaler.core.resources import Resources

_LIVE = frozenset({"pending", "running", "unknown"})
_SYSTEM = frozenset({"system", "sysbatch"})


@dataclass(frozen=True, slots=True)
class Allocation:
    """An allocation that lives."""

    allocation_id: str
    node_id: str
    namespace: str
    #: The child itself, not its parent.
    job: str
    is_system: bool
    holds: Resources
    started_at: datetime | None
    placed_at: datetime

    def running(self, profile: str | None, namespace: str, now: datetime) -> Running:
        """
        In the core's terms, for jobs of ``namespace``; a job of another is named ``job@other``.

        A node's clock may be ahead of ours: nothing began later than now.
        """
        job = parent_of(self.job)
        return Running(
            job if self.namespace == namespace else f"{job}@{self.namespace}",
            None if self.started_at is None else min(self.started_at, now),
            min(self.placed_at, now),
            profile,
            self.job if is_child(self.job) else None,
        )


@dataclass(frozen=True, slots=True)
class Load:
    """What the live allocations of one node hold."""

    allocations: tuple[Allocation, ...] = ()

    @property
    def allocated(self) -> Resources:
        """All of them together."""
        return sum((one.holds for one in self.allocations), Resources())

    @property
    def system(self) -> Resources:
        """Those of system jobs, which come to every node."""
        return sum((one.holds for one in self.allocations if one.is_system), Resources())


def live_allocations(
    stubs: Iterable[Mapping[str, Any]], known: Mapping[str, Allocation]
) -> list[Allocation]:
    """Those that live; what a ``known`` one holds is not reckoned again, for it never changes."""
    return [_allocation(stub, known.get(stub["ID"])) for stub in stubs if is_live(stub)]


def by_node(allocations: Iterable[Allocation]) -> dict[str, Load]:
    """What each node holds; a node with nothing is not there."""
    found: dict[str, list[Allocation]] = {}
    for one in allocations:
        found.setdefault(one.node_id, []).append(one)
    return {node_id: Load(tuple(items)) for node_id, items in found.items()}


def is_live(allocation: Mapping[str, Any]) -> bool:
    """
    Whether any task of it may still run.

    An allocation can be called complete while a poststop task (an upload, say) is at work.
    """
    status = allocation["ClientStatus"]
    if status in _LIVE:
        return True
    tasks = allocation.get("TaskStates") or {}
    return status != "lost" and any(task["State"] != "dead" for task in tasks.values())


def is_system(job_type: str) -> bool:
    """Whether jobs of this type keep no node: they come to every node and go with it."""
    return job_type in _SYSTEM


def worked_seconds(allocation: Mapping[str, Any]) -> float | None:
    """
    From the first start of a task to the last end of one, of an allocation that ended well.

    None of any other: how long a failed child worked says nothing of the next.
    """
    if allocation["ClientStatus"] != "complete":
        return None
    states = (allocation.get("TaskStates") or {}).values()
    starts = [at for state in states if (at := instant_of(state.get("StartedAt")))]
    ends = [at for state in states if (at := instant_of(state.get("FinishedAt")))]
    if not starts or not ends:
        return None
    seconds = (max(ends) - min(starts)).total_seconds()
    return seconds if seconds >= 0 else None


def _allocation(stub: Mapping[str, Any], known: Allocation | None) -> Allocation:
    states = (stub.get("TaskStates") or {}).values()
    starts = [at for state in states if (at := instant_of(state.get("StartedAt")))]
    return Allocation(
        allocation_id=stub["ID"],
        node_id=stub["NodeID"],
        namespace=stub.get("Namespace") or "default",
        job=stub["JobID"],
        is_system=is_system(stub["JobType"]),
        holds=known.holds if known else allocated(stub["AllocatedResources"]),
        started_at=min(starts, default=None),
        placed_at=instant(stub["CreateTime"]),
    )
