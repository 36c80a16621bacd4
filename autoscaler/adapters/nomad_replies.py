"""
Nomad's answers, translated into the core's values.

The forms are those of Nomad's HTTP API (https://developer.hashicorp.com/nomad/api-docs), as
recorded in ``tests/recordings/nomad``.  Pure; imports core, errors and the standard library.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from autoscaler.core.model import Node, NodeStatus, Resources
from autoscaler.core.settings import NodeSelector
from autoscaler.errors import JobMissing, MalformedReply

_T = TypeVar("_T")

#: Where Nomad's AWS fingerprint puts the instance under a client node.
INSTANCE_ATTRIBUTE = "unique.platform.aws.instance-id"

_LIVE = frozenset({"pending", "running", "unknown"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChildCounts:
    """The dispatched children of a job, by state."""

    pending_count: int
    running_count: int


@dataclass(frozen=True, slots=True)
class PendingChild:
    """One child that waits, and since when."""

    job: str
    dispatched_at: datetime


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """What the live allocations of one node hold."""

    allocated: Resources = field(default_factory=Resources)
    live_count: int = 0


def read(what: str, translate: Callable[[], _T]) -> _T:
    """Run a translation; an answer that lacks what it must have is a ``MalformedReply``."""
    try:
        return translate()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        message = f"Nomad's {what} has not the form that its API documents: {error!r}"
        raise MalformedReply(message, stage="nomad") from error


def child_counts(summary: Mapping[str, Any]) -> ChildCounts:
    """From ``/v1/job/:id/summary``."""
    children = summary["Children"]
    return ChildCounts(int(children["Pending"]), int(children["Running"]))


def ask_of(job: Mapping[str, Any]) -> Resources:
    """What one child takes, from ``/v1/job/:id``: all tasks of all its groups."""
    if not job.get("ParameterizedJob"):
        raise JobMissing(
            f"job {job.get('ID')!r} is not parameterized, so nothing can be dispatched to it; "
            "name a parameterized job in the pool's `jobs`"
        )
    total = Resources()
    for group in job["TaskGroups"]:
        disk = int((group.get("EphemeralDisk") or {}).get("SizeMB") or 0)
        one = Resources(disk_mib=disk)
        for task in group["Tasks"]:
            resources = task["Resources"]
            one += Resources(int(resources["CPU"]), int(resources["MemoryMB"]))
        total += one.times(int(group["Count"]))
    return total


def children(
    stubs: Iterable[Mapping[str, Any]], job: str
) -> tuple[ChildCounts, list[PendingChild]]:
    """Count a job's children in ``/v1/jobs?prefix=…`` and list those that wait, oldest first."""
    pending: list[PendingChild] = []
    running = 0
    for stub in stubs:
        if stub["ParentID"] != job:
            continue
        if stub["Status"] == "pending":
            at = _EPOCH + timedelta(microseconds=int(stub["SubmitTime"]) // 1000)
            pending.append(PendingChild(stub["ID"], at))
        elif stub["Status"] == "running":
            running += 1
    pending.sort(key=lambda child: (child.dispatched_at, child.job))
    return ChildCounts(len(pending), running), pending


def selected(stub: Mapping[str, Any], selector: NodeSelector) -> bool:
    """Whether a node is the pool's."""
    return (
        selector.class_ in (None, stub["NodeClass"])
        and selector.datacenter in (None, stub["Datacenter"])
        # Nomad has node pools since 1.6; before, every node is in the one called default.
        and selector.pool in (None, stub.get("NodePool", "default"))
    )


def loads(stubs: Iterable[Mapping[str, Any]]) -> dict[str, NodeLoad]:
    """What each node holds, by node id, from ``/v1/allocations?resources=true``."""
    found: dict[str, NodeLoad] = {}
    for stub in stubs:
        if not is_live(stub):
            continue
        before = found.get(stub["NodeID"], NodeLoad())
        counted = 0 if stub.get("JobType") in ("system", "sysbatch") else 1
        found[stub["NodeID"]] = NodeLoad(
            before.allocated + _allocated(stub.get("AllocatedResources")),
            before.live_count + counted,
        )
    return found


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


def node_of(stub: Mapping[str, Any], instance_id: str | None, load: NodeLoad) -> Node:
    """From ``/v1/nodes?resources=true``, and what is known besides."""
    total = _node_resources(stub["NodeResources"])
    reserved = _node_resources(stub.get("ReservedResources") or {})
    return Node(
        node_id=stub["ID"],
        name=stub["Name"],
        instance_id=instance_id,
        status=_status(stub["Status"]),
        eligible=stub["SchedulingEligibility"] == "eligible",
        draining=bool(stub["Drain"]),
        capacity=total - reserved,
        allocated=load.allocated,
        live_count=load.live_count,
    )


def _status(word: str) -> NodeStatus:
    try:
        return NodeStatus(word)
    except ValueError:
        return NodeStatus.OTHER


def _node_resources(resources: Mapping[str, Any]) -> Resources:
    return Resources(
        int((resources.get("Cpu") or {}).get("CpuShares") or 0),
        int((resources.get("Memory") or {}).get("MemoryMB") or 0),
        int((resources.get("Disk") or {}).get("DiskMB") or 0),
    )


def _allocated(resources: Mapping[str, Any] | None) -> Resources:
    if not resources:
        return Resources()
    total = Resources(disk_mib=int(resources["Shared"]["DiskMB"]))
    for task in resources["Tasks"].values():
        total += Resources(int(task["Cpu"]["CpuShares"]), int(task["Memory"]["MemoryMB"]))
    return total
